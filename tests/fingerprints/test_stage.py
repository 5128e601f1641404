"""The stage: incremental, resumable, honest about failures."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError, LockedError, NotFoundError
from saccade.fingerprints import Coverage, Fingerprint, coverage
from saccade.models.folder import load_model, save_model
from saccade.models.handmade import PREPROCESS
from saccade.vision.boxes import Box
from saccade.vision.identity import image_id, object_id
from saccade.workspace.workspace import Workspace

MakeCatalogue = Callable[..., Workspace]
AddImages = Callable[[Workspace, list[Path]], None]


def rows_of(ws: Workspace, model_id: str) -> pa.Table:
    return ws.fingerprints(model_id).read().sort_by("id").combine_chunks()


def model_id_of(folder: Path) -> str:
    return load_model(folder).model_id


def test_first_run_computes_second_does_nothing(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    ws, stage = make_catalogue(pictures), Fingerprint(handmade, chunk=16)
    assert stage.plan(ws).work == 40
    report = stage.run(ws)
    assert report.changed
    assert (report.counts["computed"], report.counts["decoded"], report.counts["failed"]) == (40, 40, 0)
    name = str(report.counts["model"])
    version = ws.fingerprints(name).version
    again = stage.run(ws)
    assert not again.changed
    assert (again.counts["computed"], again.counts["decoded"]) == (0, 0)
    assert ws.fingerprints(name).version == version
    assert stage.plan(ws).work == 0
    assert coverage(ws, name) == Coverage(wanted=40, done=40, failed=0, missing=0, stale=0)


def test_only_what_is_new_is_decoded_and_what_left_is_gone(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path, add_images: AddImages
) -> None:
    ws, stage = make_catalogue(pictures[:30]), Fingerprint(handmade, chunk=16)
    name = str(stage.run(ws).counts["model"])
    add_images(ws, pictures[30:])
    left = image_id(pictures[3].read_bytes())
    ws.table("images").delete_keys([left])
    assert coverage(ws, name) == Coverage(wanted=39, done=29, failed=0, missing=10, stale=1)
    report = stage.run(ws)
    assert (report.counts["decoded"], report.counts["deleted"]) == (10, 1)
    assert left not in rows_of(ws, name).column("id").to_pylist()
    fresh = make_catalogue(pictures[:3] + pictures[4:], "fresh")
    stage.run(fresh)
    assert rows_of(ws, name).equals(rows_of(fresh, name))


def test_rows_are_the_same_however_the_work_is_cut(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    one, other, third = (make_catalogue(pictures, name) for name in ("one", "other", "third"))
    name = str(Fingerprint(handmade, chunk=2048, threads=1).run(one).counts["model"])
    Fingerprint(handmade, chunk=1, threads=4).run(other)
    assert rows_of(one, name).equals(rows_of(other, name))
    Fingerprint(handmade, batch_size=3).run(third)  # another matrix product: the last bit may differ
    vectors = [np.array(rows_of(ws, name)["vector"].to_pylist(), np.float32) for ws in (one, third)]
    assert np.abs(vectors[0] - vectors[1]).max() < 1e-3


def test_failures_are_rows_and_heal_when_their_file_does(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    whole = pictures[5].read_bytes()
    ws, stage = make_catalogue(pictures), Fingerprint(handmade)
    pictures[5].unlink()
    report = stage.run(ws)
    name = str(report.counts["model"])
    assert (report.counts["failed"], report.counts["decoded"]) == (1, 39)
    (row,) = ws.fingerprints(name).read(filter="status != 'ok'").to_pylist()
    assert (row["id"], row["status"], row["vector"], row["bits"]) == (image_id(whole), "gone", None, None)
    assert stage.run(ws).counts["computed"] == 0
    assert replace(stage, retry=True).run(ws).counts["computed"] == 1
    pictures[5].write_bytes(whole)
    assert stage.run(ws).counts["decoded"] == 1
    assert coverage(ws, name).share == 1.0
    fresh = make_catalogue(pictures, "fresh")
    stage.run(fresh)
    assert rows_of(ws, name).equals(rows_of(fresh, name))


def test_what_cannot_be_decoded_is_tried_once(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    pictures[0].write_bytes(pictures[0].read_bytes()[:500])
    ws, stage = make_catalogue(pictures), Fingerprint(handmade)
    name = str(stage.run(ws).counts["model"])
    assert coverage(ws, name) == Coverage(wanted=40, done=39, failed=1, missing=0, stale=0)
    assert stage.run(ws).counts["computed"] == 0
    assert replace(stage, retry=True).run(ws).counts["decoded"] == 1


def test_images_that_are_not_ok_have_no_row(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    ws = make_catalogue(pictures[:3])
    ws.table("images").append(pa.table({"image_id": ["f" * 32], "status": ["corrupt"]}))
    assert Fingerprint(handmade).run(ws).counts["computed"] == 3


def test_bytes_kept_in_the_workspace(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    files, kept = make_catalogue(pictures, "files"), make_catalogue([], "kept")
    contents = [path.read_bytes() for path in pictures]
    names = [image_id(data) for data in contents]
    kept.table("images").append(pa.table({"image_id": names, "status": ["ok"] * 40}))
    kept.table("image_bytes").append(pa.table({"image_id": names[::-1], "bytes": contents[::-1]}))
    name = str(Fingerprint(handmade).run(files).counts["model"])
    Fingerprint(handmade).run(kept)
    assert rows_of(files, name).equals(rows_of(kept, name))


def test_objects_lie_beside_images(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    ws = make_catalogue(pictures[:4])
    images = [image_id(path.read_bytes()) for path in pictures[:5]]
    boxes = [(image, Box(0.1 * place, 0.2, 0.5, 0.5)) for image in images for place in range(3)]
    columns = {"object_id": [object_id(*pair) for pair in boxes], "image_id": [image for image, _ in boxes]}
    for side in ("x", "y", "width", "height"):
        columns[side] = [getattr(box, side) for _, box in boxes]
    ws.table("objects").append(pa.table(columns))
    stage = Fingerprint(handmade, store="objects", chunk=5)
    name = str(Fingerprint(handmade).run(ws).counts["model"])
    report = stage.run(ws)
    assert report.counts["computed"] == 12  # the fifth image is not in the catalogue
    assert int(str(report.counts["decoded"])) < 12
    assert coverage(ws, name, "objects").done == 12
    assert coverage(ws, name, "images").done == 4
    assert stage.run(ws).counts["computed"] == Fingerprint(handmade).run(ws).counts["computed"] == 0
    ws.table("objects").delete_keys(columns["object_id"][:2])
    assert stage.run(ws).counts["deleted"] == 2
    assert coverage(ws, name, "images").done == 4


def test_a_new_model_fills_its_own_table(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path, tmp_path: Path
) -> None:
    ws = make_catalogue(pictures)
    old = str(Fingerprint(handmade).run(ws).counts["model"])
    before = rows_of(ws, old)
    embedder = load_model(handmade).handmade
    newer = save_model(replace(embedder, mean=embedder.mean + 0.01), PREPROCESS, tmp_path / "newer")
    new = model_id_of(newer)
    assert coverage(ws, new) == Coverage(wanted=40, done=0, failed=0, missing=40, stale=0)
    Fingerprint(newer).run(ws)
    assert coverage(ws, new).complete
    assert rows_of(ws, old).equals(before)
    assert ws.models_with_fingerprints() == sorted([old, new])


def test_an_empty_catalogue_is_no_error(make_catalogue: MakeCatalogue, handmade: Path) -> None:
    report = Fingerprint(handmade).run(make_catalogue([]))
    assert (report.counts["computed"], report.changed) == (0, False)


@pytest.mark.parametrize(
    "settings",
    [{"chunk": 0}, {"batch_size": -1}, {"threads": 0}, {"store": "boxes"}, {"runner": "tpu"}],
)
def test_wrong_settings_are_told_in_one_line(settings: dict[str, object], handmade: Path) -> None:
    with pytest.raises(InputError, match=next(iter(settings))) as caught:
        Fingerprint(handmade, **settings)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="model"):
        Fingerprint(tmp_path / "nowhere").run(make_catalogue([]))


KILLED = """
import sys, time
from saccade.fingerprints import Fingerprint
from saccade.fingerprints.sources import Sources
from saccade.workspace.workspace import Workspace

fetch = Sources.fetch
def slowly(self, places):
    time.sleep(0.03)
    return fetch(self, places)

Sources.fetch = slowly
Fingerprint(sys.argv[2], batch_size=2, chunk=4, threads=1).run(Workspace(sys.argv[1]))
"""


def run_and_kill(ws: Workspace, handmade: Path, model: str, rows: int) -> None:
    """A run in a process of its own, killed as soon as the table has so many rows."""
    process = subprocess.Popen([sys.executable, "-c", KILLED, ws.uri, str(handmade)])
    try:
        for _ in range(2000):
            assert process.poll() is None, "it ended before it was killed"
            if coverage(ws, model).done >= rows:
                return
            time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_killed_run_goes_on_to_the_same_table(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    ws, calm = make_catalogue(pictures), make_catalogue(pictures, "calm")
    stage = Fingerprint(handmade, batch_size=2, chunk=4)
    name = str(stage.run(calm).counts["model"])
    for rows in (1, 12):
        run_and_kill(ws, handmade, name, rows)
    kept = ws.fingerprints(name).count()
    assert 12 <= kept < 40
    report = stage.run(ws)
    assert report.counts["decoded"] == 40 - kept
    assert rows_of(ws, name).equals(rows_of(calm, name))
    assert stage.run(ws).counts["computed"] == 0


def test_two_runs_at_once_are_refused(
    make_catalogue: MakeCatalogue, pictures: list[Path], handmade: Path
) -> None:
    ws = make_catalogue(pictures[:2])
    with ws.lock("saccade test"), pytest.raises(LockedError, match="saccade test"):
        Fingerprint(handmade).run(Workspace(ws.uri))
