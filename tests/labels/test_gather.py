"""Texts by family: every source, every row once, whole families in a bucket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels import gather as module
from saccade.labels.balance.families import families
from saccade.labels.gather import Gathered, bucket_rows, gather
from saccade.labels.scratch import Scratch
from saccade.labels.shapes import GATHERED
from saccade.progress import SILENT
from saccade.workspace import Clock, Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws", create=True)


def put(ws: Workspace, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    spec = ws.table(table).schema
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    names = [spec.field(name) for name in columns]
    ws.table(table).upsert(pa.Table.from_pylist(found, schema=pa.schema(names)))


def gathered(ws: Workspace, wanted: tuple[str, ...] = ()) -> tuple[Scratch, Gathered]:
    scratch = Scratch(ws, "digest")
    return scratch, gather(ws, scratch, families(ws), wanted, Clock(), SILENT)


def everything(ws: Workspace, wanted: tuple[str, ...] = ()) -> list[dict[str, object]]:
    scratch, found = gathered(ws, wanted)
    return [row for bucket in range(found.buckets) for row in bucket_rows(scratch, bucket).to_pylist()]


TEXT = ("image_id", "source", "text", "language", "weight")


def test_families_lie_whole_in_buckets_and_nothing_is_lost(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS", 10)
    monkeypatch.setattr(module, "_BATCH", 7)
    monkeypatch.setattr(module, "_PART_ROWS", 16)
    put(ws, "item_images", ("item_id", "image_id"), [(f"i{n // 3}", f"p{n:03}") for n in range(60)])
    put(ws, "texts", TEXT, [(f"p{n:03}", "title", f"t{k}", "en", 1.0) for n in range(60) for k in range(2)])
    scratch, found = gathered(ws)
    buckets = [bucket_rows(scratch, bucket) for bucket in range(found.buckets)]
    assert found.buckets == 12 and found.parts > 1 and found.rows == 120
    names = [set(bucket.column("family").to_pylist()) for bucket in buckets]
    assert sum(map(len, names)) == len(set.union(*names)) == 20
    assert sum(map(len, buckets)) == 120 and all(bucket.schema == GATHERED for bucket in buckets)


def test_a_text_said_twice_weighs_twice(ws: Workspace) -> None:
    put(ws, "texts", TEXT, [("p", "query", "sofa", None, 2.0)])
    ws.table("texts").append(ws.table("texts").read())
    (row,) = everything(ws)
    assert row["weight"] == 4.0 and row["family"] == "p"


def test_weights_that_say_nothing_count_as_one(ws: Workspace) -> None:
    put(
        ws,
        "texts",
        TEXT,
        [("p", "a", "x", None, None), ("p", "b", "x", None, -1.0), ("p", "c", "x", None, 0.0)],
    )
    assert [row["weight"] for row in everything(ws)] == [1.0, 1.0, 1.0]


def engaged(ws: Workspace) -> None:
    put(ws, "item_images", ("item_id", "image_id"), [("i", "p1"), ("i", "p2"), ("j", "p3")])
    put(ws, "boards", ("board_id", "name"), [("b", "Nordic rooms"), ("nameless", None)])
    put(ws, "board_items", ("board_id", "item_id"), [("b", "i"), ("nameless", "j"), ("b", "gone")])
    event = ("event_id", "query", "item_id", "action")
    rows = [
        ("1", "sofa", "j", "click"),
        ("2", "sofa", "j", "save"),
        ("3", "rug", "j", "impression"),
        ("4", None, "i", "click"),
    ]
    put(ws, "events", event, rows)
    put(ws, "objects", ("object_id", "image_id", "category", "score"), [("o", "p3", "couch", 0.5)])


def test_boards_queries_and_objects_speak_where_nobody_imported_them(ws: Workspace) -> None:
    engaged(ws)
    found = {(row["image_id"], row["source"], row["text"]): row["weight"] for row in everything(ws)}
    assert found == {
        ("p1", "board", "Nordic rooms"): 1.0, ("p2", "board", "Nordic rooms"): 1.0,
        ("p3", "query", "sofa"): 2.0, ("p3", "object", "couch"): 0.5,
    }  # fmt: skip


def test_imported_texts_of_a_source_stand_instead(ws: Workspace) -> None:
    engaged(ws)
    put(ws, "texts", TEXT, [("p1", "board", "Mine", None, 1.0)])
    assert [row["text"] for row in everything(ws) if row["source"] == "board"] == ["Mine"]


def test_only_the_wanted_sources(ws: Workspace) -> None:
    engaged(ws)
    assert {row["source"] for row in everything(ws, ("object", "query"))} == {"object", "query"}


def test_no_texts_is_one_clear_line(ws: Workspace) -> None:
    with pytest.raises(InputError, match="has no texts"):
        gathered(ws)
    put(ws, "texts", TEXT, [("p", "title", "sofa", None, 1.0)])
    with pytest.raises(InputError, match=r"expected texts of tilte, found texts of title"):
        gathered(ws, ("tilte",))


def test_a_second_gathering_reads_what_the_first_made(ws: Workspace) -> None:
    put(ws, "texts", TEXT, [("p", "title", "sofa", None, 1.0)])
    scratch, first = gathered(ws)
    scratch.drop("gather/0-0.arrow")
    assert gathered(ws)[1] == first
