"""Which units are said of the same subjects: counts that add up over buckets.

Decided: a subject counts a pair of units once, however often it says them. Pairs are counted twice over: in
all sources, and in those that speak of the thing itself. A collection (a board) is named for everything in
it, so the names of two collections that hold a thing say little about each other.

Bounds: the `UNITS` most supported units are counted, a subject gives at most `PER_SUBJECT` of them (the
rarest, which tell most), so a bucket of S subjects has at most S x PER_SUBJECT² / 2 pairs, and the sum over
buckets at most UNITS² / 2; in practice a few million.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.clustering.matrices import Sparse, matrix, ones, upper
from saccade.labels.clustering.units import Units

Rows = npt.NDArray[np.int64]

UNITS = 20_000
"""Units that are counted; rarer ones are known by their spelling alone."""
PER_SUBJECT = 64
"""Units of a subject that are counted with each other."""
COLLECTIONS = ("board",)
"""Sources whose texts name a collection of things rather than the thing."""

TOGETHER = pa.schema({"a": pa.int32(), "b": pa.int32(), "all": pa.int32(), "near": pa.int32()})
"""Subjects that say unit a and unit b, a <= b, of `Counted` (a = b: how many say it). near: in sources that
speak of the thing itself."""


@dataclass(frozen=True, eq=False)
class Counted:
    """The units that are counted. which: int64 [C], rows of `units`, ascending; phrases: sparse [V, C]."""

    which: Rows
    phrases: Sparse


def counted(units: Units, support: npt.NDArray[np.int64]) -> Counted:
    """The most supported units. support: int64 [V], of each phrase; a unit has that of its best phrase's."""
    best = np.zeros(len(units), np.int64)
    rows, columns = units.phrases.nonzero()
    np.maximum.at(best, columns, support[rows])
    order = np.argsort(-best, kind="stable")[:UNITS]
    which = np.sort(order).astype(np.int64)
    return Counted(which, units.phrases[:, which].tocsr())


def count_together(
    said: pa.Table, counted: Counted, sources: Sequence[str], collections: Sequence[str] = COLLECTIONS
) -> pa.Table:
    """Rows of `TOGETHER` of one bucket. said: rows of `SAID`; sources: their names."""
    every = _rarest(_held(said, counted, np.ones(len(said), np.bool_)), PER_SUBJECT)
    own = [at for at, name in enumerate(sources) if name not in collections]
    near = (_held(said, counted, np.isin(said.column("source").to_numpy(), own)) * every).tocsr()
    both = upper(every.T @ every).tocoo()
    close = upper(near.T @ near).tocoo()
    width = counted.phrases.shape[1]
    keys = both.row.astype(np.int64) * width + both.col
    order = np.argsort(keys)
    found = np.zeros(len(keys), np.int32)
    at = np.searchsorted(keys[order], close.row.astype(np.int64) * width + close.col)
    found[at] = close.data
    keys = keys[order]
    return pa.table(
        [(keys // width).astype(np.int32), (keys % width).astype(np.int32),
         both.data[order].astype(np.int32), found], schema=TOGETHER,
    )  # fmt: skip


def added_up(tables: Iterable[pa.Table]) -> pa.Table:
    """Counts of several buckets as one, sorted; the same whatever order they come in."""
    total = TOGETHER.empty_table()
    for table in tables:
        grouped = pa.concat_tables([total, table]).group_by(["a", "b"])
        summed = grouped.aggregate([("all", "sum"), ("near", "sum")])
        total = summed.rename_columns(["a", "b", "all", "near"]).cast(TOGETHER)
    return total.sort_by([("a", "ascending"), ("b", "ascending")])


def _held(said: pa.Table, counted: Counted, rows: npt.NDArray[np.bool_]) -> Sparse:
    """float32 sparse [subjects, C]: 1 where a subject says a unit."""
    subject, phrase = (said.column(name).to_numpy() for name in ("subject", "phrase"))
    height = int(subject.max()) + 1 if len(subject) else 0
    subject, phrase = subject[rows], phrase[rows]
    spoken = matrix(subject, phrase, (height, counted.phrases.shape[0]))
    return ones(spoken @ counted.phrases)


def _rarest(held: Sparse, most: int) -> Sparse:
    """At most `most` units a subject: those that the fewest subjects of the bucket say."""
    lengths = np.diff(held.indptr)
    if not len(lengths) or int(lengths.max()) <= most:
        return held
    row = np.repeat(np.arange(len(lengths)), lengths)
    often = np.bincount(held.indices, minlength=held.shape[1])[held.indices]
    order = np.lexsort((held.indices, often, row))
    rank = np.arange(len(order)) - np.repeat(held.indptr[:-1], lengths)
    kept = np.sort(order[rank < most])
    return matrix(row[kept], held.indices[kept], held.shape)
