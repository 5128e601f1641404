"""Is this picture new? Answered at once, beside a catalogue that grows.

Decided: the same buckets and distance as the batch search, kept sorted in memory: about 600 bytes an image
(200 of hash, and eight of key and row in each of 50 sorted bands). New hashes wait in a short list that
is compared one by one, and are sorted in when the list has grown to a 64th of the index.
Not here: writing anything; the `images` table is the only store, and `from_table` rebuilds from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.catalog.duplicates_buckets import BANDS, Band, band_keys
from saccade.catalog.duplicates_distance import THRESHOLD, checked, distance, from_column, window
from saccade.errors import InputError
from saccade.vision.hashing import HASH_BYTES, WINDOWS

_WAITING_AT_LEAST = 4096
_WAITING_SHARE = 64


class DuplicateIndex:
    """Finds the nearest copy of one picture among those added so far. Not for several threads at once."""

    def __init__(self, threshold: int = THRESHOLD) -> None:
        self.threshold = threshold
        self._ids: list[str] = []
        self._hashes = np.empty((0, HASH_BYTES), np.uint8)
        self._waiting: list[NDArray[np.uint8]] = []
        self._bands: list[list[Band]] = []

    @classmethod
    def from_table(
        cls, table: pa.Table | Iterable[pa.RecordBatch], threshold: int = THRESHOLD
    ) -> DuplicateIndex:
        """From the columns `image_id` and `phash`, as a table or as the batches of a scan."""
        index = cls(threshold)
        # A table is a kind of iterable for the type checker, so it is asked for by what it can do.
        to_batches = getattr(table, "to_batches", None)
        batches: Iterable[pa.RecordBatch] = table if to_batches is None else to_batches()
        for batch in batches:
            index._append(batch.column("image_id").to_pylist(), from_column(batch.column("phash")))
        index._sort_in()
        return index

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Sequence[str], hashes: NDArray[np.uint8]) -> None:
        """Add images (uint8 [N, HASH_BYTES]); those without a hash are kept but never match."""
        self._append(ids, checked(hashes))
        waiting = len(self._ids) - len(self._hashes)
        if waiting > max(_WAITING_AT_LEAST, len(self._hashes) // _WAITING_SHARE):
            self._sort_in()

    def match(self, phash: bytes | NDArray[np.uint8]) -> tuple[str, int] | None:
        """The nearest copy and its distance (0..threshold), the first added on a tie; None when it is new."""
        one = checked(np.frombuffer(bytes(phash), np.uint8)[None])
        rows = self._candidates(one)
        near = np.concatenate([self._hashes[rows], *self._waiting])
        if not len(near):
            return None
        rows = np.concatenate([rows, np.arange(len(self._hashes), len(self._ids))])
        apart = distance(near, one)
        best = int(np.argmin(apart))
        return (self._ids[rows[best]], int(apart[best])) if apart[best] <= self.threshold else None

    def _append(self, ids: Sequence[str], hashes: NDArray[np.uint8]) -> None:
        if len(ids) != len(hashes):
            raise InputError(
                f"each image needs one hash, found {len(ids)} ids and {len(hashes)} hashes: pair them"
            )
        self._ids.extend(ids)
        self._waiting.append(hashes)

    def _sort_in(self) -> None:
        self._hashes = np.concatenate([self._hashes, *self._waiting])
        self._waiting = []
        parts = [np.ascontiguousarray(window(self._hashes, which)) for which in range(len(WINDOWS))]
        self._bands = [[Band.build(part, band) for band in range(BANDS)] for part in parts]

    def _candidates(self, one: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Sorted rows that share a bucket: its windows among the wholes, and its whole among the windows."""
        found = [np.empty(0, np.uint32)]
        if not len(self._hashes):
            return np.empty(0, np.int64)
        for which, bands in enumerate(self._bands):
            found += _look_up(bands, window(one, 0))
            if which:
                found += _look_up(self._bands[0], window(one, which))
        return np.unique(np.concatenate(found)).astype(np.int64)


def _look_up(bands: list[Band], part: NDArray[np.uint8]) -> list[NDArray[np.uint32]]:
    """What stands in the buckets of one window, band by band."""
    found: list[NDArray[np.uint32]] = []
    for number, band in enumerate(bands):
        start, stop = band.near(band_keys(part, number))
        found.append(band.rows[start[0] : stop[0]])
    return found
