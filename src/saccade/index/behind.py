"""What the tables hold now that an index version does not: all of it, or what concerns a few pictures.

Decided: the same points and digests as the stage `index` (`records`, `state`), so that what a service lays
over a version is exactly what the next version will hold, and the next run finds it unchanged. A version
whose tables have not moved on is not compared at all; otherwise everything is streamed, 40 bytes a point in
memory, and only the differences are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import numpy as np

from saccade.errors import NotFoundError
from saccade.index.layered import Delta
from saccade.index.opened import IndexInfo, versions
from saccade.index.payloads import Payload
from saccade.index.records import Batch, FieldChoice, Records, Store, input_versions
from saccade.index.state import State, digests
from saccade.workspace.schemas import OWN_ROWS
from saccade.workspace.tables import any_of
from saccade.workspace.workspace import Workspace

_PART = 2048  # names in one filter


def behind(ws: Workspace, info: IndexInfo) -> Delta:
    """The changes that bring a version up to date with the tables.

    Raises `NotFoundError` when the fingerprints of its model are gone, `FileNotFoundError` when the version
    itself is (another one was published: open that).
    """
    table, fields = ws.fingerprints(info.model_id), field_choice(info)
    if input_versions(ws, table, fields.store) == info.inputs:
        return Delta.none(info.dim)
    old = State.load(versions(ws, info.name).path(info.version))
    seen = np.zeros(len(old.ids), bool)
    kept, replaced = list[Batch](), list[str]()
    for batch in Records(ws, table, fields).batches():
        names = np.array(batch.ids, dtype="S32")
        changed, known = old.find(names, digests(batch.vectors, batch.payloads))
        seen[known] = True
        rows = np.flatnonzero(changed)
        kept.append(_rows_of(batch, rows))
        replaced += names[rows][np.isin(names[rows], old.ids[known])].astype(str).tolist()
    return _delta(kept, old.ids[~seen].astype(str).tolist(), info.dim, replaced)


def points_of(ws: Workspace, model_id: str, fields: FieldChoice, image_ids: Sequence[str]) -> Delta:
    """The points on a few pictures (the pictures themselves and the objects on them) as they are now.

    `deletes` are the ids of those that are no points: pictures without a vector, of deleted items only, or
    gone. Needs no index, and reads only the rows that it names.
    """
    try:
        table = ws.fingerprints(model_id)
    except NotFoundError:
        return Delta([], np.empty((0, 0), np.float16), [], sorted(set(image_ids)))
    dim = table.schema.field("vector").type.list_size
    kept, known = list[Batch](), set(image_ids)
    for part in _parts(list(image_ids)):
        where = f"{any_of('image_id', part)} AND {OWN_ROWS[fields.store]}"
        known.update(table.read(["id"], where).column("id").to_pylist())
        kept += Records(ws, table, fields, part).batches()
    points = {name for batch in kept for name in batch.ids}
    return _delta(kept, sorted(known - points), dim)


def field_choice(info: IndexInfo) -> FieldChoice:
    """The fields and points that an index was asked to hold."""
    names, store = info.request.get("fields"), info.request.get("store", "images")
    return FieldChoice(tuple(map(str, names)) if isinstance(names, Iterable) else None, cast("Store", store))


def _delta(kept: list[Batch], deletes: list[str], dim: int, replaced: list[str] | None = None) -> Delta:
    payloads: list[Payload] = [payload for batch in kept for payload in batch.payloads]
    vectors = np.concatenate([np.empty((0, dim), np.float16), *(batch.vectors for batch in kept)])
    return Delta([name for batch in kept for name in batch.ids], vectors, payloads, deletes, replaced)


def _rows_of(batch: Batch, rows: np.ndarray) -> Batch:
    return Batch([batch.ids[r] for r in rows], batch.vectors[rows], [batch.payloads[r] for r in rows])


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _PART] for start in range(0, len(names), _PART))
