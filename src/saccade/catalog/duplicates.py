"""Which pictures are copies of one another? Re-encoded, resized, or cropped by up to 5% a side (centred).

Decided: buckets propose pairs (`duplicates_buckets`), the distance decides (`duplicates_distance`), and a
group is a star: everybody in it is a copy of the one picture that stands for it. Connected components would
join a chain of small differences into one giant group; a star is never wider than twice the threshold.
Equal hashes are collapsed first, so a million copies of one placeholder cost a million steps, not their
square. Not here: exact duplicates, which are one `image_id` from the start; the online answer, see
`duplicates_index`.

Not found: crops off the centre (5% of one side only), mirrored, turned or recoloured copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from saccade.catalog.duplicates_buckets import BANDS, Band, band_keys, candidates
from saccade.catalog.duplicates_distance import THRESHOLD, checked, distance, has_hash, way_distance, window
from saccade.vision.hashing import WINDOWS


@dataclass(frozen=True, slots=True)
class Pairs:
    """Near-duplicate rows: `i` < `j`, sorted and unique, and `distance` 0..threshold; all int64 [P]."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    distance: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.i)


def find_duplicates(hashes: NDArray[np.uint8], threshold: int = THRESHOLD) -> Pairs:
    """All near-duplicate pairs among hashes (uint8 [N, HASH_BYTES]), in time that grows about as N log N.

    Rows with equal hashes are paired with the first of them only, at distance 0; `groups` puts that right.
    Rows without a hash (zeros) are in no pair.
    """
    hashes = checked(hashes)
    first = _first_equal(hashes)
    rows = np.flatnonzero((first == np.arange(len(hashes))) & has_hash(hashes))
    near = _near(hashes[rows], threshold)
    copies = np.flatnonzero((first != np.arange(len(hashes))) & has_hash(hashes))
    i, j = np.concatenate([rows[near.i], first[copies]]), np.concatenate([rows[near.j], copies])
    order = np.lexsort((j, i))
    apart = np.concatenate([near.distance, np.zeros(len(copies), np.int64)])
    return Pairs(i[order], j[order], apart[order])


def groups(n: int, pairs: Pairs) -> NDArray[np.int64]:
    """For each of `n` rows the row that stands for its group (int64 [n]); a row alone stands for itself.

    Rows at distance 0 are one. Then the row with the most copies takes all of them, the next takes what is
    left, and so on; ties go to the lower row. A row is always a direct copy of the one that stands for it.
    """
    same = pairs.distance == 0
    point = _merge_equal(n, pairs.i[same], pairs.j[same])
    links = _links(n, point[pairs.i[~same]], point[pairs.j[~same]])
    return _stars(n, links)[point]


def duplicate_table(ids: Sequence[str], hashes: NDArray[np.uint8], threshold: int = THRESHOLD) -> pa.Table:
    """The `duplicates` table: image_id, group_id (the image that stands for the group), distance (0..256).

    One row for every image of a group of two or more, the one that stands for it included. The result does
    not depend on the order of the input.
    """
    order = sorted(range(len(ids)), key=ids.__getitem__)
    hashes = checked(hashes)[order]
    stands = groups(len(ids), find_duplicates(hashes, threshold))
    members = np.flatnonzero(np.bincount(stands, minlength=len(ids))[stands] > 1)
    apart = distance(hashes[members], hashes[stands[members]]).astype(np.int32)
    names = [ids[order[row]] for row in members]
    heads = [ids[order[row]] for row in stands[members]]
    schema = pa.schema([("image_id", pa.string()), ("group_id", pa.string()), ("distance", pa.int32())])
    return pa.table([names, heads, apart], schema=schema)


def _near(hashes: NDArray[np.uint8], threshold: int) -> Pairs:
    """The pairs among hashes that all differ."""
    n = len(hashes)
    parts = [np.ascontiguousarray(window(hashes, which)) for which in range(len(WINDOWS))]
    found = np.empty(0, np.int64)
    for number in range(BANDS):
        band = Band.build(parts[0], number)
        asked = [_close(band, band_keys(part, number), part, parts[0], threshold) for part in parts]
        found = np.unique(np.concatenate([found, *asked]))
    i, j = np.divmod(found, max(n, 1))
    return Pairs(i, j, distance(hashes[i], hashes[j]))


def _close(
    band: Band, keys: NDArray[np.uint32], part: NDArray[np.uint8], whole: NDArray[np.uint8], threshold: int
) -> NDArray[np.int64]:
    """Pairs of one band, a window of the one close to the whole of the other, coded as low × N + high."""
    codes = [np.empty(0, np.int64)]
    for asking, found in candidates(band, keys):
        other = np.flatnonzero(asking != found)
        left, right = asking[other], found[other]
        near = way_distance(part[left], whole[right]) <= threshold
        low, high = np.minimum(left[near], right[near]), np.maximum(left[near], right[near])
        codes.append(low * len(whole) + high)
    return np.concatenate(codes)


def _first_equal(hashes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """For each row the first row with the same bytes."""
    mixed = _mix(hashes)
    _, first, which = np.unique(mixed, return_index=True, return_inverse=True)
    first_row = first[which]
    # Two hashes that mix alike are as rare as can be, but they must not be merged.
    differs = (hashes != hashes[first_row]).any(axis=1)
    return np.where(differs, np.arange(len(hashes)), first_row)


def _mix(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """64 bits for each row, by multiplying and shifting its words in turn (after splitmix64, Steele 2014)."""
    mixed = np.zeros(len(hashes), np.uint64)
    for word in hashes.view(np.uint64).T:
        mixed = (mixed ^ word) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _merge_equal(n: int, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row the lowest row that it equals, directly or through others."""
    _, label = connected_components(
        coo_array((np.ones(len(i), np.bool_), (i, j)), shape=(n, n)), directed=False
    )
    _, first = np.unique(label, return_index=True)
    return first[label].astype(np.int64)


def _links(n: int, i: NDArray[np.int64], j: NDArray[np.int64]) -> csr_array:
    """Who is linked to whom, both ways, without repeats."""
    ends = np.concatenate([i, j]), np.concatenate([j, i])
    return csr_array(coo_array((np.ones(2 * len(i), np.int8), ends), shape=(n, n)))


def _stars(n: int, links: csr_array) -> NDArray[np.int64]:
    """Greedy stars: most links first, each taking its neighbours that are still free."""
    stands = np.arange(n)
    degree = np.diff(links.indptr)
    linked = np.flatnonzero(degree)
    free = np.ones(n, np.bool_)
    for row in linked[np.argsort(-degree[linked], kind="stable")]:
        if free[row]:
            around = links.indices[links.indptr[row] : links.indptr[row + 1]]
            taken = around[free[around]]
            stands[taken] = row
            free[taken] = free[row] = False
    return stands
