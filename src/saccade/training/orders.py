"""The sampler of a run from its tasks: the order of each, and how they share a batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from saccade.errors import InputError
from saccade.training.labelled import TaskData
from saccade.training.sampling.mixing import mixing_for
from saccade.training.sampling.multi_task import MultiTaskSampler
from saccade.training.sampling.within import Balanced, Order, Shuffled, Weak


def sampler_for(
    tasks: Sequence[TaskData], mixing: str, batch: int, seed: int, steps: int = 0
) -> MultiTaskSampler:
    """A sampler over tasks.

    Args:
        tasks: labelled pictures.
        mixing: uniform, proportional, temperature or annealed.
        batch: pictures of a step, over all processes.
        seed: of all orders.
        steps: of the run, which annealed mixing needs.

    Raises InputError in one line where tasks, groups and batch do not fit.
    """
    orders = [_order(one) for one in tasks]
    return MultiTaskSampler(orders, mixing_for(mixing, steps), batch, seed)


def _order(one: TaskData) -> Order:
    task = one.task
    if task.order == "labels":
        if one.epochs is None:
            raise InputError(f"task {task.name}: order `labels` is for the weak labels only")
        return Weak(task.name, one.epochs)
    if task.order == "balanced":
        owners = np.repeat(np.arange(len(one.data)), np.diff(one.data.offsets))
        return Balanced(
            task.name, owners, one.data.labels.astype(np.int64), task.images_per_class, task.pairs
        )
    return Shuffled(task.name, one.labelled)
