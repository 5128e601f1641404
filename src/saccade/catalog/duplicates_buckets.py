"""Who could be near whom? Buckets of hashes that agree in at least one band of bits.

Decided: ten bands of 24 signs (multi-index hashing, Norouzi et al. 2012). Hashes that differ in at most nine
signs of 240 surely agree in a band; beyond that ever fewer do. A bucket is a run in a sorted
array, so nothing but arrays is kept, and building is one sort a band.

A catalogue full of like pictures makes huge buckets, and pairs grow with their square. So a hash meets only
the `REACH` others that stand nearest to it in its bucket, ordered by eight more bits: the work is bounded by
REACH × bands for each hash, whatever the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.vision.hashing import SIGN_BYTES

BANDS = 10
REACH = 64
_BAND_BYTES = 3
# Candidate pairs looked at in one go: bounds the memory of a search to some 200 MB.
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Band:
    """One band of one window, sorted: `keys` (24 bits of band, 8 that order) and `rows`, uint32 [N]."""

    keys: NDArray[np.uint32]
    rows: NDArray[np.uint32]

    @classmethod
    def build(cls, windows: NDArray[np.uint8], band: int) -> Band:
        return cls(*_sorted(band_keys(windows, band)))

    def near(
        self, keys: NDArray[np.uint32], reach: int = REACH
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each key [Q], the run [start, stop) of sorted positions to look at, at most `reach` long."""
        low = np.searchsorted(self.keys, keys & np.uint32(0xFFFFFF00), "left")
        high = low.copy()
        # Most keys stand alone: the second search is only for those that meet somebody.
        met = np.flatnonzero(self.keys[np.minimum(low, len(self.keys) - 1)] >> 8 == keys >> 8)
        high[met] = np.searchsorted(self.keys, keys[met] | np.uint32(0xFF), "right")
        # An overlong run is cut down to the neighbours of the key's own place in it.
        long = np.flatnonzero(high - low > reach)
        middle = np.searchsorted(self.keys, keys[long], "left")
        start = low.copy()
        start[long] = np.maximum(np.minimum(middle - reach // 2, high[long] - reach), low[long])
        return start, np.minimum(start + reach, high)


def band_keys(windows: NDArray[np.uint8], band: int) -> NDArray[np.uint32]:
    """The keys of one band: uint8 [N, ≥ 32] (one window of each hash) → uint32 [N]."""
    columns = [(band * _BAND_BYTES + step) % SIGN_BYTES for step in range(_BAND_BYTES + 1)]
    key = np.zeros(len(windows), np.uint32)
    for column in columns:
        key = (key << np.uint32(8)) | windows[:, column].astype(np.uint32)
    return key


def candidates(band: Band, keys: NDArray[np.uint32]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs (row that asks, row found) as int64 [P] twice, in pieces of bounded size.

    `keys` are of the same rows as the band, perhaps of another window.
    """
    # Asking in sorted order keeps the binary searches in the processor's cache.
    keys, asking = _sorted(keys)
    start, stop = band.near(keys)
    # Who meets only itself is left out before anything is laid out in memory.
    alone = (stop - start == 1) & (band.rows[np.minimum(start, len(band.rows) - 1)] == asking)
    some = np.flatnonzero((stop > start) & ~alone)
    if not len(some):
        return
    start, asking, counts = start[some], asking[some], (stop - start)[some]
    ends = np.cumsum(counts)
    cuts = np.searchsorted(ends, np.arange(0, ends[-1], _AT_ONCE), "right")
    for first, last in zip(cuts, [*cuts[1:], len(some)], strict=True):
        runs = counts[first:last]
        left = np.repeat(asking[first:last].astype(np.int64), runs)
        offset = np.arange(len(left)) - np.repeat(np.cumsum(runs) - runs, runs)
        yield left, band.rows[np.repeat(start[first:last], runs) + offset].astype(np.int64)


def _sorted(keys: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Keys in order, and the rows that they came from, by one sort of 64-bit words: quicker than argsort."""
    words = keys.astype(np.uint64) << np.uint64(32) | np.arange(len(keys), dtype=np.uint64)
    words.sort()
    return (words >> np.uint64(32)).astype(np.uint32), words.astype(np.uint32)
