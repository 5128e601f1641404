"""Which pictures has this detector not looked at? The catalogue against `detections` and `objects`.

Decided:
- An object is a detector's when a row of `detections` lists it; any other object was drawn by people (or
  came with the catalogue), and pictures with such boxes are left to them unless the caller says otherwise.
- A row that lists an object which is not in `objects` is half of an interrupted chunk, or its objects were
  removed: the picture is looked at again. Rows are therefore written before their objects (`stage`).
- A row of another detector is looked at again; so is a failure whose place looks different now.
- In memory are 16 bytes a picture and an object, whatever the catalogue's size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.fingerprints.keys import Keys, contains, keys_of
from saccade.fingerprints.pending import Work
from saccade.fingerprints.sources import CAN_HEAL, healed
from saccade.workspace.tables import any_of

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace

_SCAN = 65536
_NONE: Keys = np.empty(0, "S16")


@dataclass(frozen=True)
class ToLook:
    """Pictures to look at, rows of pictures that left, and how many are left to people's boxes."""

    work: Work
    stale: tuple[str, ...]
    boxed: int

    @property
    def todo(self) -> int:
        return self.work.todo


@dataclass(frozen=True)
class _Rows:
    """Keys from `detections`: pictures that are done, objects that are listed; ids of pictures that left."""

    done: Keys
    listed: Keys
    stale: tuple[str, ...]


def found_by_detectors(ws: Workspace) -> pa.Array:
    """Ids of the objects that a detector found; all others were drawn by people."""
    listed = ws.table("detections").read(["object_ids"])["object_ids"].combine_chunks()
    return listed.flatten().unique()


def find_pictures(
    ws: Workspace, detector_id: str, pictures: str, redo_boxed: bool, retry: bool, redo: bool
) -> ToLook:
    """Compare the catalogue with what was looked at; `pictures` is a selection, empty for all."""
    good = np.sort(_keys(ws, "images", "image_id", "status = 'ok'"))
    objects = np.sort(_keys(ws, "objects", "object_id"))
    rows = _looked(ws, detector_id, good, objects, retry, redo)
    wanted = good
    if pictures:
        chosen = Selection.parse(pictures).images(Catalogue(ws))
        wanted = good[contains(np.sort(keys_of(chosen)), good)]
    todo = wanted[~contains(rows.done, wanted)]
    boxed = 0
    if not redo_boxed:
        drawn = _drawn(ws, rows.listed)
        boxed = int(contains(drawn, todo).sum())
        todo = todo[~contains(drawn, todo)]
    have = good[~contains(todo, good)]
    return ToLook(Work(ws, "images", have, (), (), len(todo)), rows.stale, boxed)


def _looked(ws: Workspace, detector_id: str, good: Keys, objects: Keys, retry: bool, redo: bool) -> _Rows:
    done: list[Keys] = [_NONE]
    listed: list[Keys] = [_NONE]
    stale: list[str] = []
    failed: list[str] = []
    names = ["image_id", "source", "status", "reason", "object_ids"]
    for batch in ws.table("detections").scan(names, batch_size=_SCAN):
        images = keys_of(batch.column(0))
        ids = batch.column(4)
        inside = keys_of(ids.flatten().cast(pa.string()))
        listed.append(inside)
        there = contains(good, images)
        stale += batch.column(0).filter(pa.array(~there)).to_pylist()
        ours = np.array([source == detector_id for source in batch.column(1).to_pylist()], bool)
        kept = there & ours & _whole(ids, contains(objects, inside))
        if retry or redo:
            ok = np.array([status == "ok" for status in batch.column(2).to_pylist()], bool)
            kept &= (not redo) & (ok | (not retry))
        failed += _healing(batch, kept)
        done.append(images[kept])
    finished = np.sort(np.concatenate(done))
    again = np.sort(keys_of(pa.array(_healed(ws, failed), pa.string())))
    return _Rows(finished[~contains(again, finished)], np.sort(np.concatenate(listed)), tuple(stale))


def _whole(ids: pa.Array, there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of each list of ids, whether all are there; `there` is flat over the lists."""
    counts = np.array([len(one or ()) for one in ids.to_pylist()], np.int64)
    sums = np.concatenate([[0], np.cumsum(~there)])
    ends = np.cumsum(counts)
    return sums[ends] == sums[ends - counts]


def _healing(batch: pa.RecordBatch, kept: NDArray[np.bool_]) -> list[str]:
    rows = zip(batch.column(0).to_pylist(), batch.column(2).to_pylist(), kept.tolist(), strict=True)
    return [image for image, status, mine in rows if mine and status in CAN_HEAL]


def _healed(ws: Workspace, failed: list[str]) -> list[str]:
    """Those of the failed pictures whose place looks different now."""
    found: list[str] = []
    for start in range(0, len(failed), 2048):
        part = failed[start : start + 2048]
        images = ws.table("images").take(part, ["image_id", "uri"])
        uris = dict(zip(images.column(0).to_pylist(), images.column(1).to_pylist(), strict=True))
        rows = ws.table("detections").take(part, ["image_id", "reason"])
        for image, reason in zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True):
            if healed(uris.get(image), reason):
                found.append(image)
    return found


def _drawn(ws: Workspace, listed: Keys) -> Keys:
    """Pictures with an object that no row of `detections` lists."""
    parts = [_NONE]
    for batch in ws.table("objects").scan(["object_id", "image_id"], batch_size=_SCAN):
        free = ~contains(listed, keys_of(batch.column(0)))
        if free.any():
            parts.append(keys_of(batch.column(1).filter(pa.array(free))))
    return np.unique(np.concatenate(parts))


def _keys(ws: Workspace, table: str, column: str, filter: str | None = None) -> Keys:
    parts = [keys_of(batch.column(0)) for batch in ws.table(table).scan([column], filter, batch_size=_SCAN)]
    return np.concatenate([_NONE, *parts])


def listed_objects(ws: Workspace, image_ids: list[str]) -> Iterator[list[str]]:
    """Ids of the objects that `detections` lists for these pictures, in blocks."""
    for start in range(0, len(image_ids), 2048):
        part = image_ids[start : start + 2048]
        rows = ws.table("detections").read(["object_ids"], any_of("image_id", part))
        ids = [name for names in rows.column(0).to_pylist() for name in names or ()]
        if ids:
            yield ids
