"""The loader of cached features: batches of [b, W] numbers in place of pixels, without workers.

Decided: the view of a picture is a hash of (seed, step, place in the step's draw), computed for the whole
batch at once, so batches are the same for any number of ranks and micro-steps and from any step on. All views
are equally likely, the evaluation's own included.
Not here: targets (the caller adds them) and the loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.training.batch import Batch, Ints, Sampler
from saccade.training.features.store import Selection

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, eq=False)
class FeatureLoader:
    """Batches of cached features.

    selection: features of the run's list of pictures. sampler: over that list. seed: of the views.
    accumulate: micro-steps of a step. rank, world: which share of each step is this process's.
    """

    selection: Selection
    sampler: Sampler
    seed: int = 0
    accumulate: int = 1
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if self.accumulate < 1 or not 0 <= self.rank < self.world:
            raise InputError(
                "expected 1 or more micro-steps and a rank below the world, found "
                f"{self.accumulate}, rank {self.rank} of {self.world}"
            )

    def batches(self, start: int, stop: int) -> Iterator[list[Batch]]:
        """The steps start, ..., stop - 1: a list of `accumulate` batches of this rank for each."""
        parts = self.accumulate * self.world
        for step in range(start, stop):
            rows = self.sampler.at(step).rows
            places = np.arange(len(rows))
            micro = (places[m * self.world + self.rank :: parts] for m in range(self.accumulate))
            yield [self._batch(step, rows[mine], mine) for mine in micro]

    def _batch(self, step: int, rows: Ints, places: Ints) -> Batch:
        views = views_of(self.seed, step, places, self.selection.views)
        features = torch.from_numpy(self.selection.take(rows, views)).float()
        return Batch(step, rows, places, features, self.selection.good[rows])


def views_of(seed: int, step: int, places: Ints, views: int) -> Ints:
    """int64 [b]: a view 0..views-1 for each place of a step, by splitmix64 (Steele et al. 2014)."""
    if views == 1:
        return np.zeros(len(places), np.int64)
    start = _mixed(_mixed(_words(seed)) + _words(step))
    return (_mixed(start + places.astype(np.uint64)) % np.uint64(views)).astype(np.int64)


def _words(number: int) -> NDArray[np.uint64]:
    return np.array([number & 0xFFFFFFFFFFFFFFFF], np.uint64)


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The next number of splitmix64 from each state; arrays wrap around without a warning."""
    words = words + _STEP
    words = (words ^ (words >> np.uint64(30))) * _MIX_A
    words = (words ^ (words >> np.uint64(27))) * _MIX_B
    return words ^ (words >> np.uint64(31))
