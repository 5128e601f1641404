"""Texts of a subject that repeat another source's text word for word.

Decided: of two texts the longer is the evidence and the shorter the copy; of two alike, the one whose source
comes first in the alphabet stays. Order being total, one text of a group always stays. Runs of words are
compared over breaks; a copy has at least `FEWEST` words in a row, and `SHARE` of its words, in the other.

Not here: copies across subjects (`boilerplate`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.labels.hashing import Hashes, fold

FEWEST = 5
SHARE = 0.8

Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


def copies(subject: Places, source: Places, words: Hashes, offsets: npt.NDArray[np.int64]) -> Flags:
    """bool [N]: texts that are a copy. subject: ascending; source: rank of the name, both int32 [N]; words:
    hashes, 0 for a break; offsets: int64 [N + 1], where each text starts.
    """
    return _copies(subject, source, words, offsets)


@njit(cache=True, nogil=True)
def _copies(subject: Places, source: Places, words: Hashes, offsets: npt.NDArray[np.int64]) -> Flags:
    found = np.zeros(len(subject), np.bool_)
    start = 0
    while start < len(subject):
        end = start + 1
        while end < len(subject) and subject[end] == subject[start]:
            end += 1
        if source[end - 1] != source[start]:
            _within(start, end, source, words, offsets, found)
        start = end
    return found


@njit(cache=True, nogil=True)
def _within(
    start: int, end: int, source: Places, words: Hashes, offsets: npt.NDArray[np.int64], found: Flags
) -> None:
    """Marks the copies among the texts start..end of one subject (sorted by source)."""
    sizes = np.zeros(end - start, np.int64)
    for row in range(start, end):
        for word in words[offsets[row] : offsets[row + 1]]:
            sizes[row - start] += word != 0
    room = 8
    while room < 2 * sizes[sizes >= FEWEST].sum():
        room *= 2
    if room == 8:
        return
    keys, rows, places = (
        np.zeros(room, np.uint64),
        np.full((room, 2), -1, np.int64),
        np.zeros((room, 2), np.int64),
    )
    for at in np.argsort(-sizes, kind="mergesort"):
        if sizes[at] < FEWEST:
            break
        row = start + at
        text = words[offsets[row] : offsets[row + 1]]
        text = text[text != 0]
        found[row] = _longest(text, source, row, keys, rows, places) >= SHARE * len(text)
        _enter(text, source, row, keys, rows, places)


@njit(cache=True, nogil=True, inline="always")
def _window(text: Hashes, place: int) -> np.uint64:
    value = np.uint64(FEWEST)
    for step in range(FEWEST):
        value = fold(value, text[place + step])
    return value | np.uint64(1)


@njit(cache=True, nogil=True, inline="always")
def _slot(value: np.uint64, keys: Hashes) -> Any:
    at = np.int64((value >> np.uint64(8)) & np.uint64(len(keys) - 1))
    while keys[at] != 0 and keys[at] != value:
        at = (at + 1) & (len(keys) - 1)
    return at


@njit(cache=True, nogil=True)
def _longest(
    text: Hashes,
    source: Places,
    row: int,
    keys: Hashes,
    rows: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
) -> int:
    """Words of the longest run that an earlier text of another source has as well; 0 for none."""
    longest, run, last_row, last_place = 0, 0, -1, -1
    for place in range(len(text) - FEWEST + 1):
        at = _slot(_window(text, place), keys)
        which = 0 if rows[at, 0] >= 0 and source[rows[at, 0]] != source[row] else 1
        other = rows[at, which]
        if other < 0:
            run, last_row = 0, -1
            continue
        on = other == last_row and places[at, which] == last_place + 1
        run = run + 1 if on else FEWEST
        last_row, last_place = other, places[at, which]
        longest = max(longest, run)
    return longest


@njit(cache=True, nogil=True)
def _enter(
    text: Hashes,
    source: Places,
    row: int,
    keys: Hashes,
    rows: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
) -> None:
    """Notes the runs of a text: for each, the first text that has it and the first of another source."""
    for place in range(len(text) - FEWEST + 1):
        value = _window(text, place)
        at = _slot(value, keys)
        keys[at] = value
        if rows[at, 0] < 0:
            rows[at, 0], places[at, 0] = row, place
        elif rows[at, 1] < 0 and source[rows[at, 0]] != source[row]:
            rows[at, 1], places[at, 1] = row, place
