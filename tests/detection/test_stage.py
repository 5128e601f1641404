"""The stage: incremental, resumable wherever it was killed, one detector's objects a picture."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from saccade.detection import Detect
from saccade.detection import stage as module
from saccade.detection.detector import identify
from saccade.detection.imports import import_onnx
from saccade.detection.kept import kept_detectors
from saccade.errors import InputError, NotFoundError
from saccade.vision.identity import image_id
from saccade.workspace.tables import Table
from saccade.workspace.workspace import Workspace

Make = Callable[..., Workspace]


def state(ws: Workspace) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Both tables, without times."""
    objects = sorted(ws.table("objects").read().to_pylist(), key=lambda row: row["object_id"])
    looked = ws.table("detections").read().drop_columns(["seen"]).to_pylist()
    return objects, sorted(looked, key=lambda row: row["image_id"])


def test_first_run_finds_second_does_nothing(make_workspace: Make, scenes: list[Path], squares: Path) -> None:
    ws, stage = make_workspace(scenes), Detect(squares, chunk=5, batch_size=2)
    assert stage.plan(ws).work == 12
    counts = stage.run(ws).counts
    assert counts["objects"] == sum(number % 4 for number in range(12)) == ws.table("objects").count()
    assert (counts["pictures_without_objects"], counts["failed"], counts["decoded"]) == (3, 0, 12)
    assert kept_detectors(ws) == [identify(squares)]
    row = ws.table("objects").read().to_pylist()[0]
    assert row["category"] in ("red chair", "blue lamp") and 0.3 <= row["score"] <= 1
    assert row["width"] == pytest.approx(1 / 8, abs=1e-4)
    before = state(ws), ws.table("objects").version, ws.table("detections").version
    again = stage.run(ws)
    assert again.counts["decoded"] == 0 and not again.changed
    assert Detect().plan(ws).work == 0  # the only kept one
    assert (state(ws), ws.table("objects").version, ws.table("detections").version) == before


@pytest.mark.parametrize("call", range(6))
def test_killed_at_any_write_the_next_run_ends_the_same(
    make_workspace: Make, scenes: list[Path], squares: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    wanted = make_workspace(scenes, "whole")
    Detect(squares, chunk=5).run(wanted)
    ws, calls = make_workspace(scenes), 0
    real = Table.upsert

    def dying(self: Table, rows: pa.Table) -> int:
        nonlocal calls
        if self.name in ("objects", "detections"):
            calls += 1
            if calls == call + 1:
                raise KeyboardInterrupt
        return real(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Table, "upsert", dying)
        with pytest.raises(KeyboardInterrupt):
            Detect(squares, chunk=5).run(ws)
    Detect(squares, chunk=5).run(ws)
    assert state(ws) == state(wanted)


def test_another_detector_replaces_also_after_a_kill(
    make_workspace: Make, scenes: list[Path], squares: Path, graph_file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    newer = import_onnx(graph_file, "yolox", ("chair", "lamp"), tmp_path / "newer", name="newer")
    wanted = make_workspace(scenes, "whole")
    Detect(newer).run(wanted)
    ws = make_workspace(scenes)
    Detect(squares, chunk=5).run(ws)
    real, calls = Table.upsert, 0

    def dying(self: Table, rows: pa.Table) -> int:
        nonlocal calls
        calls += self.name == "objects"
        if self.name == "objects" and calls == 2:
            raise KeyboardInterrupt
        return real(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Table, "upsert", dying)
        with pytest.raises(KeyboardInterrupt):
            Detect(newer, chunk=5).run(ws)
    Detect(newer, chunk=5).run(ws)
    assert state(ws) == state(wanted)


def test_boxes_of_people_are_left_or_kept_beside(
    make_workspace: Make, scenes: list[Path], squares: Path
) -> None:
    ws = make_workspace(scenes)
    mine = image_id(scenes[3].read_bytes())
    drawn = {
        "object_id": "f" * 32,
        "image_id": mine,
        "x": 0.1,
        "y": 0.1,
        "width": 0.2,
        "height": 0.2,
        "category": "sofa",
    }
    ws.table("objects").append(pa.Table.from_pylist([drawn]))
    report = Detect(squares).run(ws)
    assert report.counts["looked_at"] == 11
    assert any("1 pictures have boxes that people drew" in note for note in report.notes)
    assert ws.table("objects").read(filter=f"image_id = '{mine}'").num_rows == 1
    assert Detect(squares, redo_boxed=True).run(ws).counts["looked_at"] == 1
    rows = ws.table("objects").read(filter=f"image_id = '{mine}'").to_pylist()
    assert len(rows) == 1 + 3
    assert "f" * 32 in {row["object_id"] for row in rows}


def test_rows_of_deleted_pictures_go_and_lost_objects_come_back(
    make_workspace: Make, scenes: list[Path], squares: Path
) -> None:
    ws = make_workspace(scenes)
    Detect(squares).run(ws)
    whole = state(ws)
    gone, lost = (image_id(scenes[at].read_bytes()) for at in (3, 7))
    ws.table("objects").delete(f"image_id = '{lost}'")
    assert Detect(squares).run(ws).counts["looked_at"] == 1
    assert state(ws) == whole
    ws.table("images").delete(f"image_id = '{gone}'")
    assert Detect(squares).run(ws).counts["deleted"] == 1
    objects, looked = state(ws)
    assert objects == [row for row in whole[0] if row["image_id"] != gone]
    assert looked == [row for row in whole[1] if row["image_id"] != gone]


def test_failures_have_a_row_and_heal(make_workspace: Make, scenes: list[Path], squares: Path) -> None:
    ws = make_workspace(scenes)
    data = scenes[3].read_bytes()
    scenes[3].unlink()
    assert Detect(squares).run(ws).counts["failed"] == 1
    (row,) = ws.table("detections").read(filter="status != 'ok'").to_pylist()
    assert row["status"] == "gone" and row["object_ids"] == []
    assert Detect(squares).plan(ws).work == 0
    assert Detect(squares, retry=True).plan(ws).work == 1
    scenes[3].write_bytes(data)
    report = Detect(squares).run(ws)
    assert (report.counts["looked_at"], report.counts["objects"]) == (1, 3)


def test_selection_threshold_and_redo(make_workspace: Make, scenes: list[Path], squares: Path) -> None:
    ws = make_workspace(scenes)
    rows = [{"uri": str(path), "image_id": image_id(path.read_bytes())} for path in scenes]
    ws.table("sources").append(pa.Table.from_pylist(rows))
    assert Detect(squares, pictures="folder=*/0?.png").plan(ws).work == 10
    Detect(squares).run(ws)
    assert Detect(squares, most=1).plan(ws).work == 0
    assert Detect(squares, most=1, redo=True).run(ws).counts["objects"] == 9
    assert ws.table("objects").count() == 9


def test_the_gate_keeps_what_the_text_names(make_workspace: Make, scenes: list[Path], squares: Path) -> None:
    ws = make_workspace(scenes)
    names = [image_id(path.read_bytes()) for path in scenes]
    ws.table("texts").append(
        pa.table({"image_id": names[:6], "source": ["title"] * 6, "text": ["two red chairs"] * 6})
    )
    Detect(squares, gate="text").run(ws)
    kept = ws.table("objects").read().to_pylist()
    assert kept and {row["category"] for row in kept} == {"red chair"}
    assert {row["image_id"] for row in kept} <= set(names[:6])
    assert ws.table("detections").count() == 12


def test_odd_pictures_are_results(make_workspace: Make, squares: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("thin.png", "grey.png", "alpha.png", "bad.png")]
    Image.fromarray(np.full((1, 10_000, 3), 9, np.uint8)).save(files[0])
    Image.fromarray(np.full((64, 64), 9, np.uint8)).save(files[1])
    Image.fromarray(np.full((64, 64, 4), 9, np.uint8)).save(files[2])
    files[3].write_bytes(files[1].read_bytes()[:50])
    counts = Detect(squares).run(make_workspace(files)).counts
    assert (counts["looked_at"], counts["failed"]) == (4, 1)


def test_wrong_settings_and_wrong_detectors_are_one_line(
    make_workspace: Make, squares: Path, tmp_path: Path
) -> None:
    ws = make_workspace([])
    for wrong in (
        {"most": 0},
        {"threshold": 1.0},
        {"gate": "x"},
        {"runner": "x"},
        {"threads": 0},
        {"chunk": 0},
    ):
        with pytest.raises(InputError, match=next(iter(wrong))):
            Detect(squares, **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="no detector folder"):
        Detect(tmp_path).plan(ws)
    with pytest.raises(NotFoundError, match="keeps no detector yet"):
        Detect().plan(ws)
    assert Detect(squares).run(ws).counts["looked_at"] == 0


def test_vectors_need_a_detector_that_has_them(
    make_workspace: Make, scenes: list[Path], squares: Path
) -> None:
    with pytest.raises(InputError, match="gives no vectors"):
        Detect(squares, vectors="m-1").run(make_workspace(scenes))
    assert module.Tally().counts()["objects"] == 0


DYING = """
import os, signal, sys
from saccade.detection import Detect
from saccade.workspace.tables import Table
from saccade.workspace.workspace import Workspace

real, last = Table.upsert, int(sys.argv[3])
calls = 0

def dying(self, rows):
    global calls
    if self.name in ("objects", "detections"):
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
    return real(self, rows)

Table.upsert = dying
Detect(sys.argv[2], chunk=5).run(Workspace(sys.argv[1]))
"""


@pytest.mark.parametrize("call", [2, 4])
def test_a_process_killed_with_9_loses_nothing(
    make_workspace: Make, scenes: list[Path], squares: Path, call: int
) -> None:
    wanted, ws = make_workspace(scenes, "whole"), make_workspace(scenes)
    Detect(squares, chunk=5).run(wanted)
    done = subprocess.run([sys.executable, "-c", DYING, ws.uri, str(squares), str(call)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert ws.table("detections").count() < wanted.table("detections").count()
    Detect(squares, chunk=5).run(ws)  # its lock is taken over
    assert state(ws) == state(wanted)
