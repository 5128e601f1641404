"""Batches meet their labels; sizes follow one another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from saccade.labels.balance.bound import Labelled
from saccade.training.batch import Batch, Draw
from saccade.training.feed import LabelledFeed, Phase, phases_of
from saccade.training.labelled import TaskData
from saccade.training.tasks import Task


class Steps:
    """Step t draws pictures t and t + 1."""

    steps_per_epoch = 4

    def at(self, step: int) -> Draw:
        return Draw(np.array([step, step + 1]), np.zeros(2, np.int64))


class Sized:
    """Batches of one size; one picture a part."""

    def __init__(self, size: int) -> None:
        self.size = size

    def batches(self, start: int, stop: int) -> Iterator[list[Batch]]:
        for step in range(start, stop):
            rows = Steps().at(step).rows
            pixels = torch.zeros(1, self.size, self.size, 3, dtype=torch.uint8)
            yield [Batch(step, rows[i : i + 1], np.array([i]), pixels, np.array([True])) for i in range(2)]


def feed() -> LabelledFeed:
    data = Labelled(np.arange(8), np.arange(7, dtype=np.int32) % 3, 3)
    task = TaskData(Task("t"), ("a", "b", "c"), data, np.ones(7, np.float32))
    return LabelledFeed([Phase(2, Sized(8)), Phase(5, Sized(16))], Steps(), [task])


def test_parts_have_their_labels_and_the_totals_of_the_step() -> None:
    (parts,) = feed().batches(1, 2)
    assert [part[1]["t"].labels.tolist() for part in parts] == [[1], [2]]
    assert [part[1]["t"].total for part in parts] == [2, 2]
    assert parts[0][1]["t"].present.tolist() == [1, 2]


def test_sizes_follow_one_another_from_any_step() -> None:
    def sizes(start: int, stop: int) -> list[tuple[int, int]]:
        return [(parts[0][0].step, parts[0][0].pixels.shape[1]) for parts in feed().batches(start, stop)]

    assert sizes(0, 5) == [(0, 8), (1, 8), (2, 16), (3, 16), (4, 16)]
    assert sizes(3, 5) == [(3, 16), (4, 16)]
    assert sizes(0, 1) == [(0, 8)]


def test_equal_stretches() -> None:
    assert phases_of(10, (64, 96, 128)) == [(3, 64), (7, 96), (10, 128)]
    assert phases_of(1, (64,)) == [(1, 64)]
