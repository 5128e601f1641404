"""Results by group of queries, such as ranges of skin tone, and the largest gap between two groups.

An average says nothing about whom a model serves badly, so a table of groups says of each how many queries
it has, its accuracy with an interval, and its precision and recall.

Decided:
- Groups with fewer than `least` queries are listed but take no part in the largest gap: between many small
  groups some gap is always large. They are named.
- Precision and recall of a group are macro means over the classes that occur in it; where the group is itself
  a class (`by_class`), they are that class's against the rest.
- Intervals: Wilson's where queries stand alone, the clustered bootstrap where several hang together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError
from saccade.metrics.classification import Confusion, confusion
from saccade.metrics.intervals import Interval, mean_interval

Ints = npt.NDArray[np.int64]
LEAST = 20
"""Queries that a group needs to take part in the largest gap."""


@dataclass(frozen=True)
class GroupScore:
    """One group: `count` queries, the accuracy of their first label, macro precision and recall (0..1).

    precision and recall are None where answers have no classes.
    """

    group: str
    count: int
    accuracy: Interval
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True)
class Gap:
    """The best group's value less the worst group's, in one metric."""

    metric: str
    gap: float
    worst: str
    best: str


@dataclass(frozen=True)
class Groups:
    """Every group, the largest gap in each metric (none for fewer than two groups), and who was too small."""

    scores: tuple[GroupScore, ...]
    gaps: tuple[Gap, ...]
    small: tuple[str, ...]


def by_group(
    right: npt.ArrayLike,
    groups: Sequence[str],
    classes: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    clusters: npt.ArrayLike | None = None,
    least: int = LEAST,
    seed: int = 0,
) -> Groups:
    """Results by group.

    Args:
        right: [N] from 0 to 1: whether the first answer was right (or any metric between them).
        groups: N names.
        classes: true and predicted classes, whole numbers [N] each, for precision and recall.
        clusters: [N] labels of queries that hang together.
        least: queries that a group needs to take part in the gaps.
        seed: of the bootstrap.
    """
    values, names = np.asarray(right, np.float64), np.asarray(list(groups), object)
    if values.shape != names.shape or not len(values):
        raise InputError(f"one group for each of {len(values)} answers is needed, found {len(names)}")
    scores: list[GroupScore] = []
    for name in sorted(set(groups)):
        rows = np.flatnonzero(names == name)
        mine = None if clusters is None else np.asarray(clusters)[rows]
        found = mean_interval(values[rows], _apart(mine), seed=seed)
        scores.append(GroupScore(name, len(rows), found, *_macro(classes, rows)))
    return summary(scores, least)


def by_class(
    table: Confusion,
    names: Sequence[str],
    right: npt.ArrayLike,
    truth: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    least: int = LEAST,
    seed: int = 0,
) -> Groups:
    """Results by true class: the classes are the groups, and a group's accuracy is its recall.

    `names`: of the classes of `table`; `right`, `truth`, `clusters` [N]: the queries behind it.
    """
    values, true, scores = np.asarray(right, np.float64), np.asarray(truth), list[GroupScore]()
    for number in np.flatnonzero(table.support).tolist():
        rows = np.flatnonzero(true == number)
        mine = None if clusters is None else np.asarray(clusters)[rows]
        found = mean_interval(values[rows], _apart(mine), seed=seed)
        shares = float(table.precision[number]), float(table.recall[number])
        scores.append(GroupScore(names[number], len(rows), found, *shares))
    return summary(scores, least, ("precision", "recall"))


def summary(
    scores: Sequence[GroupScore],
    least: int = LEAST,
    metrics: Sequence[str] = ("accuracy", "precision", "recall"),
) -> Groups:
    """The groups with their largest gaps."""
    large = [one for one in scores if one.count >= least]
    small = tuple(one.group for one in scores if one.count < least)
    gaps: list[Gap] = []
    for metric in metrics:
        values = [(_value(one, metric), one.group) for one in large]
        known = [(value, group) for value, group in values if value is not None]
        if len(known) > 1:
            worst, best = min(known), max(known)
            gaps.append(Gap(metric, best[0] - worst[0], worst[1], best[1]))
    return Groups(tuple(scores), tuple(gaps), small)


def _value(score: GroupScore, metric: str) -> float | None:
    if metric == "accuracy":
        return score.accuracy.mean
    return score.precision if metric == "precision" else score.recall


def _macro(
    classes: tuple[npt.ArrayLike, npt.ArrayLike] | None, rows: Ints
) -> tuple[float | None, float | None]:
    if classes is None:
        return None, None
    table = confusion(np.asarray(classes[0])[rows], np.asarray(classes[1])[rows])
    return table.macro_precision, table.macro_recall


def _apart(clusters: npt.NDArray[np.generic] | None) -> npt.NDArray[np.generic] | None:
    """None where no two queries share a cluster, so that Wilson's interval may be used."""
    return None if clusters is None or len(np.unique(clusters)) == len(clusters) else clusters
