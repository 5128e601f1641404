"""What follows from ratings: rates with intervals, one run against the other, how far raters agree.

- `ES@1`: share of queries whose first result got the top grade from a majority of its raters, with Wilson's
  interval. A query that a run does not answer counts as no; one that nobody judged yet is left out.
- `mean grade@k`: mean over a query's first k results of the mean grade of their raters, 0..4; a missing
  result counts 0; queries with an unjudged result are left out. Bootstrap over queries.
- `win rate` (sides): how often the second run's list is preferred, a tie counting half; bootstrap over
  queries. The sign test takes each query's majority and leaves ties out.

Decided: queries are drawn in intervals, never single ratings: raters of one query are not independent. Flat
raters are named and everything is given with and without them; nobody is dropped silently.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from saccade.evaluation.judging.grades import SECOND, TOP
from saccade.evaluation.judging.plan import JudgingPlan
from saccade.evaluation.judging.ratings import Ratings
from saccade.metrics.agreement import Alpha, alpha, flat, percent_agreement
from saccade.metrics.compare import PairedTest, paired
from saccade.metrics.groups import Groups, by_group
from saccade.metrics.intervals import Interval, bootstrap, mean_interval

Floats = npt.NDArray[np.float64]
ES = "ES@1"


@dataclass(frozen=True)
class Measure:
    """One number of one run, over `queries` judged queries."""

    run: str
    metric: str
    interval: Interval
    queries: int


@dataclass(frozen=True)
class Wins:
    """Side by side: queries whose majority prefers the second run, the first, or neither; `p` of the sign
    test, two-sided."""

    second: str
    first: str
    rate: Interval
    wins: int
    losses: int
    ties: int
    p: float


@dataclass(frozen=True)
class Compared:
    """The second run against the first on the queries that both have a value for."""

    metric: str
    first: str
    second: str
    test: PairedTest


@dataclass(frozen=True)
class Found:
    """What some raters found. groups: of `ES@1` (or the win rate) by run, where queries have groups."""

    measures: tuple[Measure, ...]
    compared: tuple[Compared, ...]
    wins: Wins | None
    groups: dict[str, Groups]
    agreement: Alpha
    same: float | None


@dataclass(frozen=True)
class RaterFacts:
    """One rater: ratings given, their mean, whether all are the same, and the mean distance, in grades, to
    the mean of the others on the same questions (None without others)."""

    name: str
    ratings: int
    mean: float
    flat: bool
    distance: float | None


@dataclass(frozen=True)
class Verdict:
    """Everything that is known of a plan. `trusted`: without flat raters, where there are any."""

    name: str
    kind: str
    queries: int
    done: int
    wanted: int
    outside: int
    found: Found | None
    trusted: Found | None
    raters: tuple[RaterFacts, ...]

    @property
    def flat(self) -> tuple[str, ...]:
        """Names of the flat raters."""
        return tuple(one.name for one in self.raters if one.flat)

    def as_json(self) -> dict[str, Any]:
        """Plain numbers, lists and texts."""
        return {**asdict(self), "flat_raters": list(self.flat)}


def verdict(ratings: Ratings, seed: int = 0) -> Verdict:
    """The verdict of what was said so far; `found` is None where nobody said anything."""
    plan, bad = ratings.plan, flat(ratings.grades, ratings.raters)
    trusted = ratings.without(bad)
    said = (~np.isnan(ratings.grades)).sum(axis=0)
    wanted = np.array([one.raters for one in plan.questions])
    return Verdict(
        plan.name, plan.kind, len(plan.queries), int(np.minimum(said, wanted).sum()), plan.wanted,
        ratings.outside, _found(ratings, seed) if said.any() else None,
        _found(trusted, seed) if bad and trusted.raters else None, _raters(ratings, bad),
    )  # fmt: skip


def _found(ratings: Ratings, seed: int) -> Found:
    level = "ordinal"
    agreement, same = alpha(ratings.grades, level, seed=seed), percent_agreement(ratings.grades)
    if ratings.plan.kind == "sides":
        wins, groups = _sides(ratings, seed)
        return Found((), (), wins, groups, agreement, same)
    return _graded(ratings, agreement, same, seed)


# -- grades --------------------------------------------------------------------------------------------


def _graded(ratings: Ratings, agreement: Alpha, same: float | None, seed: int) -> Found:
    plan = ratings.plan
    values = {ES: extremely_similar(ratings), f"mean grade@{plan.depth}": mean_grades(ratings)}
    measures: list[Measure] = []
    compared: list[Compared] = []
    for metric, found in values.items():
        for at, run in enumerate(plan.runs):
            known = found[~np.isnan(found[:, at]), at]
            if len(known):
                interval = mean_interval(known, seed=seed) if metric == ES else bootstrap(known, seed=seed)
                measures.append(Measure(run, metric, interval, len(known)))
        both = found[~np.isnan(found).any(axis=1)]
        if len(plan.runs) > 1 and len(both):
            test = paired(both[:, 0], both[:, 1], seed=seed)
            compared.append(Compared(metric, plan.runs[0], plan.runs[1], test))
    groups = {
        run: _groups(plan, values[ES][:, at], seed) for at, run in enumerate(plan.runs) if _grouped(plan)
    }
    return Found(tuple(measures), tuple(compared), None, _known(groups), agreement, same)


def extremely_similar(ratings: Ratings) -> Floats:
    """float64 [queries, runs]: 1 where most raters gave the first result the top grade, NaN if not judged."""
    grades, plan = ratings.grades, ratings.plan
    said = (~np.isnan(grades)).sum(axis=0)
    tops = (grades == TOP).sum(axis=0)
    found = _unanswered(plan)
    row = {one.query_id: at for at, one in enumerate(plan.queries)}
    for at, one in enumerate(plan.questions):
        for run, rank in enumerate(one.ranks):
            if rank == 1 and said[at]:
                found[row[one.query_id], run] = float(2 * tops[at] > said[at])
    return found


def mean_grades(ratings: Ratings) -> Floats:
    """float64 [queries, runs]: mean grade of the first `depth` results, NaN where one is not judged."""
    grades, plan = ratings.grades, ratings.plan
    said = (~np.isnan(grades)).sum(axis=0)
    means = np.divide(np.nansum(grades, axis=0), said, out=np.full(len(said), np.nan), where=said > 0)
    sums = np.zeros((len(plan.queries), len(plan.runs)))
    row = {one.query_id: at for at, one in enumerate(plan.queries)}
    for at, one in enumerate(plan.questions):
        for run, rank in enumerate(one.ranks):
            if rank:
                sums[row[one.query_id], run] += means[at]
    return sums / plan.depth


def _unanswered(plan: JudgingPlan) -> Floats:
    """float64 [queries, runs]: 0 where the run has no result for the query, else NaN."""
    rows = [plan.answered.get(one.query_id, (1,) * len(plan.runs)) for one in plan.queries]
    return np.where(np.array(rows) == 0, 0.0, np.nan)


# -- sides ---------------------------------------------------------------------------------------------


def _sides(ratings: Ratings, seed: int) -> tuple[Wins, dict[str, Groups]]:
    plan, sums = ratings.plan, preferences(ratings)
    known = sums[~np.isnan(sums)]
    wins, losses = int((known > 0).sum()), int((known < 0).sum())
    p = float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0
    rate = bootstrap((known + 1) / 2, seed=seed)
    found = Wins(plan.runs[1], plan.runs[0], rate, wins, losses, int((known == 0).sum()), p)
    if not _grouped(plan):
        return found, {}
    return found, _known({plan.runs[1]: _groups(plan, (sums + 1) / 2, seed)})


def preferences(ratings: Ratings) -> Floats:
    """float64 [queries]: mean verdict of the raters, from -1 (first run) to 1; NaN where nobody judged."""
    plan, grades = ratings.plan, ratings.grades / SECOND
    said = (~np.isnan(grades)).sum(axis=0)
    means = np.divide(np.nansum(grades, axis=0), said, out=np.full(len(said), np.nan), where=said > 0)
    found = dict.fromkeys(plan.same, 0.0) | {
        one.query_id: float(mean) for one, mean in zip(plan.questions, means, strict=True)
    }
    return np.array([found.get(one.query_id, np.nan) for one in plan.queries])


# -- groups and raters ---------------------------------------------------------------------------------


def _grouped(plan: JudgingPlan) -> bool:
    return any(one.group for one in plan.queries)


def _groups(plan: JudgingPlan, values: Floats, seed: int) -> Groups | None:
    keep = np.flatnonzero(~np.isnan(values))
    if not len(keep):
        return None
    return by_group(values[keep], [plan.queries[at].group or "(none)" for at in keep.tolist()], seed=seed)


def _known(groups: dict[str, Groups | None]) -> dict[str, Groups]:
    return {run: found for run, found in groups.items() if found is not None}


def _raters(ratings: Ratings, bad: tuple[str, ...]) -> tuple[RaterFacts, ...]:
    grades = ratings.grades
    known = ~np.isnan(grades)
    total, count = np.nansum(grades, axis=0), known.sum(axis=0)
    made: list[RaterFacts] = []
    for at, name in enumerate(ratings.raters):
        shared = known[at] & (count > 1)
        others = (total[shared] - grades[at, shared]) / (count[shared] - 1)
        distance = float(np.abs(grades[at, shared] - others).mean()) if shared.any() else None
        mine = grades[at, known[at]]
        made.append(RaterFacts(name, len(mine), float(mine.mean()), name in bad, distance))
    return tuple(made)
