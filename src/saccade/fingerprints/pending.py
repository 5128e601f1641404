"""What is there to do? The catalogue's ids against those that already have a row, both as sorted keys.

Decided:
- The catalogue is streamed; what stays in memory is 16 bytes an id (24 where bytes are kept in tables).
- Only images with status ok count, and only objects on such images; a row of anything else is stale.
- A failed row is tried again when its place looks different from what its reason says, or on request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from saccade.fingerprints.keys import Keys, contains, keys_of
from saccade.fingerprints.reader import CHUNK
from saccade.fingerprints.sources import CAN_HEAL, healed, look_up, rows_of
from saccade.workspace.schemas import OWN_ROWS

if TYPE_CHECKING:
    from saccade.workspace.tables import Table
    from saccade.workspace.workspace import Workspace

Store = Literal["images", "objects"]
_OK = "status = 'ok'"
_SIDES = ("x", "y", "width", "height")
_SCAN = 65536  # rows of ids at a time


@dataclass(frozen=True)
class Work:
    """What a run has to do.

    `have` are the keys that keep their rows; `again` and `stale` are ids whose rows are deleted first,
    to be computed anew or for good; `todo` counts what is then missing.
    """

    ws: Workspace
    store: Store
    have: Keys
    again: tuple[str, ...]
    stale: tuple[str, ...]
    todo: int

    def chunks(self, size: int) -> Iterator[pa.Table]:
        """Tables of `reader.CHUNK` of exactly `size` rows, the last one shorter, in the catalogue's order."""
        kept, count = [], 0
        for table in self._missing():
            kept.append(table)
            count += len(table)
            while count >= size:
                joined = pa.concat_tables(kept)
                yield joined.slice(0, size).combine_chunks()
                kept, count = [joined.slice(size)], count - size
        if count:
            yield pa.concat_tables(kept).combine_chunks()

    def _missing(self) -> Iterator[pa.Table]:
        if not self.todo:
            return
        rows = _image_rows(self.ws) if self.store == "images" else _object_rows(self.ws)
        for table in rows:
            fresh = table.filter(pa.array(~contains(self.have, keys_of(table.column("id").combine_chunks()))))
            if len(fresh):
                yield self._placed(fresh)

    def _placed(self, table: pa.Table) -> pa.Table:
        """The rows with their places: objects get their image's, images without a file a row number."""
        if self.store == "objects":
            table = _with_image(self.ws, table)
        uris = table.column("uri")
        rows: pa.Array = pa.nulls(len(table), pa.int64())
        if uris.null_count:
            at = look_up(self._kept, table.column("image_id").combine_chunks())
            rows = pa.array(at, pa.int64(), mask=at < 0)
        columns = {"id": table.column("id"), "image_id": table.column("image_id"), "uri": uris, "row": rows}
        for side in _SIDES:
            there = side in table.column_names
            columns[side] = table.column(side) if there else pa.nulls(len(table), pa.float32())
        return pa.table(columns, schema=CHUNK)

    @cached_property
    def _kept(self) -> tuple[Keys, np.ndarray]:
        return rows_of(self.ws.table("image_bytes"))


def find_work(ws: Workspace, table: Table | None, store: Store, retry: bool = False) -> Work:
    """Compare the catalogue with a table of fingerprints (None: it does not exist yet)."""
    wanted = np.sort(_wanted(ws, store))
    have = _have(table, store)
    stale_keys = have[~contains(wanted, have)]
    again = _again(ws, table, store, wanted, retry) if table is not None else []
    stale = _ids(table, store, np.sort(stale_keys)) if table is not None and len(stale_keys) else []
    if again:
        gone = np.sort(keys_of(pa.array(again, pa.string())))
        have = have[~contains(gone, have)]
    todo = int((~contains(have, wanted)).sum())
    return Work(ws, store, have, tuple(again), tuple(stale), todo)


def _wanted(ws: Workspace, store: Store) -> Keys:
    images = _column_keys(ws.table("images").scan(["image_id"], _OK, batch_size=_SCAN))
    if store == "images":
        return images
    images = np.sort(images)
    parts: list[Keys] = []
    for batch in ws.table("objects").scan(["object_id", "image_id"], batch_size=_SCAN):
        known = contains(images, keys_of(batch.column(1)))
        parts.append(keys_of(batch.column(0))[known])
    return np.concatenate(parts) if parts else np.empty(0, "S16")


def own_rows(store: Store) -> str:
    """Lance SQL for the rows of one kind: the fingerprint of a whole image bears the image's id."""
    return OWN_ROWS[store]


def _have(table: Table | None, store: Store) -> Keys:
    if table is None:
        return np.empty(0, "S16")
    return np.sort(_column_keys(table.scan(["id"], own_rows(store), batch_size=_SCAN)))


def _column_keys(batches: Iterator[pa.RecordBatch]) -> Keys:
    parts = [keys_of(batch.column(0)) for batch in batches]
    return np.concatenate(parts) if parts else np.empty(0, "S16")


def _ids(table: Table, store: Store, keys: Keys) -> list[str]:
    """The ids of these sorted keys."""
    found: list[str] = []
    for batch in table.scan(["id"], own_rows(store), batch_size=_SCAN):
        column = batch.column(0)
        found += column.filter(pa.array(contains(keys, keys_of(column)))).to_pylist()
    return found


def _again(ws: Workspace, table: Table, store: Store, wanted: Keys, retry: bool) -> list[str]:
    """Ids of failed rows that are worth another try."""
    found: list[str] = []
    failed = f"status != 'ok' AND {own_rows(store)}"
    for batch in table.scan(["id", "image_id", "status", "reason"], failed, batch_size=_SCAN):
        rows = pa.Table.from_batches([batch]).filter(pa.array(contains(wanted, keys_of(batch.column(0)))))
        if retry:
            found += rows.column("id").to_pylist()
        elif len(rows):
            found += _healed(ws, rows)
    return found


def _healed(ws: Workspace, rows: pa.Table) -> list[str]:
    wounded = [row for row in rows.to_pylist() if row["status"] in CAN_HEAL]
    uris = _uris(ws, [row["image_id"] for row in wounded])
    return [row["id"] for row in wounded if healed(uris.get(row["image_id"]), row["reason"])]


def _uris(ws: Workspace, images: list[str]) -> dict[str, str | None]:
    """Where these images lie; those that the catalogue does not know are absent."""
    if not images:
        return {}
    found = ws.table("images").take(list(dict.fromkeys(images)), ["image_id", "uri"])
    return dict(zip(found.column("image_id").to_pylist(), found.column("uri").to_pylist(), strict=True))


def _image_rows(ws: Workspace) -> Iterator[pa.Table]:
    for batch in ws.table("images").scan(["image_id", "uri"], _OK):
        ids, uris = batch.column("image_id"), batch.column("uri")
        yield pa.table({"id": ids, "image_id": ids, "uri": uris})


def _object_rows(ws: Workspace) -> Iterator[pa.Table]:
    images = np.sort(_wanted(ws, "images"))
    for batch in ws.table("objects").scan(["object_id", "image_id", *_SIDES]):
        table = pa.Table.from_batches([batch]).rename_columns(["id", "image_id", *_SIDES])
        yield table.filter(pa.array(contains(images, keys_of(batch.column("image_id")))))


def _with_image(ws: Workspace, table: pa.Table) -> pa.Table:
    images = table.column("image_id").to_pylist()
    uris = _uris(ws, images)
    column = pa.array([uris.get(image) for image in images], pa.string())
    return table.append_column("uri", column)
