"""What is relevant (`Qrels`) and what was found (`Run`), in the forms that the field exchanges.

A TREC qrels line is `query 0 item relevance`; a run line is `query Q0 item rank score tag`. Both are read
and written so that trec_eval, ir-measures and ranx read the same (`lines.py`). Parquet and Arrow carry the
same as columns `query_id, item_id, relevance` and `query_id, item_id, score, rank`.

Decided:
- A run is ranked by score, falling; equal scores by item id, falling in byte order. That is trec_eval's rule,
  so that a written run scores the same there. The rank in a file is not looked at, as in trec_eval.
- Scores are float32, which is what trec_eval compares.
- Relevance is a whole number; 1 and more is relevant, 0 and less is judged and not relevant.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saccade.errors import InputError
from saccade.metrics import lines
from saccade.metrics.columns import Codes, Ints, Pairs, Texts, column, encode, offsets_of

QRELS_SCHEMA = pa.schema([("query_id", pa.string()), ("item_id", pa.string()), ("relevance", pa.int32())])
RUN_SCHEMA = pa.schema(
    [("query_id", pa.string()), ("item_id", pa.string()), ("score", pa.float32()), ("rank", pa.int32())]
)


@dataclass(frozen=True, eq=False)
class Qrels(Pairs):
    """Judged pairs. `relevance` is int32 [N], beside `codes`, which ascend within a query."""

    relevance: Codes

    @classmethod
    def of(cls, query_ids: Texts, item_ids: Texts, relevance: npt.ArrayLike | None = None) -> Qrels:
        """From three columns of N rows in any order; relevance is 1 where it is not given.

        A pair may be repeated with the same relevance; with two it is an InputError.
        """
        query, queries = encode(query_ids, "query_id")
        item, items = encode(item_ids, "item_id")
        grades = np.ones(len(query), np.int32) if relevance is None else _whole(relevance)
        _same_length(len(query), len(item), len(grades))
        order = np.lexsort((grades, item, query))
        query, item, grades = query[order], item[order], grades[order]
        repeated = (query[1:] == query[:-1]) & (item[1:] == item[:-1])
        clash = np.flatnonzero(repeated & (grades[1:] != grades[:-1]))
        if len(clash):
            at = int(clash[0])
            raise InputError(
                f"query {queries[int(query[at])]} and item {items[int(item[at])]} are judged twice, "
                f"as {grades[at]} and as {grades[at + 1]}: keep one"
            )
        keep = np.concatenate((np.ones(min(len(query), 1), bool), ~repeated))
        query, item, grades = query[keep], item[keep], grades[keep]
        return cls(queries, items, offsets_of(query, len(queries)), item, grades)

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Qrels:
        """From columns `query_id`, `item_id` and, where there is one, `relevance`; others are ignored."""
        grades = column(table, "relevance").to_numpy() if "relevance" in table.column_names else None
        return cls.of(column(table, "query_id"), column(table, "item_id"), grades)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Qrels:
        """Read a TREC file (plain or `.gz`) or a `.parquet` file; InputError names the bad line."""
        if Path(path).suffix == ".parquet":
            return cls.from_arrow(_read_parquet(path))
        table = lines.read(path, lines.QRELS)
        if not table.num_rows:
            raise InputError(f"{path} holds no judgements: a line is `query 0 item relevance`")
        return cls.from_arrow(table)

    def write(self, path: str | PathLike[str]) -> None:
        """Write TREC lines, or Parquet where `path` ends in `.parquet`."""
        _write(self.batches(), QRELS_SCHEMA, path, lines.QRELS)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as record batches of `QRELS_SCHEMA`, ordered by query and item."""
        for rows, query, item in _rows(self):
            yield pa.record_batch([query, item, pa.array(self.relevance[rows])], schema=QRELS_SCHEMA)

    def to_arrow(self) -> pa.Table:
        """The rows as one table of `QRELS_SCHEMA`."""
        return pa.Table.from_batches(self.batches(), QRELS_SCHEMA)


@dataclass(frozen=True, eq=False)
class Run(Pairs):
    """Ranked results. `score` is float32 [N], beside `codes`; the pairs of a query stand in rank order."""

    score: npt.NDArray[np.float32]

    @classmethod
    def of(cls, query_ids: Texts, item_ids: Texts, scores: npt.ArrayLike) -> Run:
        """From three columns of N rows in any order.

        Scores may be infinite, not NaN. A query that names an item twice is an InputError.
        """
        query, queries = encode(query_ids, "query_id")
        item, items = encode(item_ids, "item_id")
        with np.errstate(over="ignore"):  # a float64 beyond float32 becomes infinite, as in trec_eval
            score = np.asarray(scores).astype(np.float32)
        _same_length(len(query), len(item), len(score))
        if np.isnan(score).any():
            at = int(np.flatnonzero(np.isnan(score))[0])
            raise InputError(f"scores must be numbers, found NaN for query {queries[int(query[at])]}")
        order = _order(query, score, item)
        if order is not None:
            query, item, score = query[order], item[order], score[order]
        made = cls(queries, items, offsets_of(query, len(queries)), item, score)
        _refuse_repeats(made)
        return made

    @classmethod
    def of_indices(
        cls, query_ids: Texts, gallery_ids: Texts, indices: npt.ArrayLike, scores: npt.ArrayLike
    ) -> Run:
        """From the top k of a search: int [Q, k] positions in `gallery_ids` and their scores [Q, k].

        A negative position means that a query has fewer than k results.
        """
        position, score = np.asarray(indices), np.asarray(scores)
        if position.shape != score.shape or position.shape[:1] != (len(query_ids),):
            raise InputError(f"indices and scores must be [{len(query_ids)}, k], found "
                             f"{position.shape} and {score.shape}")  # fmt: skip
        names = _plain(query_ids)
        by_name = np.asarray(pc.sort_indices(names))
        position, score = position[by_name], score[by_name]
        row, _ = kept = np.nonzero(position >= 0)
        query = pa.DictionaryArray.from_arrays(pa.array(row.astype(np.int32)), names.take(pa.array(by_name)))
        item = pa.DictionaryArray.from_arrays(pa.array(position[kept].astype(np.int32)), _plain(gallery_ids))
        return cls.of(query, item, score[kept])

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Run:
        """From columns `query_id`, `item_id`, `score`; others are ignored."""
        score = column(table, "score").to_numpy()
        return cls.of(column(table, "query_id"), column(table, "item_id"), score)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Run:
        """Read a TREC file (plain or `.gz`) or a `.parquet` file; InputError names the bad line."""
        parquet = Path(path).suffix == ".parquet"
        return cls.from_arrow(_read_parquet(path) if parquet else lines.read(path, lines.RUN))

    def write(self, path: str | PathLike[str], tag: str = "saccade") -> None:
        """Write TREC lines with `tag` as their last word, or Parquet where `path` ends in `.parquet`."""
        _write(self.batches(), RUN_SCHEMA, path, lines.RUN, tag)

    @property
    def rank(self) -> Codes:
        """int32 [N]: the place of each pair in its query's ranking, from 1."""
        return (np.arange(len(self)) - np.repeat(self.offsets[:-1], self.lengths) + 1).astype(np.int32)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as record batches of `RUN_SCHEMA`, ordered by query and rank."""
        rank = self.rank
        for rows, query, item in _rows(self):
            columns = [query, item, pa.array(self.score[rows]), pa.array(rank[rows])]
            yield pa.record_batch(columns, schema=RUN_SCHEMA)

    def to_arrow(self) -> pa.Table:
        """The rows as one table of `RUN_SCHEMA`."""
        return pa.Table.from_batches(self.batches(), RUN_SCHEMA)

    def top(self, k: int) -> Run:
        """The first k results of each query."""
        keep = self.rank <= k
        lengths = np.minimum(self.lengths, k)
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        return Run(self.queries, self.items, offsets, self.codes[keep], self.score[keep])


def _rows(pairs: Pairs) -> Iterator[tuple[slice, pa.Array, pa.Array]]:
    """Blocks of rows with their ids written out."""
    lengths = pairs.lengths
    for first, last in pairs.blocks():
        rows = slice(int(pairs.offsets[first]), int(pairs.offsets[last]))
        query = np.repeat(np.arange(first, last), lengths[first:last])
        yield rows, pairs.queries.take(pa.array(query)), pairs.items.take(pa.array(pairs.codes[rows]))


def _order(query: Codes, score: npt.NDArray[np.float32], item: Codes) -> Ints | None:
    """Row numbers that put rows in the order of a run; None where they already stand so.

    Most runs come nearly in order, so only the queries that are not are sorted.
    """
    order = None
    if np.any(query[1:] < query[:-1]):
        order = np.argsort(query, kind="stable")
        query, score, item = query[order], score[order], item[order]
    rises = (score[1:] > score[:-1]) | ((score[1:] == score[:-1]) & (item[1:] >= item[:-1]))
    wrong = np.unique(query[1:][rises & (query[1:] == query[:-1])])
    if not len(wrong):
        return order
    rows = np.flatnonzero(np.isin(query, wrong))
    order = np.arange(len(query)) if order is None else order
    order[rows] = order[rows[np.lexsort((-item[rows], -score[rows], query[rows]))]]
    return order


def _refuse_repeats(run: Run) -> None:
    for first, last in run.blocks():
        start, end = int(run.offsets[first]), int(run.offsets[last])
        query = np.repeat(np.arange(first, last, dtype=np.int64), run.lengths[first:last])
        key = np.sort(query * len(run.items) + run.codes[start:end])
        twice = np.flatnonzero(key[1:] == key[:-1])
        if len(twice):
            at, item = divmod(int(key[twice[0]]), len(run.items))
            raise InputError(f"query {run.queries[at]} names item {run.items[item]} twice: keep one")


def _whole(values: npt.ArrayLike) -> Codes:
    array = np.asarray(values)
    if array.dtype == bool or np.issubdtype(array.dtype, np.integer):
        return array.astype(np.int32)
    if not np.issubdtype(array.dtype, np.floating) or not np.all(array == np.floor(array)):
        raise InputError("relevance must be whole numbers in every row")
    return array.astype(np.int32)


def _plain(ids: Texts) -> Any:
    array = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    array = array if isinstance(array, pa.Array) else pa.array(array, pa.string())
    if len(array) != pc.count_distinct(array).as_py():
        raise InputError("ids must differ from each other, one is given twice")
    return array


def _same_length(*lengths: int) -> None:
    if len(set(lengths)) > 1:
        raise InputError(f"columns must have one length, found {', '.join(map(str, lengths))} rows")


def _read_parquet(path: str | PathLike[str]) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"cannot read {path} as Parquet: {str(error).splitlines()[0]}") from error


def _write(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: str | PathLike[str], form: lines.Form,
    tag: str = "",
) -> None:  # fmt: skip
    if Path(path).suffix == ".parquet":
        with pq.ParquetWriter(path, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        return
    lines.write(path, form, batches, tag)
