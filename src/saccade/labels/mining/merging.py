"""Sums over buckets: counts of n-grams, and how words are written.

Decided:
- Sums are exact and do not depend on the order or grouping of what is added: nothing is sampled or pruned by
  size. What bounds memory is that tables are sorted by hash, so they are added up one range of hashes after
  the other; with tables that Arrow maps from disk, only `rows` rows and the result are in memory.
- `least` drops what is too rare, right after its range is summed. That is only right for the sum over all
  buckets, and then loses nothing that `survivors` would keep.
- Forms are kept of words that survived alone, so they are as many as the vocabulary has words.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.labels.hashing import Hashes
from saccade.labels.mining.levels import COUNTS, counts_table
from saccade.labels.shapes import FORMS

_ROWS = 4_000_000
_HASHED = COUNTS.names[:4]
_SUMMED = COUNTS.names[4:]
_MOST = 2**32 - 1


def merge_counts(tables: Sequence[pa.Table], least: int = 1, rows: int = _ROWS) -> pa.Table:
    """The sum of tables of `COUNTS`, each sorted by hash; associative, in any order.

    least: families below which a row is dropped from the sum; rows: how many to add up at a time.
    """
    filled = [table for table in tables if len(table)]
    ranges = 1 + sum(len(table) for table in filled) // rows
    edges = [(place << 64) // ranges for place in range(1, ranges)]
    cuts = [[0, *_places(table, edges), len(table)] for table in filled]
    parts = [
        _summed([table.slice(cut[i], cut[i + 1] - cut[i]) for table, cut in zip(filled, cuts, strict=True)])
        for i in range(ranges)
    ]
    kept = [part.filter(pc.greater_equal(part.column("families"), least)) for part in parts]
    return pa.concat_tables([COUNTS.empty_table(), *kept]).combine_chunks()


def merge_forms(tables: Iterable[pa.Table], words: Hashes) -> pa.Table:
    """The sum of tables of `FORMS`, of the words in `words` (uint64, any order) alone; sorted."""
    known = pa.array(words)
    kept = [table.filter(pc.is_in(table.column("word"), value_set=known)) for table in tables]
    keys = [name for name in FORMS.names if name != "count"]
    joined = pa.concat_tables([FORMS.empty_table(), *kept])
    summed = joined.group_by(keys, use_threads=False).aggregate([("count", "sum")])
    ordered = summed.sort_by([(key, "ascending") for key in keys])
    return ordered.rename_columns({"count_sum": "count"}).select(FORMS.names).cast(FORMS)


def _places(table: pa.Table, edges: list[int]) -> list[int]:
    hashes = table.column("hash").to_numpy()
    return np.searchsorted(hashes, np.array(edges, np.uint64)).tolist()


def _summed(tables: list[pa.Table]) -> pa.Table:
    """Rows of the same hash as one; the tables hold one range of hashes."""
    joined = pa.concat_tables([COUNTS.empty_table(), *tables])
    if not len(joined):
        return joined
    hashes = joined.column("hash").to_numpy()
    order = np.argsort(hashes, kind="stable")
    hashes = hashes[order]
    starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
    names = [joined.column(name).to_numpy()[order] for name in _HASHED]
    masks = np.bitwise_or.reduceat(names[3], starts)
    firsts = [column[starts] for column in names[:3]]
    sums = [_sum(joined.column(name).to_numpy()[order], starts) for name in _SUMMED]
    return counts_table(np.stack([*firsts, masks], axis=1), np.stack(sums, axis=1))


def _sum(values: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Sums of runs, which stop at the largest number."""
    return np.minimum(np.add.reduceat(values, starts, dtype=np.uint64), _MOST).astype(np.uint32)
