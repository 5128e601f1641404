"""Runs of words between breaks, and whether a subject's other texts speak of the same things.

Not here: counting runs over families (`repeats`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.labels.hashing import Hashes, fold

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]

COMMON = 0.1
"""Share of a bucket's subjects from which a word is too common to say that two texts speak of one thing."""
_DEGREES = 1 << 20


@dataclass(frozen=True)
class Runs:
    """R runs of at least so many words. text, start, end: int64 [R], row of the text and places among its
    column's words; keys: uint64 [R], hashes.
    """

    text: Counts
    start: Counts
    end: Counts
    keys: Hashes


def lists(words: pa.ChunkedArray) -> tuple[Hashes, Counts]:
    """Values uint64 and offsets int64 [N + 1] of a column of word lists."""
    array = words.combine_chunks()
    offsets = array.offsets.to_numpy()
    return array.values.to_numpy(), offsets


def source_codes(texts: pa.Table) -> tuple[Codes, list[str]]:
    """int32 [N], and the names that they are places in."""
    column = texts["source"].combine_chunks()
    return column.indices.to_numpy(), column.dictionary.to_pylist()


def runs(words: Hashes, offsets: Counts, salts: Hashes, fewest: int) -> Runs:
    """Runs of at least `fewest` words. salts: uint64 [N], what the hash of each text's runs starts from."""
    return Runs(*_runs(words, offsets, salts, fewest))


def run_keys(words: Hashes, found: Runs, which: Counts, salt: np.uint64) -> Hashes:
    """Hashes of some runs with another start."""
    return _keys(words, found.start[which], found.end[which], salt)


@njit(cache=True, nogil=True)
def _keys(words: Hashes, start: Counts, end: Counts, salt: np.uint64) -> Hashes:
    found = np.full(len(start), salt, np.uint64)
    for row in range(len(start)):
        for place in range(start[row], end[row]):
            found[row] = fold(found[row], words[place])
    return found


@njit(cache=True, nogil=True)
def _runs(
    words: Hashes, offsets: Counts, salts: Hashes, fewest: int
) -> tuple[Counts, Counts, Counts, Hashes]:
    most = len(words) // fewest + 1
    text, start, end = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    keys, count = np.empty(most, np.uint64), 0
    for row in range(len(offsets) - 1):
        first, value = offsets[row], salts[row]
        for place in range(offsets[row], offsets[row + 1] + 1):
            if place < offsets[row + 1] and words[place] != 0:
                value = fold(value, words[place])
                continue
            if place - first >= fewest:
                text[count], start[count], end[count], keys[count] = row, first, place, value
                count += 1
            first, value = place + 1, salts[row]
    return text[:count], start[:count], end[:count], keys[:count]


@njit(cache=True, nogil=True)
def whole_texts(words: Hashes, offsets: Counts) -> Hashes:
    """uint64 [N]: a hash of each text's words."""
    found = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(found)):
        value = np.uint64(1)
        for place in range(offsets[row], offsets[row + 1]):
            value = fold(value, words[place])
        found[row] = value
    return found


@njit(cache=True, nogil=True)
def word_counts(words: Hashes, offsets: Counts) -> Codes:
    """int32 [N]: words of each text, without breaks."""
    found = np.zeros(len(offsets) - 1, np.int32)
    for row in range(len(found)):
        for place in range(offsets[row], offsets[row + 1]):
            found[row] += words[place] != 0
    return found


def echoes(words: Hashes, offsets: Counts, subject: Codes, source: Codes, found: Runs) -> tuple[Flags, Flags]:
    """bool [R] each: whether texts of another source stand beside the run; whether one of them has a word of
    it that is not common (`COMMON`). subject: int32 [N], ascending; source: int32 [N].
    """
    firsts = np.append(np.flatnonzero(np.diff(subject, prepend=-1)), len(subject)).astype(np.int64)
    degrees = np.zeros(_DEGREES, np.int32)
    _degrees(words, offsets, firsts, degrees)
    limit = max(COMMON * (len(firsts) - 1), 2.0)
    return _echoes(words, offsets, firsts, source, found.text, found.start, found.end, degrees, limit)


@njit(cache=True, nogil=True, inline="always")
def _slot(word: np.uint64, keys: Hashes) -> Any:
    at = np.int64(word & np.uint64(len(keys) - 1))
    while keys[at] != 0 and keys[at] != word:
        at = (at + 1) & (len(keys) - 1)
    return at


@njit(cache=True, nogil=True)
def _table(words: Hashes, offsets: Counts, start: int, end: int, source: Codes) -> tuple[Hashes, Codes]:
    """Words of the texts start..end, and the source that says each (-1 for several)."""
    room = 8
    while room < 2 * (offsets[end] - offsets[start]):
        room *= 2
    keys, said = np.zeros(room, np.uint64), np.zeros(room, np.int32)
    for row in range(start, end):
        for place in range(offsets[row], offsets[row + 1]):
            if words[place] != 0:
                at = _slot(words[place], keys)
                said[at] = source[row] if keys[at] == 0 or said[at] == source[row] else -1
                keys[at] = words[place]
    return keys, said


@njit(cache=True, nogil=True)
def _degrees(words: Hashes, offsets: Counts, firsts: Counts, degrees: Codes) -> None:
    """Counts the subjects that say each word (words are told apart by 20 bits of their hash)."""
    nothing = np.zeros(len(offsets), np.int32)
    for group in range(len(firsts) - 1):
        keys, _ = _table(words, offsets, firsts[group], firsts[group + 1], nothing)
        for key in keys:
            if key != 0:
                degrees[np.int64(key >> np.uint64(44))] += 1


@njit(cache=True, nogil=True)
def _echoes(
    words: Hashes, offsets: Counts, firsts: Counts, source: Codes, text: Counts, start: Counts, end: Counts,
    degrees: Codes, limit: float,
) -> tuple[Flags, Flags]:  # fmt: skip
    beside, echoed = np.zeros(len(text), np.bool_), np.zeros(len(text), np.bool_)
    run = 0
    for group in range(len(firsts) - 1):
        last = firsts[group + 1]
        if run >= len(text) or text[run] >= last:
            continue
        keys, said = _table(words, offsets, firsts[group], last, source)
        several = False
        for row in range(firsts[group] + 1, last):
            several = several or source[row] != source[firsts[group]]
        while run < len(text) and text[run] < last:
            beside[run] = several
            for word in words[start[run] : end[run]]:
                if said[_slot(word, keys)] == -1 and degrees[np.int64(word >> np.uint64(44))] <= limit:
                    echoed[run] = True
            run += 1
    return beside, echoed
