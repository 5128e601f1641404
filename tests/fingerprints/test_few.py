"""A few pictures get the rows that the stage would have given them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.fingerprints.few import fingerprint_few, forget_few, forget_stale
from saccade.fingerprints.model import resolve
from saccade.fingerprints.runners.base import Runner
from saccade.fingerprints.runners.choose import open_runner
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.vision.identity import image_id
from saccade.workspace import Workspace

Make = Callable[..., Workspace]


@pytest.fixture
def runner(handmade: Path, tmp_path: Path) -> Runner:
    return open_runner("plain", resolve(handmade), tmp_path, batch_size=1)


def rows(ws: Workspace, model_id: str) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in ws.fingerprints(model_id).read().to_pylist()}


def test_rows_are_those_of_the_stage(
    make_catalogue: Make, pictures: list[Path], handmade: Path, runner: Runner
) -> None:
    staged, ws = make_catalogue(pictures, "staged"), make_catalogue(pictures)
    Fingerprint(keep_model(staged, handmade)).run(staged)
    names = [image_id(path.read_bytes()) for path in pictures]
    ids, vectors = fingerprint_few(ws, runner.model_id, runner, names[:7])
    assert ids == names[:7]
    assert (vectors.dtype, vectors.shape) == (np.dtype(np.float16), (7, runner.dim))
    fingerprint_few(ws, runner.model_id, runner, names[5:])
    mine, theirs = rows(ws, runner.model_id), rows(staged, runner.model_id)
    assert mine.keys() == theirs.keys()
    for name, row in mine.items():
        vector, other = (np.array(r.pop("vector"), np.float32) for r in (row, theirs[name]))
        assert np.abs(vector - other).max() < 1e-3
        bits, others = row.pop("bits"), theirs[name].pop("bits")
        if (vector == other).all():
            assert bits == others
        assert row == theirs[name]
    keep_model(ws, handmade)
    counts = Fingerprint(runner.model_id).run(ws).counts
    assert (counts["computed"], counts["deleted"], counts["decoded"]) == (0, 0, 0)


def test_what_has_a_row_is_not_computed_again(
    make_catalogue: Make, pictures: list[Path], runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = make_catalogue(pictures)
    names = [image_id(path.read_bytes()) for path in pictures[:3]]
    _, before = fingerprint_few(ws, runner.model_id, runner, names)
    version = ws.fingerprints(runner.model_id).version
    monkeypatch.setattr(runner, "_forward", None)
    ids, again = fingerprint_few(ws, runner.model_id, runner, [*names[::-1], names[0]])
    assert ids == names[::-1]
    assert again.tobytes() == before[::-1].tobytes()
    assert ws.fingerprints(runner.model_id).version == version


def test_bytes_in_memory_and_in_the_tables(
    make_catalogue: Make, pictures: list[Path], runner: Runner
) -> None:
    files, ws = make_catalogue(pictures[:4], "files"), make_catalogue([])
    data = {image_id(path.read_bytes()): path.read_bytes() for path in pictures[:4]}
    names = list(data)
    ws.table("images").append(pa.table({"image_id": names, "status": ["ok"] * 4}))
    kept = {"image_id": names[2:3], "bytes": pa.array([data[names[2]]], pa.large_binary())}
    ws.table("image_bytes").append(pa.table(kept))
    handed = {name: data[name] for name in names[:2]}
    ids, vectors = fingerprint_few(ws, runner.model_id, runner, names, handed)
    assert ids == names[:3]
    _, wanted = fingerprint_few(files, runner.model_id, runner, names[:3])
    assert vectors.tobytes() == wanted.tobytes()
    failed = rows(ws, runner.model_id)[names[3]]
    assert (failed["status"], failed["vector"], failed["bits"]) == ("gone", None, None)
    ids, _ = fingerprint_few(ws, runner.model_id, runner, names, {names[3]: data[names[3]]})
    assert ids == names, "a failure that can heal is tried again when the bytes are there"


def test_only_good_pictures_of_the_catalogue(
    make_catalogue: Make, pictures: list[Path], runner: Runner
) -> None:
    ws = make_catalogue(pictures[:1])
    ws.table("images").append(pa.table({"image_id": ["b" * 32], "status": ["corrupt"]}))
    ids, vectors = fingerprint_few(ws, runner.model_id, runner, ["a" * 32, "b" * 32])
    assert (ids, vectors.shape) == ([], (0, runner.dim))
    assert not ws.fingerprints(runner.model_id, runner.dim).exists()


def test_a_runner_of_another_model_is_refused(
    make_catalogue: Make, pictures: list[Path], runner: Runner
) -> None:
    with pytest.raises(InputError, match="expected a runner of other-1"):
        fingerprint_few(make_catalogue(pictures[:1]), "other-1", runner, [])


def test_rows_of_pictures_that_are_gone_are_dropped(
    make_catalogue: Make, pictures: list[Path], runner: Runner
) -> None:
    ws = make_catalogue(pictures[:3])
    names = [image_id(path.read_bytes()) for path in pictures[:3]]
    assert forget_few(ws, runner.model_id, names) == []
    fingerprint_few(ws, runner.model_id, runner, names)
    table = ws.fingerprints(runner.model_id)
    (first,) = table.take(names[:1]).to_pylist()
    table.append(pa.Table.from_pylist([{**first, "id": "0" * 32}], schema=table.schema))
    assert set(forget_few(ws, runner.model_id, names[:2])) == {*names[:2], "0" * 32}
    assert set(rows(ws, runner.model_id)) == {names[2]}
    assert forget_stale(ws, runner.model_id) == 0
    ws.table("images").delete_keys(names)
    assert forget_stale(ws, runner.model_id) == 1
    assert forget_stale(ws, "other-1") == 0
