"""Exact top k of many queries at once, by floats or by sign bits, over pictures or over items.

Decided:
- Nothing is approximate and memory is bounded: blocks of queries meet blocks of the gallery.
- A score and a place are packed into one 64-bit key, so one partition keeps the best and breaks ties exactly:
  the greater id first, which is the rule of a run (`saccade.metrics.trec`).
- An item's score is that of its best picture, so its first picture in the ranking is its rank.
- Float scores are inner products in float32, the cosine of normalised vectors. Bit scores are
  1 - 2 × (Hamming distance) / D, from -1 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError
from saccade.metrics.columns import Ints, split, spread

Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint64]  # see _keys; 0 is nothing
BLOCK = 2_000_000  # scores held at once
QUERIES = 128  # queries in a block


class Scorer(Protocol):
    """Scores queries against gallery rows."""

    def __call__(self, queries: slice, rows: Ints) -> Floats:
        """float32 [q, r]: the greater, the nearer."""
        ...


@dataclass(frozen=True, eq=False)
class FloatScorer:
    """Inner products of float `queries` [Q, D] and `gallery` [G, D], any float type."""

    queries: npt.NDArray[np.floating]
    gallery: npt.NDArray[np.floating]

    def __post_init__(self) -> None:
        _same_width(self.queries.shape, self.gallery.shape)

    def __call__(self, queries: slice, rows: Ints) -> Floats:
        return self.queries[queries].astype(np.float32) @ self.gallery[rows].astype(np.float32).T


@dataclass(frozen=True, eq=False)
class BitScorer:
    """Agreement of sign bits, uint8 [Q, B] and [G, B] packed as `numpy.packbits`, of `dim` components."""

    queries: npt.NDArray[np.uint8]
    gallery: npt.NDArray[np.uint8]
    dim: int

    def __post_init__(self) -> None:
        _same_width(self.queries.shape, self.gallery.shape)

    def __call__(self, queries: slice, rows: Ints) -> Floats:
        mine, theirs = _words(self.queries[queries]), _words(self.gallery[rows])
        distance = np.zeros((len(mine), len(theirs)), np.uint16)
        for word in range(mine.shape[1]):
            distance += np.bitwise_count(mine[:, word, None] ^ theirs[None, :, word])
        return (1 - distance * np.float32(2 / self.dim)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Targets:
    """What is ranked: T targets in the order of their ids; target t is the best of gallery rows
    `rows[offsets[t]:offsets[t + 1]]`. One row each when pictures are ranked, several when items are."""

    rows: Ints
    offsets: Ints

    @classmethod
    def rows_alone(cls, count: int) -> Targets:
        """Every gallery row by itself."""
        return cls(np.arange(count), np.arange(count + 1))


def top_k(
    scorer: Scorer, queries: int, targets: Targets, k: int, banned: tuple[Ints, Ints] | None = None
) -> tuple[Ints, Floats]:
    """The k best targets of each query.

    Args:
        scorer: scores a block.
        queries: how many queries there are, Q.
        targets: what is ranked; of two with one score the later comes first.
        k: how many are wanted.
        banned: (query, gallery row) pairs, int64 [n] each, that must not be found.

    Returns:
        int64 [Q, k] places in `targets`, -1 where there are fewer than k, and float32 [Q, k] scores, falling.
    """
    if k < 1:
        raise InputError(f"k must be at least 1, found {k}")
    step = QUERIES
    keys = np.zeros((queries, k), np.uint64)
    nothing = np.empty(0, np.int64)
    forbidden = _forbidden(targets, *(banned or (nothing, nothing)))
    for first_target, last_target in split(targets.offsets, max(1, BLOCK // step)):
        ends = targets.offsets[first_target : last_target + 1]
        rows = targets.rows[ends[0] : ends[-1]]
        for start in range(0, queries, step):
            block = slice(start, min(start + step, queries))
            scores = scorer(block, rows)
            _forbid(scores, forbidden, block, int(ends[0]))
            if len(rows) != last_target - first_target:
                scores = np.maximum.reduceat(scores, ends[:-1] - ends[0], axis=1)
            found = np.concatenate((keys[block], _contenders(scores, first_target, keys[block])), axis=1)
            keys[block] = np.partition(found, found.shape[1] - k, axis=1)[:, -k:]
    return _decoded(np.sort(keys, axis=1)[:, ::-1])


def _contenders(scores: Floats, first: int, best: Keys) -> Keys:
    """Keys [q, c] of those that can be among the k best, padded with 0; `best` [q, k] are those so far.

    Most of a block lies below the k-th best of what came before, so only the few others become keys.
    """
    k = best.shape[1]
    floor = _decoded(best.min(axis=1))[1]
    if np.isneginf(floor).any() and scores.shape[1] > k:
        floor = np.maximum(floor, np.partition(scores, scores.shape[1] - k, axis=1)[:, -k])
    place = np.flatnonzero((scores >= floor[:, None]) & (scores > -np.inf))
    query, column = np.divmod(place, scores.shape[1])
    count = np.bincount(query, minlength=len(scores))
    keys = np.zeros((len(scores), int(count.max(initial=0))), np.uint64)
    keys[query, spread(np.zeros_like(count), count)] = _keys(scores.ravel()[place], first + column)
    return keys


def _keys(scores: Floats, place: Ints) -> Keys:
    """Score and place as one number that sorts as they do."""
    bits = (scores + np.float32(0)).view(np.uint32)  # + 0 makes -0 and 0 equal
    ordered = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31)).astype(np.uint64)
    return ordered << np.uint64(32) | place.astype(np.uint64)


def _decoded(keys: Keys) -> tuple[Ints, Floats]:
    ordered = (keys >> np.uint64(32)).astype(np.uint32)
    bits = np.where(ordered >> 31, ordered & np.uint32(0x7FFFFFFF), ~ordered).astype(np.uint32)
    place = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    nothing = keys == 0
    scores = bits.view(np.float32)
    return np.where(nothing, -1, place), np.where(nothing, np.float32(-np.inf), scores)


def _forbidden(targets: Targets, query: Ints, row: Ints) -> tuple[Ints, Ints]:
    """Banned pairs as (query, column of `targets.rows`), ordered by query."""
    order = np.argsort(targets.rows, kind="stable")
    sorted_rows = targets.rows[order]
    first = np.searchsorted(sorted_rows, row)
    count = np.searchsorted(sorted_rows, row, side="right") - first
    queries, columns = np.repeat(query, count), order[spread(first, count)]
    by_query = np.argsort(queries, kind="stable")
    return queries[by_query], columns[by_query]


def _forbid(scores: Floats, forbidden: tuple[Ints, Ints], block: slice, first: int) -> None:
    query, column = forbidden
    here = slice(*np.searchsorted(query, (block.start, block.stop)))
    place = column[here] - first
    inside = (place >= 0) & (place < scores.shape[1])
    scores[query[here][inside] - block.start, place[inside]] = -np.inf


def _words(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    padding = -packed.shape[1] % 8
    return np.ascontiguousarray(np.pad(packed, ((0, 0), (0, padding)))).view(np.uint64)


def _same_width(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    if len(first) != 2 or len(second) != 2 or first[1] != second[1]:
        raise InputError(
            f"queries and gallery must be [Q, D] and [G, D] of one D, found {first} and {second}"
        )
