"""The sampler of a run: orders of tasks, and a mixing that says how many pictures each gives to a step.

    orders = [Shuffled("colour", rows), Balanced("item", rows, labels, images_per_class=4)]
    sampler = MultiTaskSampler(orders, Uniform(), batch=64, seed=0)
    sampler.at(1_000_000)  # as quick as at(0)

Decided:
- The pictures of a task stand together in a draw, tasks in their order. Ranks and micro-steps take every n-th
  place, so each has its part of every task.
- Where a task comes in groups (`images_per_class`) the mixing deals groups, of the least number that suits
  all tasks.
- An epoch is the steps that walk the largest task once (Zhai et al. 2019, arXiv 1908.01707).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import lcm

import numpy as np

from saccade.errors import InputError
from saccade.labels.hashing import word_hash
from saccade.training.batch import Draw, Ints
from saccade.training.sampling.mixing import Floats, Mixing, Uniform, at_least_one, dealt, rounded
from saccade.training.sampling.within import Order, Turn


@dataclass(frozen=True, eq=False)
class MultiTaskSampler:
    """A `Sampler` over several tasks.

    tasks: an order for each. mixing: shares of the batch. batch: pictures of a step, over all ranks. seed: of
    the orders. Raises InputError in one line: no task, a batch with no room for every task, one that does not
    divide into groups, too few classes.
    """

    tasks: Sequence[Order]
    mixing: Mixing = field(default_factory=Uniform)
    batch: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.tasks:
            raise InputError("a sampler needs one task or more")
        least = len(self.tasks) * self._group
        if self.batch < least:
            raise InputError(
                f"a batch of {self.batch} has no room for {len(self.tasks)} tasks: take {least} or more"
            )
        if self.batch % self._group:
            low = self.batch // self._group * self._group
            grouped = ", ".join(f"{one.name} ({one.group})" for one in self.tasks if one.group > 1)
            raise InputError(
                f"a batch of {self.batch} does not divide into groups of {self._group}, for the "
                f"images_per_class of {grouped}: take {low} or {low + self._group}"
            )
        for order, most in zip(self.tasks, self._most, strict=True):
            order.check(int(most))

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which the largest task gives as many pictures as it has."""
        largest = max(range(len(self.tasks)), key=lambda task: self.tasks[task].size)
        size = self.tasks[largest].size
        return bisect_left(range(size + 1), size, key=lambda step: int(self.before(step)[largest]))

    def at(self, step: int) -> Draw:
        """The draw of step 0, 1, ...."""
        if step < 0:
            raise InputError(f"a step is 0 or more, found {step}")
        start = self.before(step)
        counts = self.before(step + 1) - start
        rows = [
            order.take(self._turn(task, step, int(start[task]), int(counts[task])))
            for task, order in enumerate(self.tasks)
            if counts[task]
        ]
        return Draw(np.concatenate(rows), np.repeat(np.arange(len(self.tasks)), counts))

    def before(self, step: int) -> Ints:
        """int64 [K]: pictures that each task has given before a step."""
        stage, inside = divmod(step, self._length)
        return (self._started(stage) + self._table(stage)[inside]) * self._group

    def _turn(self, task: int, step: int, start: int, count: int) -> Turn:
        return Turn(step, start, count, int(self._most[task]), self._seeds[task])

    @cached_property
    def _group(self) -> int:
        """Pictures in a place of the mixing."""
        return lcm(*(order.group for order in self.tasks))

    @cached_property
    def _length(self) -> int:
        return self.mixing.length(len(self.tasks))

    @cached_property
    def _exact(self) -> Floats:
        """float64 [stages, K]: places of each task in each stage, with fractions."""
        sizes, places = [order.size for order in self.tasks], self.batch // self._group * self._length
        shares = (self.mixing.shares(sizes, stage) for stage in range(self.mixing.stages))
        return np.stack([at_least_one(one, places) for one in shares])

    @cached_property
    def _sums(self) -> Floats:
        return np.concatenate((np.zeros((1, len(self.tasks))), np.cumsum(self._exact, axis=0)))

    def _started(self, stage: int) -> Ints:
        """int64 [K]: places of each task before a stage."""
        last = min(stage, self.mixing.stages)
        return rounded(self._sums[last] + (stage - last) * self._exact[-1])

    @cached_property
    def _most(self) -> Ints:
        """int64 [K]: pictures in the largest step; at most, where stages are not all alike."""
        if len(self._exact) == 1 and np.allclose(self._exact, np.round(self._exact), rtol=0, atol=1e-6):
            return np.diff(self._table(0), axis=0).max(0) * self._group
        return (np.ceil(self._exact.max(0) / self._length).astype(np.int64) + 1) * self._group

    @cached_property
    def _seeds(self) -> list[int]:
        return [word_hash(f"{self.seed} task {task}") >> 1 for task in range(len(self.tasks))]

    @cached_property
    def _tables(self) -> dict[int, Ints]:
        return {}

    def _table(self, stage: int) -> Ints:
        """Places before each step of a stage; the last stage asked for is kept."""
        if stage not in self._tables:
            self._tables.clear()
            self._tables[stage] = dealt(self._started(stage + 1) - self._started(stage), self._length)
        return self._tables[stage]
