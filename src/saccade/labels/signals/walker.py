"""The machine code behind `words`: UTF-8 in, numbers of words out.

Decided: the place of the walk is a small array of integers (`_USED` and so on), so that its steps can be
functions. Distinct words are found by their 64-bit hash in an open table; two words with one hash would be
one word, which happens once in 10^7 buckets of a million distinct words.

Not here: what characters are (`letters`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.labels.hashing import Hashes, bytes_hash
from saccade.labels.signals.letters import (
    ALONE,
    AND,
    APOSTROPHE,
    BREAK,
    CAPITAL,
    DIGIT,
    HASH,
    HYPHEN,
    LETTER,
    MARK,
    NOTHING,
    POINT,
    SCRIPTS,
    SPACE,
    UNSEEN,
)  # fmt: skip

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

_LONGEST = 48
_OTHER = len(SCRIPTS) - 1
_NONE = np.int32(-1)
_USED, _COUNT, _FIRST, _RUN, _PENDING, _LETTERED, _SIZE, _AT, _WORDY, _LAST, _TAG, _TAGS = range(12)
# tokens written; distinct words; where the text and the present run start among the tokens; a break is due;
# the run has a letter; letters of the present word; where it is written; it has a letter; kind of the last
# character; inside a hashtag; hashtags of the text


@njit(cache=True, nogil=True)
def walk(
    data: Bytes, offsets: Numbers, kinds: Bytes, lower: Places, script_of: Bytes
) -> tuple[Places, Numbers, Bytes, Numbers, Bytes, Places]:
    """tokens, starts [N + 1], letters and ends [S + 1] of the distinct words, scripts [S], hashtags [N]."""
    texts = len(offsets) - 1
    tokens = np.empty(len(data) + 2 * texts + 2, np.int32)
    found, ends = np.empty(2 * len(data) + 16, np.uint8), np.zeros(len(data) + 2, np.int64)
    hashes, scripts = np.empty(len(data) + 2, np.uint64), np.empty(len(data) + 2, np.uint8)
    starts, tags = np.zeros(texts + 1, np.int64), np.zeros(texts, np.int32)
    slots, state = np.full(1 << 12, _NONE, np.int32), np.zeros(12, np.int64)
    for row in range(texts):
        if 2 * (state[_COUNT] + offsets[row + 1] - offsets[row]) > len(slots):
            slots = _grown(hashes, state[_COUNT], offsets[row + 1] - offsets[row])
        _begin(state, ends)
        place, end = offsets[row], offsets[row + 1]
        while place < end:
            place = _step(
                data, place, end, kinds, lower, script_of, state, tokens, found, ends, hashes, scripts, slots
            )
        _end_word(state, tokens, found, ends, hashes, slots)
        _end_run(state)
        starts[row + 1], tags[row] = state[_USED], state[_TAGS]
    count = state[_COUNT]
    return (
        tokens[: state[_USED]].copy(), starts, found[: ends[count]].copy(), ends[: count + 1].copy(),
        scripts[:count].copy(), tags,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def unseen(data: Bytes, kinds: Bytes) -> Numbers:
    """Code points of the texts whose kind is not known yet."""
    seen = np.zeros(1, np.bool_)
    place = 0
    while place < len(data):
        if data[place] < 0x80:
            place += 1
            continue
        point, place = _decode(data, place, len(data))
        if kinds[point] == UNSEEN:
            if len(seen) == 1:
                seen = np.zeros(len(kinds), np.bool_)
            seen[point] = True
    return np.flatnonzero(seen)


@njit(cache=True, nogil=True, inline="always")
def _decode(data: Bytes, place: int, end: int) -> tuple[Any, int]:
    """The code point at a place and the place after it. A broken sequence is U+FFFD, a break."""
    first = np.int64(data[place])
    if first < 0x80:
        return first, place + 1
    length = 2 if first >> 5 == 6 else 3 if first >> 4 == 14 else 4 if first >> 3 == 30 else 0
    if length == 0 or place + length > end:
        return np.int64(0xFFFD), place + 1
    point = first & (0x7F >> length)
    for step in range(1, length):
        point = (point << 6) | (np.int64(data[place + step]) & 0x3F)
    return (point if point < 0x110000 else np.int64(0xFFFD)), place + length


@njit(cache=True, nogil=True, inline="always")
def _encode(point: int, into: Bytes, at: int) -> int:
    """Writes a code point as UTF-8; the place after it."""
    if point < 0x80:
        into[at] = point
        return at + 1
    size = 2 if point < 0x800 else 3 if point < 0x10000 else 4
    into[at] = ((0xF00 >> size) & 0xFF) | (point >> (6 * (size - 1)))
    for step in range(1, size):
        into[at + step] = 0x80 | ((point >> (6 * (size - 1 - step))) & 0x3F)
    return at + size


@njit(cache=True, nogil=True)
def _grown(hashes: Hashes, count: int, more: int) -> Places:
    """A table with room for `more` words beside the first `count`."""
    size = 1 << 13
    while size < 4 * (count + more):
        size *= 2
    slots = np.full(size, _NONE, np.int32)
    for number in range(count):
        place = np.int64(hashes[number] & np.uint64(size - 1))
        while slots[place] >= 0:
            place = (place + 1) & (size - 1)
        slots[place] = number
    return slots


@njit(cache=True, nogil=True, inline="always")
def _is_word(kind: int) -> bool:
    return kind in (LETTER, CAPITAL, DIGIT, ALONE)


@njit(cache=True, nogil=True)
def _next(data: Bytes, place: int, end: int, kinds: Bytes, over: bool) -> Any:
    """The kind of the next character that does not vanish (nor is a space, if `over`); BREAK at the end."""
    while place < end:
        point, place = _decode(data, place, end)
        kind = np.int64(kinds[point])
        if kind != NOTHING and not (over and kind == SPACE):
            return kind
    return np.int64(BREAK)


@njit(cache=True, nogil=True)
def _possessive(data: Bytes, place: int, end: int, kinds: Bytes) -> bool:
    """Whether an s and then no further letter stands here, as in "women's"."""
    if place >= end or (data[place] != 0x73 and data[place] != 0x53):
        return False
    return not _is_word(_next(data, place + 1, end, kinds, False))


@njit(cache=True, nogil=True)
def _begin(state: Numbers, ends: Numbers) -> None:
    state[_FIRST] = state[_RUN] = state[_USED]
    state[_PENDING] = state[_LETTERED] = state[_SIZE] = state[_WORDY] = state[_TAG] = state[_TAGS] = 0
    state[_LAST], state[_AT] = BREAK, ends[state[_COUNT]]


@njit(cache=True, nogil=True)
def _end_run(state: Numbers) -> None:
    """A phrase may not go on; a run without letters is taken back."""
    if not state[_LETTERED]:
        state[_USED] = state[_RUN]
    state[_RUN] = state[_USED]
    state[_PENDING], state[_LETTERED], state[_TAG] = 1, 0, 0


@njit(cache=True, nogil=True)
def _end_word(
    state: Numbers, tokens: Places, found: Bytes, ends: Numbers, hashes: Hashes, slots: Places
) -> None:
    """The letters since the last word are a word."""
    if state[_SIZE] == 0:
        return
    start, at, count = ends[state[_COUNT]], state[_AT], state[_COUNT]
    size, wordy = state[_SIZE], state[_WORDY]
    state[_SIZE], state[_AT], state[_WORDY] = 0, start, 0
    if size > _LONGEST:
        _end_run(state)
        return
    if state[_PENDING] and state[_USED] > state[_FIRST]:
        tokens[state[_USED]] = _NONE
        state[_USED] += 1
    state[_PENDING] = 0
    state[_LETTERED] |= wordy
    value = bytes_hash(found, int(start), int(at))
    place = np.int64(value & np.uint64(len(slots) - 1))
    while slots[place] >= 0 and hashes[slots[place]] != value:
        place = (place + 1) & (len(slots) - 1)
    if slots[place] < 0:
        slots[place], hashes[count], ends[count + 1] = count, value, at
        state[_COUNT], state[_AT] = count + 1, at
    tokens[state[_USED]] = slots[place]
    state[_USED] += 1


@njit(cache=True, nogil=True, inline="always")
def _add(point: Any, script: Any, wordy: bool, state: Numbers, found: Bytes, scripts: Bytes) -> None:
    """One more letter of the present word."""
    if state[_SIZE] == 0 or (wordy and not state[_WORDY]):
        scripts[state[_COUNT]] = script
    if state[_SIZE] < _LONGEST:
        state[_AT] = _encode(point, found, state[_AT])
    state[_SIZE] += 1
    if wordy:
        state[_WORDY] = 1


@njit(cache=True, nogil=True)
def _plain(data: Bytes, place: int, end: int, state: Numbers, found: Bytes) -> int:
    """Takes small letters a to z, most of all text, in one go; the place after them."""
    at, start = state[_AT], place
    stop = min(end, place + _LONGEST - state[_SIZE])
    while place < stop and 0x61 <= data[place] <= 0x7A:
        found[at + place - start] = data[place]
        place += 1
    state[_AT], state[_SIZE] = at + place - start, state[_SIZE] + place - start
    return place


@njit(cache=True, nogil=True)
def _step(
    data: Bytes, place: int, end: int, kinds: Bytes, lower: Places, script_of: Bytes, state: Numbers,
    tokens: Places,
    found: Bytes, ends: Numbers, hashes: Hashes, scripts: Bytes, slots: Places,
) -> int:  # fmt: skip
    """Takes one character; the place after it."""
    point, after = _decode(data, place, end)
    kind: Any = np.int64(kinds[point])
    if kind == NOTHING:
        return after
    inside = state[_SIZE] > 0
    following = LETTER
    if (not _is_word(kind) and kind != SPACE) or state[_TAG]:
        following = _next(data, after, end, kinds, kind == AND)
    last, state[_LAST] = state[_LAST], kind
    if kind == MARK or (kind == POINT and last == DIGIT and following == DIGIT):
        if inside:
            _add(lower[point], script_of[point], False, state, found, scripts)
            state[_LAST] = last if kind == MARK else DIGIT
        return after
    if _is_word(kind):
        camel = (
            state[_TAG] and kind == CAPITAL and (last == LETTER or (last == CAPITAL and following == LETTER))
        )
        if kind == ALONE or last == ALONE or camel:
            _end_word(state, tokens, found, ends, hashes, slots)
        _add(lower[point], script_of[point], kind != DIGIT, state, found, scripts)
        return after if kind != LETTER or state[_SIZE] >= _LONGEST else _plain(data, after, end, state, found)
    _end_word(state, tokens, found, ends, hashes, slots)
    if kind == SPACE:
        if state[_TAG] and point != 0x5F:
            _end_run(state)
        return after
    if kind == HYPHEN and inside and _is_word(following):
        return after
    if kind == APOSTROPHE and inside:
        return after + 1 if _possessive(data, after, end, kinds) else after
    if kind == AND and _is_word(following) and state[_USED] > state[_RUN] and not state[_PENDING]:
        _add(point, _OTHER, False, state, found, scripts)
        _end_word(state, tokens, found, ends, hashes, slots)
        return after
    _end_run(state)
    if kind == HASH and _is_word(following):
        state[_TAG], state[_TAGS] = 1, state[_TAGS] + 1
    return after
