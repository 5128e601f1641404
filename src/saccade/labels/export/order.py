"""Which pictures come in which order: all of a split, or one balanced epoch of it.

Decided: a picture that an epoch draws three times is written three times, under keys of its own, so that a
reader that knows nothing of weights trains on what was meant. All of a split comes in the order of the
training set, which is that of hashes and so already shuffled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from saccade.labels.balance.bound import Ints
from saccade.labels.balance.sampling import Balance, Reached
from saccade.labels.balance.training_set import TrainingSet


@dataclass(frozen=True, eq=False)
class Order:
    """Pictures int64 [n] of a training set, as often as they come, and how often each came before."""

    pictures: Ints
    before: Ints
    reached: Reached | None = None

    def __len__(self) -> int:
        return len(self.pictures)

    def keys(self, found: TrainingSet, part: slice) -> pa.Array:
        """`string`: the image id, with `-1`, `-2`, ... where it comes again."""
        ids = found.image_ids.take(pa.array(self.pictures[part])).to_pylist()
        again = self.before[part].tolist()
        return pa.array(
            [f"{name}-{n}" if n else name for name, n in zip(ids, again, strict=True)], pa.string()
        )


def everything(found: TrainingSet) -> Order:
    """Every picture once."""
    return Order(np.arange(len(found)), np.zeros(len(found), np.int64))


def balanced(found: TrainingSet, balance: Balance, seed: int = 0, number: int = 0) -> Order:
    """The pictures of one epoch as it draws them."""
    epochs, reached = found.epochs(balance, seed)
    pictures = epochs.epoch(number).at(np.arange(epochs.size))
    return Order(pictures, _before(pictures), reached)


def _before(pictures: Ints) -> Ints:
    """int64 [n]: how often each picture came earlier."""
    order = np.argsort(pictures, kind="stable")
    ordered = pictures[order]
    before = np.empty(len(pictures), np.int64)
    before[order] = np.arange(len(pictures)) - np.searchsorted(ordered, ordered)
    return before
