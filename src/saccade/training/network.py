"""One trunk, one embedding, a head for each task: what the loop trains.

Decided: pictures arrive as uint8 and are normalised on the device. Cached features (float32 [B, W]) go past
the trunk straight into the embedding head, so that one loop serves both. The loss is the weighted sum of the
tasks' losses, with equal weights by default (Zhai et al. 2019, arXiv 1908.01707).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saccade.models.embedder import Embedder
from saccade.training.batch import Target
from saccade.training.losses.head import Head
from saccade.vision.preprocess import Preprocess


class Normalise(nn.Module):
    """uint8 [B, H, W, 3] to float32 [B, 3, H, W]: (pixel / 255 - mean) / std."""

    scale: Tensor
    shift: Tensor

    def __init__(self, preprocess: Preprocess) -> None:
        super().__init__()
        mean, std = torch.tensor(preprocess.mean), torch.tensor(preprocess.std)
        self.register_buffer("scale", 1 / (255 * std), persistent=False)
        self.register_buffer("shift", -mean / std, persistent=False)

    def forward(self, pixels_BHW3: Tensor) -> Tensor:
        """The memory stays channels-last, which is what convolutions on processors and on GPUs like."""
        return torch.addcmul(self.shift, pixels_BHW3.float(), self.scale).permute(0, 3, 1, 2)


class MultiTask(nn.Module):
    """`total, losses = network(pixels, targets)`.

    Args:
        embedder: trunk and embedding head; what is kept in the end.
        heads: a head for each task, by name.
        preprocess: its mean and std.
        weights: of the tasks; 1 for those that it does not name.

    Shapes: pixels uint8 [B, H, W, 3] or features float [B, W]; `total` is a float32 scalar, `losses` are
    detached scalars by task, before weighting.
    """

    whole = True  # every parameter takes part in every step

    def __init__(
        self,
        embedder: Embedder,
        heads: Mapping[str, Head],
        preprocess: Preprocess,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__()
        self.normalise = Normalise(preprocess)
        self.embedder = embedder
        self.heads = nn.ModuleDict(dict(heads))
        self.weights = {name: float((weights or {}).get(name, 1.0)) for name in heads}

    def embed(self, x: Tensor) -> Tensor:
        """float32 [B, D] of unit length, from pixels or from cached features."""
        if x.ndim == 4:
            return self.embedder(self.normalise(x))
        head = self.embedder.head
        return F.normalize(x.float(), dim=-1) if head is None else head(x)

    def forward(self, x: Tensor, targets: Mapping[str, Target]) -> tuple[Tensor, dict[str, Tensor]]:
        embeddings_BD = self.embed(x)
        losses = {name: head(embeddings_BD, targets[name]) for name, head in self.heads.items()}
        total = torch.stack([loss * self.weights[name] for name, loss in losses.items()]).sum()
        return total, {name: loss.detach() for name, loss in losses.items()}
