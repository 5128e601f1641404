"""Batches with their targets, in the order of steps: what the loop eats.

Decided: pictures of growing size come from one loader for each size, one after the other, so that the
loop knows nothing of phases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from saccade.training.batch import Batch, Draw, Sampler, Target

Micro = list[tuple[Batch, dict[str, Target]]]


class Source(Protocol):
    """Gives batches without labels: the loader of pictures, or kept features."""

    def batches(self, start: int, stop: int) -> Iterator[list[Batch]]:
        """The parts of each step from `start` to `stop`, for this process."""
        ...


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """Of the task."""
        ...


class Teaches(Protocol):
    """The labels of one task: `labelled.TaskData`, or the boxes of a detector."""

    @property
    def task(self) -> Named:
        """What it is."""
        ...

    def target(self, batch: Batch, draw: Draw) -> Any:
        """What a batch should give: a `Target`, or what stands for one (`detection.boxed.BoxTarget`)."""
        ...


class Remembered:
    """A sampler that keeps its newest draws: the loader asks for a step, and the labels do again."""

    def __init__(self, sampler: Sampler, kept: int = 64) -> None:
        self.sampler = sampler
        self.at = lru_cache(kept)(sampler.at)

    @property
    def steps_per_epoch(self) -> int:
        """Of the sampler."""
        return self.sampler.steps_per_epoch


@dataclass(frozen=True, eq=False)
class Phase:
    """A source for the steps before `until`."""

    until: int
    source: Source


@dataclass(frozen=True, eq=False)
class LabelledFeed:
    """Joins batches and labels; `phases` in order, the last reaches the end."""

    phases: Sequence[Phase]
    sampler: Sampler
    tasks: Sequence[Teaches]

    @property
    def steps_per_epoch(self) -> int:
        """Of the largest task."""
        return self.sampler.steps_per_epoch

    def batches(self, start: int, stop: int) -> Iterator[Micro]:
        """For each step from `start` to `stop`: its parts, each a batch and the targets of every task."""
        first = 0
        for phase in self.phases:
            begin, end = max(start, first), min(stop, phase.until)
            first = phase.until
            if begin < end:
                for step, parts in enumerate(phase.source.batches(begin, end), begin):
                    yield self._labelled(step, parts)

    def _labelled(self, step: int, parts: list[Batch]) -> Micro:
        draw = self.sampler.at(step)
        return [(part, {one.task.name: one.target(part, draw) for one in self.tasks}) for part in parts]


def phases_of(steps: int, sizes: Sequence[int]) -> list[tuple[int, int]]:
    """(last step + 1, size) for equal stretches of a run, in order."""
    return [(round(steps * (place + 1) / len(sizes)), size) for place, size in enumerate(sizes)]
