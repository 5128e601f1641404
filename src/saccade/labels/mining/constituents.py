"""How often an n-gram is a constituent of its text, and not a slice across two of them.

    joints = Joints.of(levels)
    whole = sum over buckets of count_constituents(texts, families, joints)

Decided: titles without punctuation ("Flying Machine Men Check Blue Shirt") hold many frequent slices ("men
check blue"). Each run of words is therefore joined bottom up, the neighbours that cohere best first, the
first of equals, as long as they cohere at all; what is ever joined is a constituent. This is the frequency
that counts in Liu et al. 2015 (SegPhrase) and El-Kishky et al. 2014 (ToPMine), with every node of the tree
counted instead of the last ones alone, since "living room" and "japandi living room" are both phrases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.labels.hashing import Hashes, fold
from saccade.labels.match import list_buffers
from saccade.labels.mining.chains import Doubles, chains, totals
from saccade.labels.mining.counting import language_roots
from saccade.labels.mining.levels import Level
from saccade.labels.vocabulary import LONGEST, slot_of

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.uint32]
_APART = -2.0  # below any score


@dataclass(frozen=True, eq=False)
class Joints:
    """All levels, row after row, N in all. slots: as in `Level`; rows: int32 [slots]; logs: float64 [N], of
    families; totals: float64 [N], log of the families of all words of the language.
    """

    slots: Hashes
    rows: Rows
    logs: Doubles
    totals: Doubles

    @classmethod
    def of(cls, levels: Sequence[Level]) -> Joints:
        """From the survivors of 1, 2, … words."""
        every = chains(levels)
        hashes = np.concatenate([level.hashes for level in levels])
        total = np.log(totals(every[0]))
        slots, rows = _filled(hashes, 1 << max(4, int(2 * len(hashes)).bit_length()))
        return cls(slots, rows, np.concatenate([np.log(chain.families) for chain in every]),
                   np.concatenate([total[chain.singles[:, 0]] for chain in every]))  # fmt: skip


def count_constituents(texts: pa.Table, families: npt.ArrayLike, joints: Joints) -> Numbers:
    """uint32 [N]: in how many families of a bucket each row of the levels is a constituent; buckets add up.

    texts: rows of `TEXTS`; families: int32 [subjects], numbers within the bucket.
    """
    if not len(texts):
        return np.zeros(len(joints.logs), np.uint32)
    family = np.asarray(families, np.int32)[texts.column("subject").to_numpy()]
    words, offsets = list_buffers(texts.column("words"))
    order = np.argsort(family, kind="stable")
    return _count(words, offsets, language_roots(texts), family, order, joints.slots, joints.rows,
                  joints.logs, joints.totals)  # fmt: skip


@njit(cache=True, nogil=True)
def _count(
    words: Hashes, offsets: Ints, roots: Hashes, family: Rows, order: Ints, slots: Hashes, rows: Rows,
    logs: Doubles, totals: Doubles,
) -> Numbers:  # fmt: skip
    counts = np.zeros(len(logs), np.uint32)
    last = np.full(len(logs), -1, np.int32)
    for turn in range(len(order)):
        text = int(order[turn])
        end = int(offsets[text + 1])
        at = int(offsets[text])
        while at < end:
            stop = at
            while stop < end and _row(words, stop, stop + 1, roots[text], slots, rows) >= 0:
                stop += 1
            if stop > at + 1:
                _join(words, at, stop, roots[text], family[text], slots, rows, logs, totals, counts, last)
            at = stop + 1
    return counts


@njit(cache=True, nogil=True)
def _join(
    words: Hashes, start: int, end: int, root: np.uint64, family: int, slots: Hashes, rows: Rows,
    logs: Doubles, totals: Doubles, counts: Numbers, last: Rows,
) -> None:  # fmt: skip
    """Joins one run of words bottom up and counts what is joined."""
    size = end - start
    edges = np.arange(start, end + 1)
    parts = np.empty(size, np.int32)
    for place in range(size):
        parts[place] = _row(words, start + place, start + place + 1, root, slots, rows)
    joined, scores = np.empty(size, np.int32), np.full(size, _APART)
    for place in range(size - 1):
        _score(words, place, edges, parts, root, slots, rows, logs, totals, joined, scores)
    while size > 1:
        best = int(np.argmax(scores[: size - 1]))
        if scores[best] <= 0:
            return
        row = joined[best]
        if last[row] != family:
            counts[row] += 1
            last[row] = family
        parts[best] = row
        size -= 1
        for place in range(best + 1, size):
            parts[place], edges[place] = parts[place + 1], edges[place + 1]
            joined[place], scores[place] = joined[place + 1], scores[place + 1]
        edges[size] = edges[size + 1]
        for place in range(max(best - 1, 0), min(best + 1, size - 1)):
            _score(words, place, edges, parts, root, slots, rows, logs, totals, joined, scores)


@njit(cache=True, nogil=True)
def _score(
    words: Hashes, place: int, edges: Ints, parts: Rows, root: np.uint64, slots: Hashes, rows: Rows,
    logs: Doubles, totals: Doubles, joined: Rows, scores: Doubles,
) -> None:  # fmt: skip
    """How well a part and the next one cohere, and the row of both together."""
    scores[place] = _APART
    if edges[place + 2] - edges[place] > LONGEST:
        return
    row = _row(words, edges[place], edges[place + 2], root, slots, rows)
    if row >= 0:
        joined[place] = row
        rarity = max(totals[row] - logs[row], 1e-12)
        scores[place] = (logs[row] + totals[row] - logs[parts[place]] - logs[parts[place + 1]]) / rarity


@njit(cache=True, nogil=True, inline="always")
def _row(words: Hashes, start: int, end: int, root: np.uint64, slots: Hashes, rows: Rows) -> int:
    """The row of an n-gram; -1 where it did not survive."""
    value = root
    for at in range(start, end):
        if words[at] == 0:
            return -1
        value = fold(value, words[at])
    place = slot_of(slots, value)
    return rows[place] if slots[place] == value else -1


@njit(cache=True, nogil=True)
def _filled(hashes: Hashes, size: int) -> tuple[Hashes, Rows]:
    slots, rows = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    for row in range(len(hashes)):
        place = slot_of(slots, hashes[row])
        slots[place], rows[place] = hashes[row], row
    return slots, rows
