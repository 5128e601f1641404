"""Counts of n-grams as a table, and what of a level survives so that the next one can be counted.

Decided:
- A level is a table sorted by hash, so that it is the same whatever order the buckets came in, and Arrow can
  keep it between two passes.
- How many sources must say a phrase is a question of its language: as many as the settings say, or as the
  language has where that is less. A source that says fewer than a tenth of its words does not count for that.
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

from saccade.labels.hashing import Hashes
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.vocabulary import slot_of

COUNTS = pa.schema({
    "hash": pa.uint64(), "prefix": pa.uint64(), "suffix": pa.uint64(), "sources": pa.uint64(),
    "families": pa.uint32(), "occurrences": pa.uint32(), "starts": pa.uint32(), "ends": pa.uint32(),
})  # fmt: skip
"""One row an n-gram, sorted by hash. hash: as in `phrase_id`; prefix, suffix: hashes of its first and last
n - 1 words, for a single word the hash of its language and of the word; sources: one bit a source; families:
how many say it; occurrences: how often it is said; starts, ends: how often nothing stands before or behind
it. Counts stop at 2^32 - 1."""

SURVIVORS = COUNTS.append(pa.field("needed", pa.uint8()))
"""Rows of a level. needed: how many sources its language demands."""

_USUAL = 0.1  # share of a language's words that a source says before it counts among those it has


@dataclass(frozen=True, eq=False)
class Level:
    """The n-grams of `words` words that survived. table: rows of `SURVIVORS`, sorted by hash."""

    words: int
    table: pa.Table

    @cached_property
    def hashes(self) -> Hashes:
        """uint64 [N], ascending."""
        return self.column("hash")

    @cached_property
    def slots(self) -> Hashes:
        """uint64 [power of two], 0 where free: `vocabulary.slot_of` finds a hash in it."""
        return _filled(self.hashes, 1 << max(4, int(2 * len(self.table)).bit_length()))

    def column(self, name: str) -> npt.NDArray[np.uint64]:
        """One column as it is."""
        return self.table.column(name).to_numpy()

    def rows(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """int64 [N]: the row of each hash, all of which are in the level."""
        return np.searchsorted(self.hashes, hashes)


def survivors(counts: pa.Table, settings: MiningSettings, below: Level | None = None) -> Level:
    """What may be a phrase or a part of one: said by enough families and in enough sources.

    counts: merged counts of all buckets; below: the survivors with one word less, None for single words.
    """
    counts = counts.filter(pc.greater_equal(counts.column("families"), settings.support)).combine_chunks()
    masks, prefixes = counts.column("sources").to_numpy(), counts.column("prefix").to_numpy()
    if below is None:
        needed = _needed(masks, prefixes, settings.sources)
    else:
        needed = below.column("needed")[below.rows(prefixes)]
    kept = pa.array(np.bitwise_count(masks) >= needed)
    table = counts.append_column("needed", pa.array(needed, pa.uint8())).filter(kept).combine_chunks()
    return Level(1 if below is None else below.words + 1, table)


def _needed(masks: Hashes, languages: Hashes, sources: int) -> npt.NDArray[np.uint8]:
    """uint8 [N]: the sources that each word needs, from the masks and languages of all."""
    names, place, words = np.unique(languages, return_inverse=True, return_counts=True)
    usual = np.zeros(len(names), np.int64)
    for bit in range(64):
        says = (masks >> np.uint64(bit)) & np.uint64(1)
        usual += np.bincount(place, says, len(names)) >= _USUAL * words
    return np.minimum(sources, usual).astype(np.uint8)[place]


def counts_table(hashes: Hashes, counts: npt.NDArray[np.uint32]) -> pa.Table:
    """`COUNTS` from its columns: uint64 [N, 4] and uint32 [N, 4]."""
    columns = [*np.ascontiguousarray(hashes.T), *np.ascontiguousarray(counts.T)]
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=COUNTS)


@njit(cache=True, nogil=True)
def _filled(hashes: Hashes, size: int) -> Hashes:
    keys = np.zeros(size, np.uint64)
    for value in hashes:
        keys[slot_of(keys, value)] = value
    return keys
