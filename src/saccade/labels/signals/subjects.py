"""Which images are one subject, and which of its texts are read.

Decided:
- Images of one family are one subject when they carry exactly the same set of (source, text). Sets are
  compared by the sum of 64-bit hashes of their members, which no order changes.
- A text that an image carries twice counts once; its weights are added. Of several images of a subject the
  greatest weight of a text counts, so that three views do not say a query three times.
- A subject keeps at most `per_source` texts of a source, the heaviest, ties by text: an image with ten
  thousand queries costs no more than the cap and says no more than others.

Not here: reading the texts (`read`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from saccade.labels.hashing import Hashes, mixed, word_hashes
from saccade.labels.shapes import SUBJECTS

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grouped:
    """subjects: SUBJECTS. For each text that is read: rows int64 [N], its row among the bucket's; subject
    int32 [N], ascending; weights float32 [N]. over_cap: how many were not read.
    """

    subjects: pa.Table
    rows: Places
    subject: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    over_cap: int


def grouped(
    rows: pa.Table, texts: pa.DictionaryArray, sources: pa.DictionaryArray, per_source: int
) -> Grouped:
    """Subjects of a bucket (GATHERED, sorted). texts, sources: its columns, as dictionaries without nulls."""
    family, image = _runs(rows["family"]), _runs(rows["family"], rows["image_id"])
    text, source = _codes(texts), _codes(sources)
    same = np.zeros(len(rows), np.bool_)
    same[1:] = (image[1:] == image[:-1]) & (source[1:] == source[:-1]) & (text[1:] == text[:-1])
    starts = np.flatnonzero(~same)
    weights = rows["weight"].to_numpy().astype(np.float64)
    weights = np.add.reduceat(weights, starts) if len(starts) else weights
    keys = _keys(word_hashes(texts.dictionary)[text[starts]], word_hashes(sources.dictionary)[source[starts]])
    firsts = np.flatnonzero(np.diff(image[starts], prepend=-1))
    subject = _subjects(family[starts][firsts], np.add.reduceat(keys, firsts) if len(firsts) else keys)
    keep, heaviest = _heaviest(subject, np.append(firsts, len(starts)), weights)
    chosen = _capped(subject_of := subject[image[starts[keep]]], source[starts[keep]], heaviest, per_source)
    kept = starts[keep][chosen]
    return Grouped(
        _table(rows, starts[firsts], subject), kept, subject_of[chosen].astype(np.int32),
        heaviest[chosen].astype(np.float32), len(keep) - len(chosen),
    )  # fmt: skip


def _codes(names: pa.DictionaryArray) -> npt.NDArray[np.int32]:
    return names.indices.to_numpy()


def _runs(*columns: pa.ChunkedArray) -> Places:
    """int64 [rows]: the number of the run of equal values that a row is in."""
    changed = np.zeros(len(columns[0]), np.bool_)
    for column in columns:
        values = column.combine_chunks()
        changed[1:] |= pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    return np.cumsum(changed, dtype=np.int64)


@njit(cache=True, nogil=True)
def _keys(texts: Hashes, sources: Hashes) -> Hashes:
    found = np.empty(len(texts), np.uint64)
    for row in range(len(texts)):
        found[row] = mixed(mixed(texts[row]) ^ sources[row])
    return found


def _subjects(family: Places, keys: Hashes) -> Places:
    """int64 [images]: numbers of subjects, in order of their first image."""
    order = np.lexsort((keys, family))
    changed = np.ones(len(order), np.bool_)
    changed[1:] = (family[order][1:] != family[order][:-1]) | (keys[order][1:] != keys[order][:-1])
    groups = np.empty(len(order), np.int64)
    groups[order] = np.cumsum(changed) - 1
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _heaviest(
    subject: Places, bounds: Places, weights: npt.NDArray[np.float64]
) -> tuple[Places, npt.NDArray[np.float64]]:
    """Texts of the first image of each subject, and the greatest weight that any of its images gives them."""
    _, first = np.unique(subject, return_index=True)
    sizes = np.diff(bounds)
    firsts = first[np.argsort(subject[first])]
    starts = np.concatenate(([0], np.cumsum(sizes[firsts])))
    keep = np.repeat(bounds[firsts] - starts[:-1], sizes[firsts]) + np.arange(starts[-1])
    heaviest = np.zeros(len(keep))
    within = np.arange(bounds[-1]) - np.repeat(bounds[:-1], sizes)
    np.maximum.at(heaviest, np.repeat(starts[subject], sizes) + within, weights)
    return keep, heaviest


def _capped(
    subject: Places, source: npt.NDArray[np.int32], weights: npt.NDArray[np.float64], most: int
) -> Places:
    """Places of the texts that stay, in their order; they come sorted by subject, source, text."""
    starts = np.flatnonzero((np.diff(subject, prepend=-1) != 0) | (np.diff(source, prepend=-1) != 0))
    sizes = np.diff(np.append(starts, len(subject)))
    if not len(sizes) or sizes.max() <= most:
        return np.arange(len(subject))
    group = np.repeat(np.arange(len(starts)), sizes)
    order = np.lexsort((-weights, group))
    return np.sort(order[np.arange(len(subject)) - np.repeat(starts, sizes) < most])


def _table(rows: pa.Table, images: Places, subject: Places) -> pa.Table:
    """SUBJECTS. images: the first row of each image; subject: its number."""
    order = np.argsort(subject, kind="stable")
    starts = np.flatnonzero(np.diff(subject[order], prepend=-1))
    named = rows.select(["image_id", "family"]).take(pa.array(images[order]))
    offsets = pa.array(np.append(starts, len(order)).astype(np.int32))
    ids = pa.ListArray.from_arrays(offsets, named["image_id"].combine_chunks())
    families = named["family"].take(pa.array(starts))
    return pa.table([pa.array(np.arange(len(starts), dtype=np.int32)), families, ids], schema=SUBJECTS)
