"""What of a batch is new, what is as it was: records against what earlier runs stored.

Decided: files are compared by size and time, addresses count as unchanged once they were fetched (or failed
for good), bytes inside a file by the state of that file. Whole batches are compared at once, because a
look-up costs less than a Python call. Not here: reading any picture.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from saccade.catalog.examine import Examined, is_watched, state_of
from saccade.catalog.files import has_scheme, is_web, stat
from saccade.catalog.known import Known
from saccade.catalog.marks import LIST
from saccade.catalog.records import Photo, Places, Record
from saccade.workspace import Workspace


@dataclass(slots=True)
class Work:
    """A record under way: where its places are known, and what is found at them (None: not looked at yet)."""

    record: Record
    at: list[int] = field(default_factory=list[int])
    row_same: bool = False
    found: list[Examined | None] = field(default_factory=list["Examined | None"])


def changed_places(known: Known, uri: str, places: Places, refresh: bool = False) -> NDArray[np.bool_]:
    """bool [N]: which places of the list `uri` have to be looked at."""
    at = known.find(places.uris)
    web = np.fromiter((is_web(place) for place in places.uris), bool, len(at))
    if places.sizes is not None and places.modified is not None:
        sizes, states = places.sizes, places.modified
    else:
        looks = [(-1, "") if is_web(place) else stat(place) or (-1, "") for place in places.uris]
        sizes, states = [size for size, _ in looks], [state for _, state in looks]
    settled = known.settled(at) & (not refresh)
    mask = ~np.where(web, settled, known.same_state(at, sizes, states))
    for number in np.flatnonzero(mask & (at < 0)).tolist():  # those of rejected rows were never looked at
        mask[number] = known.find([f"{uri}#{places.positions[number]}"])[0] < 0
    return mask


def compare(batch: list[Record], known: Known, refresh: bool, pool: Executor) -> list[Work]:
    """The records with what needs no look filled in: places in the state that is known."""
    photos = [photo for record in batch for photo in record.photos]
    at = known.find([photo.uri for photo in photos])
    works = _shared_out(batch, at.tolist())
    if len(known):
        looks = _states(photos, pool)
        web = np.fromiter((is_web(photo.uri) for photo in photos), bool, len(at))
        state_same = known.same_state(at, [size for size, _ in looks], [state for _, state in looks])
        same = np.where(web, known.settled(at) & (not refresh), state_same)
        row_same = known.same_row(at, [record.digest for record in batch for _ in record.photos])
        _fill(works, known, same.tolist(), row_same.tolist(), looks)
    return works


def _shared_out(batch: list[Record], at: list[int]) -> list[Work]:
    works: list[Work] = []
    start = 0
    for record in batch:
        stop = start + len(record.photos)
        works.append(Work(record, at[start:stop], False, [None] * (stop - start)))
        start = stop
    return works


def _fill(
    works: list[Work], known: Known, same: list[bool], row_same: list[bool], looks: list[tuple[int, str]]
) -> None:
    start = 0
    for work in works:
        stop = start + len(work.found)
        work.row_same = all(row_same[start:stop])
        for number in range(start, stop):
            if same[number]:
                at = work.at[number - start]
                work.found[number - start] = _recalled(known, at, looks[number], work.row_same)
        start = stop


def _recalled(known: Known, at: int, look: tuple[int, str], row_same: bool) -> Examined | None:
    """A place as it was; None when its image has to be looked at again because the tables lack it."""
    image = known.image(at)
    if image is not None and known.has_image(image):
        return Examined("ok", "", image, *look)
    return Examined("known", "", image, *look) if row_same else None


def _states(photos: list[Photo], pool: Executor) -> list[tuple[int, str]]:
    if any(has_scheme(photo.uri) and is_watched(photo) for photo in photos):
        return list(pool.map(state_of, photos))
    return [state_of(photo) for photo in photos]


def unseen(ws: Workspace, known: Known, source: str, skipped: Collection[str]) -> tuple[list[str], list[str]]:
    """Rejected rows, and pictures, that a source had and this run did not meet.

    `source` is its digest; places inside the files of `skipped` count as met.
    """
    rejections: list[str] = []
    photos: list[str] = []
    condition = f"modified LIKE '%.{source}.%' AND status != '{LIST}'"
    for batch in ws.table("sources").scan(["uri", "image_id"], condition):
        missed = set(known.unseen(batch.column("uri").to_pylist()))
        for row in batch.to_pylist():
            if row["uri"] in missed and not _inside(row["uri"], skipped):
                (rejections if row["image_id"] is None and "#" in row["uri"] else photos).append(row["uri"])
    return rejections, photos


def _inside(uri: str, files: Collection[str]) -> bool:
    parts = uri.split("#")
    return any("#".join(parts[:stop]) in files for stop in range(1, len(parts)))
