"""What passes between sampler, loader, heads and loop: draws, batches of pixels, and targets.

Decided: everything about a step follows from its number. A sampler says which pictures step t sees, an
augmentation draws from (seed, step, place in the batch), so a run resumes at any step with no state of
samplers or workers, and a rank knows what all ranks see.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Draw:
    """The pictures of one step.

    rows: int64 [B], places in the run's list of pictures; one may occur twice.
    task: int64 [B], the number of the task whose share of the batch each picture fills.
    """

    rows: Ints
    task: Ints

    def __len__(self) -> int:
        return len(self.rows)


class Sampler(Protocol):
    """Says what is drawn; a pure function of the step."""

    @property
    def steps_per_epoch(self) -> int:
        """Steps that walk the largest task once."""
        ...

    def at(self, step: int) -> Draw:
        """The draw of step 0, 1, ...; always the same for the same step."""
        ...


@dataclass(frozen=True, eq=False)
class Batch:
    """What one rank computes in one step (or micro-step).

    step: its number. rows: int64 [b], places in the list of pictures. places: int64 [b], places in the
    step's draw. pixels: uint8 [b, H, W, 3], or float32 [b, W] of cached features; rows that could not be read
    are zero. good: bool [b], False where the picture could not be read.
    """

    step: int
    rows: Ints
    places: Ints
    pixels: Tensor
    good: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Target:
    """Labels of one task in a batch, for its M labelled, readable pictures.

    Attributes:
        rows: int64 [M], places in the batch.
        offsets: int64 [M + 1]; picture m has the labels `labels[offsets[m]:offsets[m + 1]]`.
        labels: int64 [P], class numbers, ascending on a picture.
        weights: float32 [P], above 0.
        total: labelled pictures of the whole step, over all ranks and micro-steps; a loss is the sum over its
            own pictures divided by this, so that parts of a step add up to the mean over it.
        present: int64 [U], ascending: classes that occur anywhere in the whole step.
        step: number of the step, for what a head draws itself.
        vectors: float32 [M, D], where the target is a vector (distillation); labels are empty then.
    """

    rows: Tensor
    offsets: Tensor
    labels: Tensor
    weights: Tensor
    total: int
    present: Tensor
    step: int
    vectors: Tensor | None = field(default=None)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> Tensor:
        """int64 [M]: the one label of each picture; the first where it has several."""
        return self.labels[self.offsets[:-1]]

    def dense(self, classes: int) -> Tensor:
        """float32 [M, classes]: weights at their labels, 0 elsewhere."""
        lengths = self.offsets[1:] - self.offsets[:-1]
        owner = torch.repeat_interleave(torch.arange(len(self.rows), device=self.rows.device), lengths)
        out = torch.zeros(len(self.rows), classes, device=self.weights.device)
        return out.index_put_((owner, self.labels), self.weights)

    def to(self, device: torch.device | str) -> Target:
        """The same on another device."""
        vectors = None if self.vectors is None else self.vectors.to(device)
        return replace(
            self, rows=self.rows.to(device), offsets=self.offsets.to(device), labels=self.labels.to(device),
            weights=self.weights.to(device), present=self.present.to(device), vectors=vectors,
        )  # fmt: skip
