"""The vocabulary: the phrases that are looked for, and the table in which the kernel finds them.

Decided: one open-addressed hash table holds every phrase and every beginning of a phrase, so that the kernel
stops reading at the first word that continues nothing; the time a text takes does not depend on how many
phrases there are. Phrases are rows sorted by hash, so a vocabulary is the same whatever order it came in.

Not here: where phrases come from (`mining`), how texts are read (`match`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from saccade.errors import InputError
from saccade.labels.hashing import Hashes, fold, phrase_id, word_hashes
from saccade.workspace.schemas import SPECS

LONGEST = 6
"""Words of the longest phrase."""

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Vocabulary:
    """Phrases by hash. `table`: rows of the table `phrases`, sorted by `phrase_id`.

    Raises `InputError` where two phrases share an id or a phrase has more than `LONGEST` words.
    """

    table: pa.Table

    def __post_init__(self) -> None:
        table = self.table.select(SPECS["phrases"].schema.names).combine_chunks().sort_by("phrase_id")
        object.__setattr__(self, "table", table)
        if len(table) > 1 and bool((np.diff(self.hashes) == 0).any()):
            at = int(np.argmin(np.diff(self.hashes) != 0))
            twins = " and ".join(repr(found) for found in table.column("key").to_pylist()[at : at + 2])
            raise InputError(f"expected each phrase once in a vocabulary, found {twins} with one id")
        if len(table) and int(pc.max(table.column("words")).as_py()) > LONGEST:
            raise InputError(f"expected phrases of at most {LONGEST} words")

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def hashes(self) -> Hashes:
        """uint64 [V], ascending."""
        ids = self.table.column("phrase_id").to_pylist()
        return np.fromiter((int(found, 16) for found in ids), np.uint64, len(ids))

    @cached_property
    def slots(self) -> Slots:
        """The hash table of the kernel."""
        keys = self.table.column("key").combine_chunks()
        split = pc.split_pattern(keys, " ")
        words = word_hashes(split.values)
        offsets = split.offsets.to_numpy().astype(np.int64)
        languages = self.table.column("language").combine_chunks().dictionary_encode()
        roots = word_hashes(languages.dictionary)[languages.indices.to_numpy()]
        size = 1 << max(4, int(2 * (len(words) + 1) - 1).bit_length())
        keys_, rows = _filled(words, offsets, roots, size)
        return Slots(keys_, rows)

    def rows(self, ids: pa.Array | pa.ChunkedArray) -> Rows:
        """int32 [N]: the row of each phrase id; -1 where it is not in the vocabulary."""
        found = pc.index_in(ids, value_set=self.table.column("phrase_id").combine_chunks())
        return pc.fill_null(found, -1).to_numpy().astype(np.int32)


@dataclass(frozen=True)
class Slots:
    """Open addressing with linear probing. keys: uint64 [size], 0 where free; rows: int32 [size], the row
    of the phrase, -1 for what only begins phrases. size is a power of two, at most half full.
    """

    keys: Hashes
    rows: Rows


@njit(cache=True, nogil=True, inline="always")
def slot_of(keys: Hashes, value: np.uint64) -> np.int64:
    """The slot that holds `value`, or the free one where it would stand."""
    mask = np.uint64(len(keys) - 1)
    place = value & mask
    while keys[place] != 0 and keys[place] != value:
        place = (place + np.uint64(1)) & mask
    return np.int64(place)


@njit(cache=True, nogil=True)
def _filled(words: Hashes, offsets: npt.NDArray[np.int64], roots: Hashes, size: int) -> tuple[Hashes, Rows]:
    keys = np.zeros(size, np.uint64)
    rows = np.full(size, -1, np.int32)
    for phrase in range(len(offsets) - 1):
        value = roots[phrase]
        for at in range(offsets[phrase], offsets[phrase + 1]):
            value = fold(value, words[at])
            place = slot_of(keys, value)
            keys[place] = value
            if at == offsets[phrase + 1] - 1:
                rows[place] = phrase
    return keys, rows


def phrase_rows(hashes: Hashes) -> pa.Array:
    """Ids of phrases as Arrow strings."""
    return pa.array([phrase_id(int(value)) for value in hashes], pa.string())
