"""The vectors of a few named pictures, at once and without a stage: for a service that was handed them.

Decided: the same reading, preprocessing and rounding as the stage (`reader`, `kernel.assemble`), into the
same table, so that a later `saccade fingerprint` finds nothing to do. The runner is the caller's, open
already; one of another batch size than the stage's may differ in the last bit of float32, which float16
hides nearly always. Only whole pictures; boxes are the stage's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.kernel import assemble
from saccade.fingerprints.pending import Store, find_work
from saccade.fingerprints.reader import CHUNK, Reader
from saccade.fingerprints.runners.base import Runner
from saccade.fingerprints.sources import CAN_HEAL, Sources
from saccade.workspace.tables import any_of

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace

STORES: tuple[Store, ...] = ("images", "objects")
_PART = 64  # pictures in memory at once
_COLUMNS = ("id", "status", "vector")


def fingerprint_few(
    ws: Workspace, model_id: str, runner: Runner, image_ids: Sequence[str],
    data: Mapping[str, bytes] | None = None,
) -> tuple[list[str], NDArray[np.float16]]:  # fmt: skip
    """Make sure that these pictures have a row in `fingerprints/<model_id>`; returns those with a vector.

    Computed is only what has no row, or one of a failure that can heal (the file was gone, and the bytes are
    here now). `data`: bytes that are in memory, by image; others are read from where the catalogue has them.
    Ids that the catalogue does not have as good pictures are passed over. A picture that cannot be computed
    gets a row with its status. Returns ids in the order given, and float16 [N, dim] of unit length. The
    caller holds the workspace's lock. Raises `InputError` for a runner of another model.
    """
    if runner.model_id != model_id:
        raise InputError(f"expected a runner of {model_id}, found one of {runner.model_id}")
    table = ws.fingerprints(model_id, runner.dim)
    wanted = list(dict.fromkeys(image_ids))
    have = _rows(table.take(wanted, _COLUMNS)) if wanted else {}
    again = [name for name in wanted if name in have and have[name][0] in CAN_HEAL]
    todo = [name for name in wanted if name not in have] + again
    made = list(_computed(ws, runner, todo, data or {}))
    if made:
        rows = pa.concat_tables(made)
        table.upsert(rows) if again else table.append(rows)
        have |= _rows(rows)
    found = [name for name in wanted if name in have and have[name][0] == "ok"]
    vectors = [np.empty((0, runner.dim), np.float16), *(have[name][1][None] for name in found)]
    return found, np.concatenate(vectors)


def forget_few(ws: Workspace, model_id: str, image_ids: Sequence[str]) -> list[str]:
    """Delete the rows of pictures that are gone, and of the objects on them; returns the ids of the rows."""
    try:
        table = ws.fingerprints(model_id)
    except NotFoundError:
        return []
    found: list[str] = []
    for start in range(0, len(image_ids), 2048):
        condition = any_of("image_id", image_ids[start : start + 2048])
        names = table.read(["id"], condition).column("id").to_pylist()
        if names:
            table.delete(condition)
        found += names
    return found


def forget_stale(ws: Workspace, model_id: str) -> int:
    """Delete the rows of everything that left the catalogue, whoever removed it; reads all ids once."""
    try:
        table = ws.fingerprints(model_id)
    except NotFoundError:
        return 0
    stale = [name for store in STORES for name in find_work(ws, table, store).stale]
    return table.delete_keys(stale)


@dataclass(frozen=True)
class _Handed(Sources):
    """Sources that have the kept bytes in memory already, by image."""

    data: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def _kept(self, rows: list[int]) -> dict[str, bytes]:
        return dict(self.data)


def _computed(
    ws: Workspace, runner: Runner, image_ids: Sequence[str], data: Mapping[str, bytes]
) -> Iterator[pa.Table]:
    for start in range(0, len(image_ids), _PART):
        chunk = _chunk(ws, image_ids[start : start + _PART])
        if not len(chunk):
            continue
        names = chunk.column("image_id").to_pylist()
        bytes_ = {name: data[name] for name in names if name in data} | _stored(ws, chunk, data)
        reader = Reader(_Handed(data=bytes_), runner.preprocess, len(chunk))
        batch = reader(chunk)
        vectors = runner(batch.pixels) if batch.good else np.zeros((len(chunk), runner.dim), np.float32)
        yield assemble(chunk, vectors, batch.statuses, batch.reasons, runner.model_id)


def _chunk(ws: Workspace, image_ids: Sequence[str]) -> pa.Table:
    """Rows of `reader.CHUNK` for the good ones of these images, in the order given."""
    images = ws.table("images").read(
        ["image_id", "uri"], f"status = 'ok' AND {any_of('image_id', image_ids)}"
    )
    uris = dict(zip(images.column(0).to_pylist(), images.column(1).to_pylist(), strict=True))
    names = [name for name in image_ids if name in uris]
    rows = [{"id": name, "image_id": name, "uri": uris[name], "row": 0} for name in names]
    return pa.Table.from_pylist(rows, schema=CHUNK)


def _stored(ws: Workspace, chunk: pa.Table, data: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bytes that the tables keep of pictures that are neither files nor in memory."""
    columns = (chunk.column(name).to_pylist() for name in ("image_id", "uri"))
    wanted = [name for name, uri in zip(*columns, strict=True) if uri is None and name not in data]
    if not wanted:
        return {}
    kept = ws.table("image_bytes").take(wanted)
    return dict(zip(kept.column("image_id").to_pylist(), kept.column("bytes").to_pylist(), strict=True))


def _rows(table: pa.Table) -> dict[str, tuple[str, NDArray[np.float16]]]:
    """Status and vector by id; the vector of a failure is not to be used."""
    width = table.schema.field("vector").type.list_size
    numbers = np.zeros((len(table), width), np.float16)
    names, states = table.column("id").to_pylist(), table.column("status").to_pylist()
    good = np.array([state == "ok" for state in states], bool)
    kept = table.filter(pa.array(good, pa.bool_())).column("vector")
    if len(kept):
        flat = pa.concat_arrays([chunk.flatten() for chunk in kept.chunks])
        numbers[good] = flat.to_numpy().reshape(-1, width)
    return {name: (state, numbers[row]) for row, (name, state) in enumerate(zip(names, states, strict=True))}
