"""The stage `colours`: incremental, resumable, honest about failures, and the same however it is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.cli.verbs.colours import main
from saccade.errors import InputError
from saccade.fingerprints.colours import Colours
from saccade.vision.boxes import Box, crop
from saccade.vision.colour import salient_colours
from saccade.vision.decode import decode
from saccade.vision.identity import image_id, object_id
from saccade.workspace.workspace import Workspace

MakeCatalogue = Callable[..., Workspace]
AddImages = Callable[[Workspace, list[Path]], None]


def rows_of(ws: Workspace) -> pa.Table:
    return ws.table("colours").read().sort_by("id").combine_chunks()


def name_of(path: Path) -> str:
    return image_id(path.read_bytes())


def test_first_run_computes_second_does_nothing(make_catalogue: MakeCatalogue, pictures: list[Path]) -> None:
    ws, stage = make_catalogue(pictures), Colours(chunk=16)
    assert stage.plan(ws).work == 40
    report = stage.run(ws)
    assert report.changed
    assert dict(report.counts) == {"computed": 40, "deleted": 0, "failed": 0, "decoded": 40}
    version = ws.table("colours").version
    again = stage.run(ws)
    assert not again.changed
    assert dict(again.counts) == {"computed": 0, "deleted": 0, "failed": 0, "decoded": 0}
    assert ws.table("colours").version == version


def test_rows_are_the_colours_of_the_picture(make_catalogue: MakeCatalogue, pictures: list[Path]) -> None:
    ws = make_catalogue(pictures[:3])
    Colours(most=3).run(ws)
    for path in pictures[:3]:
        (row,) = ws.table("colours").read(filter=f"id = '{name_of(path)}'").to_pylist()
        rgb = decode(path.read_bytes()).rgb
        assert rgb is not None
        found = salient_colours(rgb, 3)
        assert (row["image_id"], row["status"], row["reason"]) == (name_of(path), "ok", None)
        assert (np.float32(row["lab"]).reshape(-1, 3) == found.lab).all()
        assert (np.float32(row["shares"]) == found.shares).all()
        assert tuple(row["names"]) == found.names
        assert len(row["names"]) <= 3


def test_rows_are_the_same_however_the_work_is_cut(
    make_catalogue: MakeCatalogue, pictures: list[Path]
) -> None:
    one, other = make_catalogue(pictures, "one"), make_catalogue(pictures, "other")
    Colours(threads=1).run(one)
    Colours(threads=4, chunk=1).run(other)
    assert rows_of(one).equals(rows_of(other))


def test_only_what_is_new_is_decoded_and_what_left_is_gone(
    make_catalogue: MakeCatalogue, pictures: list[Path], add_images: AddImages
) -> None:
    ws, stage = make_catalogue(pictures[:30]), Colours(chunk=16)
    stage.run(ws)
    add_images(ws, pictures[30:])
    left = name_of(pictures[3])
    ws.table("images").delete_keys([left])
    assert stage.plan(ws).notes == ("1 rows of deleted images to remove",)
    report = stage.run(ws)
    assert (report.counts["decoded"], report.counts["deleted"]) == (10, 1)
    fresh = make_catalogue(pictures[:3] + pictures[4:], "fresh")
    stage.run(fresh)
    assert rows_of(ws).equals(rows_of(fresh))


def test_a_run_that_stops_goes_on_where_it_was(
    make_catalogue: MakeCatalogue, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    ws, stage = make_catalogue(pictures), Colours(chunk=8, threads=1)
    calls = 0

    def tired(rgb: np.ndarray, *rest: int, tight: bool) -> object:
        nonlocal calls
        calls += 1
        if calls > 20:
            raise KeyboardInterrupt
        return salient_colours(rgb, *rest, tight=tight)

    with monkeypatch.context() as patch:
        patch.setattr("saccade.fingerprints.colours.salient_colours", tired)
        with pytest.raises(KeyboardInterrupt):
            stage.run(ws)
    done = ws.table("colours").count()
    assert done in (8, 16)
    assert stage.run(ws).counts["decoded"] == 40 - done
    fresh = make_catalogue(pictures, "fresh")
    stage.run(fresh)
    assert rows_of(ws).equals(rows_of(fresh))


def test_failures_are_rows_and_heal_when_their_file_does(
    make_catalogue: MakeCatalogue, pictures: list[Path]
) -> None:
    whole, name = pictures[5].read_bytes(), name_of(pictures[5])
    ws, stage = make_catalogue(pictures[:8]), Colours()
    pictures[5].unlink()
    assert stage.run(ws).counts["failed"] == 1
    (row,) = ws.table("colours").read(filter="status != 'ok'").to_pylist()
    assert (row["id"], row["status"], row["lab"], row["shares"], row["names"]) == (
        name,
        "gone",
        None,
        None,
        None,
    )
    assert stage.run(ws).counts["computed"] == 0
    assert replace(stage, retry=True).run(ws).counts["computed"] == 1
    pictures[5].write_bytes(whole)
    assert stage.run(ws).counts["decoded"] == 1
    assert ws.table("colours").count("status = 'ok'") == 8


def test_objects_beside_images(make_catalogue: MakeCatalogue, pictures: list[Path]) -> None:
    ws, boxes = make_catalogue(pictures[:2]), [Box(0.0, 0.0, 0.5, 1.0), Box(0.5, 0.0, 0.5, 1.0)]
    names = [object_id(name_of(pictures[0]), box) for box in boxes]
    sides = {side: [getattr(box, side) for box in boxes] for side in ("x", "y", "width", "height")}
    ws.table("objects").append(pa.table({"object_id": names, "image_id": [name_of(pictures[0])] * 2} | sides))
    Colours().run(ws)
    stage = Colours(store="objects")
    assert stage.run(ws).counts["computed"] == 2
    assert ws.table("colours").count() == 4
    rgb = decode(pictures[0].read_bytes()).rgb
    assert rgb is not None
    (row,) = ws.table("colours").read(filter=f"id = '{names[1]}'").to_pylist()
    assert tuple(row["names"]) == salient_colours(crop(rgb, boxes[1]), tight=True).names
    assert row["image_id"] == name_of(pictures[0])
    ws.table("objects").delete_keys([names[0]])
    assert stage.run(ws).counts["deleted"] == 1
    assert Colours().run(ws).counts["deleted"] == 0
    assert ws.table("colours").count() == 3


def test_bytes_that_the_workspace_keeps(tmp_path: Path, pictures: list[Path]) -> None:
    ws, data = Workspace(tmp_path / "ws", create=True), pictures[0].read_bytes()
    ws.table("images").append(pa.table({"image_id": [image_id(data)], "uri": [None], "status": ["ok"]}))
    ws.table("image_bytes").append(pa.table({"image_id": [image_id(data)], "bytes": [data]}))
    assert dict(Colours().run(ws).counts)["failed"] == 0
    assert ws.table("colours").count("status = 'ok'") == 1


def test_the_verb(
    make_catalogue: MakeCatalogue, pictures: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    ws = make_catalogue(pictures[:2])
    main(["-w", str(ws.uri), "-q", "--dry-run"])
    assert "colours: 2 images" in capsys.readouterr().out
    main(["-w", str(ws.uri), "-q"])
    assert "colours: 2 computed" in capsys.readouterr().out
    with pytest.raises(InputError, match="store"):
        main(["-w", str(ws.uri), "--store", "shops"])


def test_bad_settings() -> None:
    with pytest.raises(InputError, match="most is a positive number, found 0"):
        Colours(most=0)
    with pytest.raises(InputError, match="threads is a positive number, found -1"):
        Colours(threads=-1)
    with pytest.raises(InputError, match="store is one of images, objects, found 'shops'"):
        Colours(store="shops")  # type: ignore[arg-type]
