"""Lists of texts, boards, events: what fits, what is refused, what a second import does."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saccade.catalog.imports import Import
from saccade.catalog.ingest import Ingest
from saccade.errors import InputError, NotFoundError
from saccade.workspace import Workspace


@pytest.fixture
def ws(tmp_path) -> Workspace:
    return Workspace(tmp_path / "workspace", create=True)


def test_events(ws, tmp_path):
    (tmp_path / "e.csv").write_text(
        "ts,user,listing,position,action\n"
        "2026-01-31T12:00:00,u1,i1,3,click\n"
        "1700000000,u2,i2,,save\n"
        "yesterday,u3,i3,1,click\n"
        "2026-01-31,u4,i4,1.5,click\n"
    )
    stage = Import("events", str(tmp_path / "e.csv"), {"time": "ts", "item_id": "listing"})
    assert stage.plan(ws).work == 1
    with pytest.raises(InputError, match="time"):
        Import("events", str(tmp_path / "e.csv"), {"time": "moment"}).run(ws)
    report = stage.run(ws)
    assert (report.counts["rows"], report.counts["written"], report.counts["rejected"]) == (4, 1, 3)
    assert report.notes[0].startswith("first fault: row 3")
    (row,) = ws.table("events").read().to_pylist()
    assert (row["user"], row["item_id"], row["position"], row["time"].isoformat()) == (
        "u1",
        "i1",
        3,
        "2026-01-31T12:00:00+00:00",
    )


def test_second_import_changes_nothing(ws, tmp_path):
    pq.write_table(pa.table({"user": ["a", "b"], "action": ["click", "save"]}), tmp_path / "e.parquet")
    stage = Import("events", str(tmp_path / "e.parquet"))
    stage.run(ws)
    before = ws.table("events").read().to_pylist()
    report = stage.run(ws)
    assert not report.changed
    assert stage.plan(ws).work == 0
    ws.table("sources").delete("status = 'list'")
    stage.run(ws)
    key = lambda row: row["event_id"]  # noqa: E731
    assert sorted(ws.table("events").read().to_pylist(), key=key) == sorted(before, key=key)


def test_boards(ws, tmp_path):
    (tmp_path / "b.jsonl").write_text(
        '{"board_id": 1, "name": "hats"}\n{"board_id": 2, "name": ["x"]}\n{"name": "none"}\nnope\n'
    )
    report = Import("boards", str(tmp_path / "b.jsonl")).run(ws)
    assert (report.counts["written"], report.counts["rejected"]) == (1, 3)
    assert ws.table("boards").read().to_pylist() == [{"board_id": "1", "name": "hats", "owner": None}]
    (tmp_path / "bi.jsonl").write_text(
        '{"board": 1, "item_id": 7, "time": 5}\n{"board": 1, "item_id": 7, "time": 6}\n'
    )
    Import("board_items", str(tmp_path / "bi.jsonl"), {"board_id": "board"}).run(ws)
    assert ws.table("board_items").count() == 1


def test_texts_of_items_go_to_all_their_images(ws, tmp_path, picture):
    for seed in range(3):
        (tmp_path / f"{seed}.jpg").write_bytes(picture(seed))
    lines = [{"images": ["0.jpg", "1.jpg"], "id": "a"}, {"images": ["2.jpg"], "id": "b"}]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    Ingest(str(tmp_path / "list.jsonl")).run(ws)
    (tmp_path / "t.csv").write_text(
        "item_id,source,text\na,query,red hat\nb,query,blue hat\nz,query,lost\nb,query,\n"
    )
    report = Import("texts", str(tmp_path / "t.csv")).run(ws)
    assert (report.counts["written"], report.counts["rejected"]) == (3, 2)
    assert sorted(ws.table("texts").read(["text"]).column("text").to_pylist()) == [
        "blue hat",
        "red hat",
        "red hat",
    ]
    assert set(ws.table("texts").read(["weight"]).column("weight").to_pylist()) == {1.0}


@pytest.mark.parametrize(
    ("table", "name", "text", "mapping", "words"),
    [
        ("images", "a.csv", "x\n1\n", {}, ["texts", "images"]),
        ("boards", "a.csv", "x\n1\n", {}, ["board_id", "x"]),
        ("boards", "a.csv", "board_id\n1\n", {"nam": "x"}, ["nam", "board_id, name, owner"]),
        ("boards", "a.doc", "board_id\n1\n", {}, [".csv"]),
    ],
)
def test_mistakes_are_one_line(ws, tmp_path, table, name, text, mapping, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as error:
        Import(table, str(tmp_path / name), mapping).run(ws)
    assert all(word in str(error.value) for word in words)
    assert "\n" not in str(error.value)


def test_missing_file(ws, tmp_path):
    with pytest.raises(NotFoundError):
        Import("boards", str(tmp_path / "none.csv")).run(ws)


def test_events_without_an_action_say_nothing_and_are_refused(ws, tmp_path):
    (tmp_path / "clicks.csv").write_text("user,listing\nu1,a\n")
    with pytest.raises(InputError, match="table events needs action; map it to one of user, listing"):
        Import("events", str(tmp_path / "clicks.csv")).run(ws)
    assert ws.table("events").count() == 0
