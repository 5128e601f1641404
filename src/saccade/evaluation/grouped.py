"""Results by group of queries: an attribute such as skin tone, or the classes of the task itself.

Decided: a group's answers are those of `METHOD`, in floats, for every model. Where nobody named groups, or
where the groups are the task's own label, the classes are the groups, so a task is never reported by its
average alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from saccade.evaluation.classify import METHODS, Predicted
from saccade.evaluation.labelled import Flags
from saccade.metrics.classification import confusion
from saccade.metrics.groups import Groups, by_class, by_group

METHOD = METHODS[1]
CLASSES = "class"


@dataclass(frozen=True)
class Grouped:
    """Groups of one task (or of a retrieval) in one domain, by one model. by: the attribute, or `class`."""

    domain: str
    task: str
    by: str
    model: str
    metric: str
    groups: Groups


def grouped(
    predicted: Sequence[Predicted], domains: Mapping[str, Flags], by: str, names: list[str], seed: int = 0
) -> list[Grouped]:
    """Groups of every task, in floats.

    Args:
        predicted, domains: as in `classified.classified`.
        by: the attribute, "" for the task's own classes.
        names: the group of each query picture, [Q]; one without a group ("") is left out. Not looked at when
            `by` is "".
        seed: of the bootstrap.
    """
    found: list[Grouped] = []
    for domain, keep in domains.items():
        for one in predicted:
            if one.form == "float" and keep[one.task.tested].any():
                found.append(_grouped(one, domain, keep[one.task.tested], by, names, seed))
    return found


def _grouped(one: Predicted, domain: str, mask: Flags, by: str, names: list[str], seed: int) -> Grouped:
    if by not in ("", one.task.name):
        mask = mask & np.array([bool(names[row]) for row in one.task.tested.tolist()])
    task, said = one.task.among(mask), one.classes[METHOD][mask]
    truth, right, units = task.settled(said), task.right(said), task.units[1]
    if by in ("", one.task.name):
        table = confusion(truth, said, len(task.classes))
        groups = by_class(table, task.classes, right, truth, units, seed=seed)
        return Grouped(domain, task.name, CLASSES, one.model, f"AP@1 {METHOD}", groups)
    mine = [names[row] for row in task.tested.tolist()]
    groups = by_group(right, mine, (truth, said), units, seed=seed)
    return Grouped(domain, task.name, by, one.model, f"AP@1 {METHOD}", groups)


def grouped_retrieval(
    domain: str, task: str, by: str, model: str, metric: str, values: np.ndarray, names: list[str],
    clusters: np.ndarray | None = None, seed: int = 0,
) -> Grouped:  # fmt: skip
    """Groups of a retrieval by one metric, float64 [Q]; its answers have no classes, so no precision."""
    keep = np.array([bool(name) for name in names])
    mine = None if clusters is None else clusters[keep]
    found = by_group(values[keep], [name for name in names if name], None, mine, seed=seed)
    return Grouped(domain, task, by, model, metric, found)
