"""Scores of rankings: `measure(qrels, run, ["hit@1", "map@20"])` gives one value for each query.

What each metric is stands in `names.py`; what the ties rule is in `trec.py`. Numbers equal trec_eval's,
ir-measures' and ranx's to 1e-6 wherever they define the metric (the tests compare).

Decided, as `trec_eval -c`:
- The queries are those of the qrels. One that the run does not answer counts as 0 in every metric; one
  that nobody judged is left out. Both are counted in the result.
- A result that nobody judged is not relevant.
- A query without a relevant item counts as 0; `Scores.without_relevant` says how many those are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.metrics.columns import BLOCK_ROWS, Ints, lookup, split, spread
from saccade.metrics.names import Metric, parse
from saccade.metrics.trec import Qrels, Run

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """Metric values by query.

    Attributes:
        queries: the Q query ids of the qrels, ascending.
        metrics: the M metrics asked for.
        values: float64 [Q, M], 0 to 1.
        answered: bool [Q], whether the run has a result for the query.
        without_relevant: how many queries have no relevant item.
        unjudged_queries: how many queries of the run the qrels do not know; they are not in `values`.
    """

    queries: pa.Array
    metrics: tuple[Metric, ...]
    values: Floats
    answered: npt.NDArray[np.bool_]
    without_relevant: int
    unjudged_queries: int

    def __getitem__(self, metric: str | Metric) -> Floats:
        """float64 [Q]: the values of one metric, which must be among `metrics`."""
        wanted = parse(metric) if isinstance(metric, str) else metric
        if wanted not in self.metrics:
            raise InputError(f"{wanted} was not measured, only {', '.join(map(str, self.metrics))}")
        return self.values[:, self.metrics.index(wanted)]

    @property
    def means(self) -> Floats:
        """float64 [M]: the mean of each metric over the queries."""
        return self.values.mean(axis=0)

    def to_arrow(self) -> pa.Table:
        """A row for each query: `query_id`, `answered` and a column for each metric, by its name."""
        columns = {str(metric): self.values[:, at] for at, metric in enumerate(self.metrics)}
        return pa.table({"query_id": self.queries, "answered": self.answered, **columns})


def measure(qrels: Qrels, run: Run, metrics: Sequence[str | Metric], block_rows: int = BLOCK_ROWS) -> Scores:
    """Score every query of `qrels` on the ranking that `run` gives it.

    Memory beside the arguments stays at about 100 bytes × `block_rows`, whatever the number of queries.
    InputError where the qrels are empty or a metric's name is not known.
    """
    asked = tuple(parse(metric) if isinstance(metric, str) else metric for metric in metrics)
    if not len(qrels.queries):
        raise InputError("no query to score: the qrels are empty")
    place = lookup(qrels.queries, run.queries)
    lengths = np.where(place >= 0, run.lengths[place] if len(run.queries) else 0, 0)
    code = lookup(run.items, qrels.items)
    values = np.zeros((len(qrels.queries), len(asked)))
    without = 0
    for first, last in split(np.concatenate(([0], np.cumsum(lengths + qrels.lengths))), block_rows):
        rows = spread(run.offsets[place[first:last]], lengths[first:last])
        ranked = judge(qrels, first, last, code[run.codes[rows]], lengths[first:last])
        without += int((ranked.relevant(1) == 0).sum())
        for at, metric in enumerate(asked):
            values[first:last, at] = ranked.score(metric)
    unjudged = len(run.queries) - int((place >= 0).sum())
    return Scores(qrels.queries, asked, values, lengths > 0, without, unjudged)


def judge(qrels: Qrels, first: int, last: int, code: Ints, lengths: Ints) -> Ranked:
    """Give each result its relevance. `code` are the results' places in `qrels.items`, -1 for unknown."""
    query = np.repeat(np.arange(last - first), lengths)
    start, end = int(qrels.offsets[first]), int(qrels.offsets[last])
    judged_query = np.repeat(np.arange(last - first), qrels.lengths[first:last])
    grade = np.maximum(qrels.relevance[start:end], 0)
    width = len(qrels.items)
    known = np.flatnonzero(code >= 0)
    key, wanted = judged_query * width + qrels.codes[start:end], query[known] * width + code[known]
    found = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    gain = np.zeros(len(code), np.int32)
    gain[known] = np.where(key[found] == wanted, grade[found], 0)
    best = np.lexsort((-grade, judged_query))
    return Ranked(last - first, query, _ranks(lengths), gain, judged_query, grade[best],
                  _ranks(qrels.lengths[first:last]))  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ranked:
    """The results of some queries with their relevance, flat: row i is result `rank[i]` of `query[i]`.

    `query`, `rank` (from 1) and `gain` (relevance, at least 0) are [n]; the ideal ranking of all judged items
    is `ideal_query`, `ideal_gain`, `ideal_rank` [m].
    """

    count: int
    query: Ints
    rank: Ints
    gain: npt.NDArray[np.int32]
    ideal_query: Ints
    ideal_gain: npt.NDArray[np.int32]
    ideal_rank: Ints

    def score(self, metric: Metric) -> Floats:
        """float64 [count]: the metric of every query."""
        rel, k = metric.rel, metric.k or np.iinfo(np.int64).max
        match metric.name:
            case "hit":
                return (self._found(rel, k) > 0).astype(np.float64)
            case "P" | "mean_p":
                return self._found(rel, k) / k
            case "R":
                return _ratio(self._found(rel, k), self.relevant(rel))
            case "Rprec":
                return _ratio(self._found(rel, self._row_relevant(rel)), self.relevant(rel))
            case "map" | "AP":
                return self._precision_sum(rel, k)
            case "mAP@R":
                return self._precision_sum(rel, self._row_relevant(rel))
            case "RR":
                return self._reciprocal(rel, k)
            case "nDCG":
                return self._ndcg(k, exponential=False)
            case "nDCG_exp":
                return self._ndcg(k, exponential=True)

    def relevant(self, rel: int) -> Ints:
        """int64 [count]: the number of relevant items of each query, found or not."""
        return np.bincount(self.ideal_query[self.ideal_gain >= rel], minlength=self.count)

    def _row_relevant(self, rel: int) -> Ints:
        return self.relevant(rel)[self.query]

    def _found(self, rel: int, k: int | Ints) -> Ints:
        return np.bincount(self.query[(self.gain >= rel) & (self.rank <= k)], minlength=self.count)

    def _precision_sum(self, rel: int, k: int | Ints) -> Floats:
        """Sum of the precision at every relevant result up to rank k, over the number of relevant items."""
        rows = np.flatnonzero(self.gain >= rel)
        query = self.query[rows]
        hits = np.arange(len(rows)) - np.searchsorted(query, query) + 1
        rank = self.rank[rows]
        precision = np.where(rank <= (k if isinstance(k, int) else k[rows]), hits / rank, 0.0)
        return _ratio(np.bincount(query, precision, self.count), self.relevant(rel))

    def _reciprocal(self, rel: int, k: int) -> Floats:
        rows = np.flatnonzero((self.gain >= rel) & (self.rank <= k))
        query, first = np.unique(self.query[rows], return_index=True)
        values = np.zeros(self.count)
        values[query] = 1.0 / self.rank[rows[first]]
        return values

    def _ndcg(self, k: int, exponential: bool) -> Floats:
        found = _dcg(self.query, self.rank, self.gain, k, self.count, exponential)
        ideal = _dcg(self.ideal_query, self.ideal_rank, self.ideal_gain, k, self.count, exponential)
        return _ratio(found, ideal)


def _dcg(
    query: Ints, rank: Ints, gain: npt.NDArray[np.int32], k: int, count: int, exponential: bool
) -> Floats:
    rows = np.flatnonzero((gain > 0) & (rank <= k))
    worth = np.exp2(gain[rows]) - 1.0 if exponential else gain[rows]
    return np.bincount(query[rows], worth / np.log2(rank[rows] + 1.0), count).astype(np.float64)


def _ranks(lengths: Ints) -> Ints:
    """1, 2, ... within each group: int64 [sum(lengths)]."""
    return spread(np.ones(len(lengths), np.int64), lengths)


def _ratio(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """part / whole, 0 where there is nothing to find."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
