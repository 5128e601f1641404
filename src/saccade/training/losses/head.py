"""What every head is: a module from embeddings and targets to a share of the step's mean loss.

Decided:
- A head looks at the pictures that have a label of its task and at no others, so that a picture gives no
  gradient to a task that says nothing about it (Zhai et al. 2019, arXiv 1908.01707).
- A loss is the sum over the pictures at hand divided by the labelled pictures of the whole step. Parts of a
  step, on several ranks or one after the other, then add up to the mean over it (`PerPicture`). Losses over
  pairs of pictures see only the pairs inside a part, and say so.
- Losses are computed in float32 under any autocast; float64 stays float64.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from saccade.training.batch import Target


class Head(nn.Module, ABC):
    """The branch of one task behind the shared embedding.

    `forward(embeddings_BD, target)` takes all embeddings of the batch, float [B, D] of unit length, and looks
    at `target.rows` only. It returns a float32 scalar: the sum of the losses of these rows over
    `target.total`. With no rows it is 0 and every gradient it gives is exactly 0 (not None).

    classes: number of classes, 0 for a head without them. sparse: gradients of its tables of classes
    (`nn.Embedding`) are sparse tensors, and want an optimiser that takes them.
    """

    classes: int = 0
    sparse: bool = False

    @abstractmethod
    def forward(self, embeddings_BD: Tensor, target: Target) -> Tensor: ...

    def scores(self, embeddings_BD: Tensor) -> Tensor:
        """float32 [B, classes], the greater the likelier; NotImplementedError for a head without classes."""
        raise NotImplementedError(type(self).__name__)

    def nothing(self, embeddings_BD: Tensor) -> Tensor:
        """A loss of 0 that touches every parameter, for batches without a label of this task."""
        tables = [one for one in self.modules() if isinstance(one, nn.Embedding) and one.sparse]
        nobody = torch.empty(0, dtype=torch.int64, device=embeddings_BD.device)
        loose = {id(table.weight) for table in tables}
        touched = [p.reshape(-1)[:1].sum() for p in self.parameters() if id(p) not in loose]
        touched += [table(nobody).sum() for table in tables]
        return (torch.stack([embeddings_BD.sum().float(), *(one.float() for one in touched)]) * 0.0).sum()


class PerPicture(Head):
    """A head whose loss is a sum over pictures, so that parts of a step add up to the whole of it."""

    def forward(self, embeddings_BD: Tensor, target: Target) -> Tensor:
        if not len(target):
            return self.nothing(embeddings_BD)
        with torch.autocast(embeddings_BD.device.type, enabled=False):
            return self.summed(chosen(embeddings_BD, target), target) / target.total

    @abstractmethod
    def summed(self, x_MD: Tensor, target: Target) -> Tensor:
        """A scalar: the losses of the M labelled pictures, added up; x_MD are their embeddings."""


def chosen(embeddings_BD: Tensor, target: Target) -> Tensor:
    """The embeddings of the labelled pictures, at least float32 [M, D]."""
    return precise(embeddings_BD.index_select(0, target.rows))


def precise(x: Tensor) -> Tensor:
    """At least float32."""
    return x if x.dtype == torch.float64 else x.float()


def one_label_each(labels_N: Tensor, step: int = 0) -> Target:
    """The target of a step whose N pictures have one label each: int64 [N]."""
    places = torch.arange(len(labels_N) + 1, device=labels_N.device)
    weights = torch.ones(len(labels_N), device=labels_N.device)
    return Target(places[:-1], places, labels_N, weights, len(labels_N), torch.unique(labels_N), step)
