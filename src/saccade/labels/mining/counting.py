"""Counts of the n-grams of one bucket: Arrow in, Arrow out.

    words = count_level(texts, families, sources)
    pairs = count_level(texts, families, sources, survivors(merge_counts([words]), settings))

Decided:
- Level n counts only sequences whose both parts of n - 1 words survived (apriori; Agrawal and Srikant 1994).
  Families and sources can only get fewer as a phrase grows, so nothing is lost by that.
- A family says a thing once, however many pictures and texts it has. A family lies in one bucket, so the last
  family seen is all the memory that an exact count needs, and buckets add up.
- A text that copies another source's word for word counts for its family but is no source of its own.
- A row of counts has 48 bytes. A bucket of 300,000 texts of ten words has up to 3 million rows a level.

Not here: sums over buckets (`merging`), what survives (`levels`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.errors import InputError
from saccade.labels.hashing import Hashes, fold, word_hashes
from saccade.labels.match import list_buffers
from saccade.labels.mining.levels import COUNTS, Level, counts_table
from saccade.labels.vocabulary import slot_of

MOST_SOURCES = 64
"""Sources that a bit mask can hold."""

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.uint32]
Table = TypeVar("Table", bound=npt.NDArray[Any])
_FAMILIES, _OCCURRENCES, _STARTS, _ENDS, _LAST = range(5)
_HASH, _PREFIX, _SUFFIX, _SOURCES = range(4)


def count_level(
    texts: pa.Table, families: npt.ArrayLike, sources: Sequence[str], below: Level | None = None
) -> pa.Table:
    """Rows of `COUNTS`, sorted by hash: the words of a bucket, or its n-grams one word longer than `below`.

    texts: rows of `TEXTS`; families: int32 [subjects], the family of each subject as a number within the
    bucket; sources: every source, in the order of the bits; texts of others are passed over. Raises
    `InputError` for more than `MOST_SOURCES` sources.
    """
    if len(sources) > MOST_SOURCES:
        raise InputError(f"expected at most {MOST_SOURCES} sources of texts, found {len(sources)}")
    if not len(texts) or (below is not None and not len(below.table)):
        return COUNTS.empty_table()
    family = np.asarray(families, np.int32)[texts.column("subject").to_numpy()]
    words, offsets = list_buffers(texts.column("words"))
    roots = language_roots(texts)
    order = np.argsort(family, kind="stable")
    bits = _bits(texts, sources)
    keys = below.slots if below is not None else np.zeros(2, np.uint64)
    level = 1 if below is None else below.words + 1
    hashes, counts = _count(words, offsets, roots, family, bits, order, keys, level)
    return counts_table(hashes, counts[:, :4]).sort_by("hash")


def language_roots(texts: pa.Table) -> Hashes:
    """uint64 [N]: the hash of each text's language, where its phrases start from."""
    numbers, names = _encoded(texts.column("language"))
    return word_hashes(names)[numbers]


def _bits(texts: pa.Table, sources: Sequence[str]) -> Hashes:
    """uint64 [N, 2]: the bit of each text's source, 0 for none; and the same, 0 for a copy."""
    numbers, names = _encoded(texts.column("source"))
    known = {name: np.uint64(1) << np.uint64(place) for place, name in enumerate(sources)}
    bits = np.array([known.get(name, 0) for name in names.to_pylist()], np.uint64)[numbers]
    copied = texts.column("copied").to_numpy()
    return np.stack([bits, np.where(copied, np.uint64(0), bits)], axis=1)


def _encoded(column: pa.ChunkedArray) -> tuple[Rows, pa.Array]:
    """Codes int32 [N] and their values."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    array = column.unify_dictionaries().combine_chunks()
    chunk = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    return chunk.indices.to_numpy(), chunk.dictionary


@njit(cache=True, nogil=True)
def _count(
    words: Hashes, offsets: Ints, roots: Hashes, family: Rows, bits: Hashes, order: Ints, survived: Hashes,
    level: int,
) -> tuple[Hashes, Numbers]:  # fmt: skip
    """hash, prefix, suffix, sources: uint64 [M, 4]; families, occurrences, starts, ends, last family:
    uint32 [M, 5].
    """
    hashes = np.empty((1024, 4), np.uint64)
    counts = np.empty((1024, 5), np.uint32)
    slots = np.full(4096, -1, np.int32)
    size = 0
    for turn in range(len(order)):
        text = int(order[turn])
        if bits[text, 0] == 0:
            continue
        start, end, root = offsets[text], offsets[text + 1], roots[text]
        prefix, whole = _part(words, start, level - 1, root, end, survived)
        for at in range(start, end - level + 1):
            suffix, rest = _part(words, at + 1, level - 1, root, end, survived)
            stop = at + level
            if whole and rest and words[stop - 1] != 0:
                value = fold(prefix, words[stop - 1])
                slot = _slot(slots, hashes, value)
                if slots[slot] < 0:
                    if size == len(hashes):
                        hashes, counts = _larger(hashes), _larger(counts)
                    _begin(hashes[size], counts[size], value, prefix, suffix if level > 1 else words[at])
                    slots[slot] = size
                    size += 1
                row = slots[slot]
                hashes[row, _SOURCES] |= bits[text, 1]
                _add(counts[row], family[text])
                counts[row, _STARTS] += at == start or words[at - 1] == 0
                counts[row, _ENDS] += stop == end or words[stop] == 0
                if 2 * size > len(slots):
                    slots = _spread(hashes, size, 4 * len(slots))
            prefix, whole = suffix, rest
    return hashes[:size], counts[:size]


@njit(cache=True, nogil=True, inline="always")
def _part(
    words: Hashes, at: int, count: int, root: np.uint64, end: int, survived: Hashes
) -> tuple[np.uint64, bool]:
    """The hash of `count` words from `at` on, and whether it survived; no words always do."""
    value = root
    if at + count > end:
        return value, False
    for place in range(at, at + count):
        if words[place] == 0:
            return value, False
        value = fold(value, words[place])
    return value, count == 0 or survived[slot_of(survived, value)] == value


@njit(cache=True, nogil=True, inline="always")
def _slot(slots: Rows, hashes: Hashes, value: np.uint64) -> np.int64:
    """The slot with the row of `value`, or the free one where it would stand."""
    mask = np.uint64(len(slots) - 1)
    place = value & mask
    while slots[place] >= 0 and hashes[slots[place], _HASH] != value:
        place = (place + np.uint64(1)) & mask
    return np.int64(place)


@njit(cache=True, nogil=True)
def _begin(row: Hashes, counts: Numbers, value: np.uint64, prefix: np.uint64, suffix: np.uint64) -> None:
    row[_HASH], row[_PREFIX], row[_SUFFIX], row[_SOURCES] = value, prefix, suffix, 0
    counts[:] = 0


@njit(cache=True, nogil=True)
def _add(counts: Numbers, family: int) -> None:
    """One more occurrence, in a family that may be new."""
    if counts[_FAMILIES] == 0 or counts[_LAST] != family:
        counts[_FAMILIES] += 1
        counts[_LAST] = family
    counts[_OCCURRENCES] += 1


@njit(cache=True, nogil=True)
def _spread(hashes: Hashes, size: int, slots: int) -> Rows:
    spread = np.full(slots, -1, np.int32)
    for row in range(size):
        spread[_slot(spread, hashes, hashes[row, _HASH])] = row
    return spread


@njit(cache=True, nogil=True)
def _larger(old: Table) -> Table:
    new = np.empty((2 * old.shape[0], old.shape[1]), old.dtype)
    new[: len(old)] = old
    return new  # type: ignore[return-value]
