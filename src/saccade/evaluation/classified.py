"""Numbers of a classification: every task, model, form and way, the average over tasks, and paired tests.

Decided:
- AP@1 is the accuracy of the first label; macro accuracy, where every class counts alike, stands beside it.
- The average over tasks is the plain mean of their AP@1, each task counting alike (Beal et al. 2021).
- Intervals draw products, with all that is known of them in every task (`metrics.averages`).
- A test picture may belong to both domains; each domain is scored by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.evaluation.classify import METHODS, Predicted
from saccade.evaluation.labelled import Flags
from saccade.metrics.averages import averaged, averaged_test
from saccade.metrics.classification import confusion
from saccade.metrics.intervals import Interval, mean_interval

AVERAGE = "average"
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """One number: AP@1 of a task (or the average) by one model, form and way, in one domain."""

    domain: str
    task: str
    model: str
    vectors: str
    method: str
    ap1: Interval
    macro_accuracy: float
    macro_precision: float
    macro_recall: float


@dataclass(frozen=True)
class Facts:
    """One task in one domain: pictures and classes, classes that nobody taught, accuracy of always saying the
    most common class."""

    domain: str
    task: str
    counts: Mapping[str, int]
    majority: float


@dataclass(frozen=True)
class Difference:
    """AP@1 less that of the first model's floats, on the same pictures; p of the randomisation test."""

    domain: str
    task: str
    base: str
    other: str
    method: str
    difference: Interval
    p: float


@dataclass(frozen=True)
class Classified:
    """All of it; the rows of a task are followed by those of the average."""

    facts: tuple[Facts, ...]
    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]

    def find(self, domain: str, task: str, model: str, vectors: str, method: str) -> Score | None:
        """The score of these five, if there is one."""
        wanted = (domain, task, model, vectors, method)
        keys = ((one.domain, one.task, one.model, one.vectors, one.method) for one in self.scores)
        return next((one for one, key in zip(self.scores, keys, strict=True) if key == wanted), None)


def classified(
    predicted: Sequence[Predicted], domains: Mapping[str, Flags], clusters: bool = True, seed: int = 0
) -> Classified:
    """Score predictions.

    Args:
        predicted: for each model, form and task, in the order of models and forms; the first is the base.
        domains: name → bool [Q], which query pictures belong to it.
        clusters: draw pictures of one product together.
        seed: of bootstrap and randomisation.
    """
    inside = [(name, part) for name, keep in domains.items() for part in _parts(predicted, keep, clusters)]
    facts = {(name, part.task): Facts(name, part.task, part.counts, part.majority) for name, part in inside}
    scores: list[Score] = []
    differences: list[Difference] = []
    for name in domains:
        mine = [part for domain, part in inside if domain == name]
        for label in dict.fromkeys(part.label for part in mine):
            some = [part for part in mine if part.label == label]
            for method in METHODS:
                scores += _scores(name, some, method, seed)
                base = [part for part in mine if part.label == mine[0].label]
                if label != mine[0].label:
                    differences += _differences(name, base, some, method, seed)
    return Classified(tuple(facts.values()), tuple(scores), tuple(differences))


@dataclass(frozen=True, eq=False)
class _Part:
    """One model and form on one task in one domain: `right` by method, bool [m], and macro means."""

    task: str
    model: str
    form: str
    label: str
    right: Mapping[str, Flags]
    macro: Mapping[str, tuple[float, float, float]]
    units: Ints
    counts: Mapping[str, int]
    majority: float


def _parts(predicted: Sequence[Predicted], keep: Flags, clusters: bool) -> list[_Part]:
    found: list[_Part] = []
    for one in predicted:
        mask = keep[one.task.tested]
        if not mask.any():
            continue
        task = one.task.among(mask)
        said = {method: classes[mask] for method, classes in one.classes.items()}
        right = {method: task.right(classes) for method, classes in said.items()}
        tables = {m: confusion(task.settled(said[m]), said[m], len(task.classes)) for m in said}
        macro = {m: (t.macro_accuracy, t.macro_precision, t.macro_recall) for m, t in tables.items()}
        units = task.units[1] if clusters else np.arange(len(task.tested))
        common = task.right(np.full(len(task.tested), task.majority))
        found.append(_Part(task.name, one.model, one.form, one.label, right, macro, units, task.counts,
                           float(common.mean())))  # fmt: skip
    return found


def _scores(domain: str, parts: Sequence[_Part], method: str, seed: int) -> list[Score]:
    """The rows of each task and of the average, of one model and form."""

    def row(task: str, ap1: Interval, macro: tuple[float, float, float]) -> Score:
        return Score(domain, task, parts[0].model, parts[0].form, method, ap1, *macro)

    rows = [
        row(part.task, _interval(part.right[method], part.units, seed), part.macro[method]) for part in parts
    ]
    means = np.mean([part.macro[method] for part in parts], axis=0).tolist()
    mean = averaged([(part.right[method], part.units) for part in parts], seed=seed)
    return [*rows, row(AVERAGE, mean, (means[0], means[1], means[2]))]


def _differences(
    domain: str, base: Sequence[_Part], other: Sequence[_Part], method: str, seed: int
) -> list[Difference]:
    gains = [
        (b.right[method].astype(np.float64) - a.right[method], a.units)
        for a, b in zip(base, other, strict=True)
    ]
    rows = [(part.task, [gain]) for part, gain in zip(base, gains, strict=True)]
    return [
        Difference(domain, task, base[0].label, other[0].label, method, averaged(some, seed=seed),
                   averaged_test(some, seed=seed))
        for task, some in [*rows, (AVERAGE, gains)]
    ]  # fmt: skip


def _interval(right: Flags, units: Ints, seed: int) -> Interval:
    alone = len(np.unique(units)) == len(units)
    return mean_interval(right.astype(np.float64), None if alone else units, seed=seed)
