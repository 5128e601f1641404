"""The kernel that finds every phrase in every text and adds up who says what: Arrow in, Arrow out.

    said = match(texts, vocabulary, ("title", "query"))

Decided: all phrases count, also those inside longer ones ("sofa" in "corner sofa"); how often a phrase stands
by itself is kept as `longest`. The kernel walks hashed words once, looks each beginning up in the
vocabulary's table and stops at the first that continues nothing, then sorts the few finds of each subject:
time grows with the text, not with the vocabulary, and no n-gram is ever stored. It lets go of the
interpreter's lock, so threads work side by side.

Not here: where words come from (`signals`), what a find is worth (`scoring`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from saccade.labels.hashing import Hashes, fold, word_hashes
from saccade.labels.shapes import HEARD, SAID
from saccade.labels.vocabulary import LONGEST, Rows, Vocabulary, slot_of

Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Column = TypeVar("Column", bound=npt.NDArray[Any])
_Found = tuple[Rows, Rows, Shorts, Rows, Floats, Floats, Rows]


def match(texts: pa.Table, vocabulary: Vocabulary, sources: tuple[str, ...]) -> pa.Table:
    """Who says which phrase of what: rows of `SAID`.

    texts: rows of `TEXTS` by ascending subject; sources: every source that may occur, whose places `SAID`
    names. Texts of other sources are passed over.
    """
    texts = texts.combine_chunks()
    source = _codes(texts.column("source"), sources)
    words, offsets = list_buffers(texts.column("words"))
    roots = _roots(texts.column("language"))
    slots = vocabulary.slots
    found = _match(
        texts.column("subject").to_numpy().astype(np.int32), source, roots, words, offsets,
        texts.column("weight").to_numpy().astype(np.float32),
        texts.column("copied").to_numpy(), slots.keys, slots.rows,
    )  # fmt: skip
    return pa.Table.from_arrays([pa.array(column) for column in found], schema=SAID)


def heard(texts: pa.Table, sources: tuple[str, ...], languages: tuple[str, ...]) -> pa.Table:
    """How many texts each subject has of each source and language: rows of `HEARD`, sorted."""
    columns = {
        "subject": texts.column("subject"),
        "source": pa.array(_codes(texts.column("source"), sources)),
        "language": pa.array(_codes(texts.column("language"), languages)),
    }
    keys = list(columns)
    counted = pa.table(columns).group_by(keys, use_threads=False).aggregate([([], "count_all")])
    counted = counted.filter(pc.greater_equal(counted.column("source"), 0))
    ordered = counted.sort_by([(key, "ascending") for key in keys])
    return ordered.rename_columns([*keys, "texts"]).cast(HEARD)


def list_buffers(column: pa.ChunkedArray) -> tuple[Hashes, Ints]:
    """The values of a list column and int64 [N + 1] offsets into them."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], column.type)
    return array.values.to_numpy(), array.offsets.to_numpy().astype(np.int64)


def _codes(column: pa.ChunkedArray, names: tuple[str, ...]) -> Shorts:
    """int16 [N]: place of each value among `names`, -1 where it is not one."""
    encoded = column.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    place = pc.fill_null(pc.index_in(encoded.dictionary, value_set=pa.array(names, pa.string())), -1)
    return place.to_numpy().astype(np.int16)[encoded.indices.to_numpy()]


def _roots(column: pa.ChunkedArray) -> Hashes:
    """uint64 [N]: the hash of each text's language, where its phrases start from."""
    encoded = column.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # no rows
        return np.empty(0, np.uint64)
    return word_hashes(encoded.dictionary)[encoded.indices.to_numpy()]


@njit(cache=True, nogil=True)
def _match(
    subjects: Rows, sources: Shorts, roots: Hashes, words: Hashes, offsets: Ints, weights: Floats,
    copied: Flags, keys: Hashes, rows: Rows,
) -> _Found:  # fmt: skip
    """Every subject's finds, added up."""
    capacity = max(1024, len(words))
    out = (
        np.empty(capacity, np.int32), np.empty(capacity, np.int32), np.empty(capacity, np.int16),
        np.empty(capacity, np.int32), np.empty(capacity, np.float32), np.empty(capacity, np.float32),
        np.empty(capacity, np.int32),
    )  # fmt: skip
    phrase, text, alone = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.bool_)
    size, row, total = 0, 0, len(subjects)
    while row < total:
        first, finds = row, 0
        while row < total and subjects[row] == subjects[first]:
            need = finds + (offsets[row + 1] - offsets[row]) * LONGEST
            if need > len(phrase):
                phrase, text, alone = _grown(phrase, need), _grown(text, need), _grown(alone, need)
            if sources[row] >= 0:
                finds = _read(
                    words,
                    offsets[row],
                    offsets[row + 1],
                    roots[row],
                    keys,
                    rows,
                    phrase,
                    text,
                    alone,
                    finds,
                    row,
                )
            row += 1
        if size + finds > len(out[0]):
            out = _larger(out, size + finds)
        size = _added_up(
            phrase, text, alone, finds, subjects[first], sources, weights, copied, first, out, size
        )
    return (
        out[0][:size], out[1][:size], out[2][:size], out[3][:size], out[4][:size], out[5][:size],
        out[6][:size],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _read(
    words: Hashes, start: int, end: int, root: np.uint64, keys: Hashes, rows: Rows,
    phrase: Rows, text: Rows, alone: Flags, finds: int, row: int,
) -> int:  # fmt: skip
    """Write the phrases of one text behind `finds`; returns the new number of finds."""
    reach = start  # the furthest end of a phrase that began earlier
    for at in range(start, end):
        value, here, ends = root, finds, start
        for stop in range(at, min(at + LONGEST, end)):
            if words[stop] == 0:
                break
            value = fold(value, words[stop])
            place = slot_of(keys, value)
            if keys[place] == 0:
                break
            if rows[place] >= 0:
                phrase[finds], text[finds], alone[finds] = rows[place], row, False
                finds, ends = finds + 1, stop + 1
        if finds > here:
            alone[finds - 1] = ends > reach
            reach = max(reach, ends)
    return finds


@njit(cache=True, nogil=True)
def _added_up(
    phrase: Rows, text: Rows, alone: Flags, finds: int, subject: int, sources: Shorts, weights: Floats,
    copied: Flags, first: int, out: _Found, size: int,
) -> int:  # fmt: skip
    """Add the finds of one subject up by phrase and source, behind `size` of `out`; returns the new size."""
    order = np.empty(finds, np.int64)
    for find in range(finds):
        source = np.int64(sources[text[find]])
        order[find] = ((np.int64(phrase[find]) << 16) | source) << 16 | np.int64(
            min(text[find] - first, 65535)
        )
    ranked = np.argsort(order, kind="mergesort") if finds > 32 else _insertion(order)
    before, last_text = np.int64(-1), np.int32(-1)
    heard_alone = False
    for rank in range(finds):
        find = ranked[rank]
        key = order[find] >> 16
        if key != before:
            out[0][size], out[1][size], out[2][size] = subject, phrase[find], sources[text[find]]
            out[3][size], out[4][size], out[5][size], out[6][size] = 0, 0.0, 0.0, 0
            size, before, last_text = size + 1, key, -1
        if text[find] != last_text:
            out[3][size - 1] += 1
            out[4][size - 1] += weights[text[find]]
            out[6][size - 1] += copied[text[find]]
            last_text, heard_alone = text[find], False
        if alone[find] and not heard_alone:
            out[5][size - 1] += 1.0
            heard_alone = True
    _shares(out[5], out[3], subject, out[0], size)
    return size


@njit(cache=True, nogil=True)
def _shares(alone: Floats, texts: Rows, subject: int, subjects: Rows, size: int) -> None:
    """Counts of texts become shares, for the rows of one subject at the end."""
    at = size - 1
    while at >= 0 and subjects[at] == subject:
        alone[at] /= texts[at]
        at -= 1


@njit(cache=True, nogil=True)
def _insertion(values: Ints) -> Ints:
    """The order that sorts a few values; equal ones keep their places."""
    order = np.arange(len(values))
    for place in range(1, len(values)):
        item, at = order[place], place - 1
        while at >= 0 and values[order[at]] > values[item]:
            order[at + 1] = order[at]
            at -= 1
        order[at + 1] = item
    return order


@njit(cache=True, nogil=True)
def _grown(old: Column, need: int) -> Column:
    new = np.empty(2 * need, old.dtype)
    new[: len(old)] = old
    return new  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _larger(out: _Found, need: int) -> _Found:
    return (
        _grown(out[0], need), _grown(out[1], need), _grown(out[2], need), _grown(out[3], need),
        _grown(out[4], need), _grown(out[5], need), _grown(out[6], need),
    )  # fmt: skip
