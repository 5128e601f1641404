"""What every head is: a module from embeddings and targets to a share of the step's mean loss."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from saccade.training.batch import Target


class Head(nn.Module, ABC):
    """The branch of one task behind the shared embedding.

    `forward(embeddings_BD, target)` takes all embeddings of the batch, float [B, D] of unit length, and looks
    at `target.rows` only. It returns a float32 scalar: the sum of the losses of these rows over
    `target.total`. With no rows it is 0 and every gradient it gives is exactly 0 (not None).
    """

    classes: int

    @abstractmethod
    def forward(self, embeddings_BD: Tensor, target: Target) -> Tensor: ...

    def scores(self, embeddings_BD: Tensor) -> Tensor:
        """float32 [B, classes], the greater the likelier; NotImplementedError for a head without classes."""
        raise NotImplementedError(type(self).__name__)

    def nothing(self, embeddings_BD: Tensor) -> Tensor:
        """A loss of 0 that touches every parameter, for batches without a label of this task."""
        touched = sum((p.reshape(-1)[:1].sum() * 0.0 for p in self.parameters()), embeddings_BD.sum() * 0.0)
        return touched.float()  # type: ignore[union-attr]
