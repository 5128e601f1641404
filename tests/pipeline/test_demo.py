"""The demo, small: from nothing to an index; a second run does next to nothing; one's own folder works."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.bazaar import Bazaar
from saccade.errors import InputError, NotFoundError
from saccade.index.opened import index_info
from saccade.pipeline.demo import Demo
from saccade.workspace import Report, Workspace


def reports(demo: Demo) -> list[Report]:
    return [said for said in demo.run() if isinstance(said, Report)]


def counted(found: list[Report], stage: str, name: str) -> list[object]:
    return [report.counts[name] for report in found if report.stage == stage]


def test_the_marketplace_from_nothing_to_an_index(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "demo", products=60)
    said = list(demo.run())
    table = next(text for text in said if isinstance(text, str) and text.startswith("# Evaluation"))
    assert "| hit@1 |" in table
    ws = Workspace(demo.workspace)
    rows = {name: ws.table(name).count() for name in ("items", "texts", "boards", "board_items", "events")}
    assert rows["items"] == 60
    assert min(rows.values()) > 0
    assert index_info(ws) is not None
    objects = index_info(ws, "objects")
    assert objects is not None and objects.count == ws.table("objects").count() > 0
    assert ws.table("colours").count("status = 'ok'") == ws.table("images").count()
    scene = next(text for text in said if isinstance(text, str) and text.startswith("a scene with dots"))
    assert ws.table("images").take([scene.rpartition("=")[2]]).num_rows == 1
    sources = {"scene": 12, "review": 60, "seller": 180}
    assert ws.table("images").count() == sum(sources.values())
    again = reports(demo)
    assert counted(again, "ingest", "decoded") == [0, 0, 0, 0]
    assert counted(again, "fingerprint", "decoded") == [0, 0]  # pictures, then objects
    assert counted(again, "index", "added") == [0, 0]
    assert not any(report.changed for report in again)


def test_one_s_own_folder(tmp_path: Path) -> None:
    Bazaar(products=6, size=64).write(tmp_path / "market")
    photos = tmp_path / "market" / "catalogue" / "images"
    demo = Demo(tmp_path / "demo", data=str(photos))
    said = reports(demo)
    assert counted(said, "ingest", "new_images") == [18]
    assert not [report for report in said if report.stage == "evaluate"]
    assert index_info(Workspace(demo.workspace)) is not None


def test_a_model_of_one_s_own(tmp_path: Path) -> None:
    Bazaar(products=6, size=64).write(tmp_path / "market")
    photos = str(tmp_path / "market" / "catalogue" / "images")
    list(Demo(tmp_path / "first", data=photos).run())
    second = Demo(tmp_path / "second", data=photos, model=str(tmp_path / "first" / "model"))
    assert any("from" in said for said in list(second.run()) if isinstance(said, str))
    models = [index_info(Workspace(tmp_path / name / "catalogue.saccade")) for name in ("first", "second")]
    assert models[0] is not None
    assert models[1] is not None
    assert models[0].model_id == models[1].model_id
    with pytest.raises(NotFoundError, match="no-such-network"):
        list(Demo(tmp_path / "third", data=photos, model="no-such-network").run())


def test_a_folder_without_pictures_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.txt").write_text("x")
    with pytest.raises(InputError) as caught:
        list(Demo(tmp_path / "demo", data=str(tmp_path / "empty")).run())
    assert "\n" not in str(caught.value)


def test_another_catalogue_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    Bazaar(products=4, size=64).write(tmp_path / "market")
    photos = tmp_path / "market" / "catalogue" / "images"
    list(Demo(tmp_path / "demo", data=str(photos)).run())
    with pytest.raises(InputError, match=r"holds the demo of .*; name another folder with --folder"):
        list(Demo(tmp_path / "demo", data=str(tmp_path / "market" / "photos")).run())
