"""The embedding head: from pooled features to a vector of unit length.

The head of Zhai et al. 2019, "Learning a Unified Embedding for Visual Search at Pinterest" (arXiv
1908.01707), as its companion arXiv 1811.12649 spells it out: LayerNorm without affine parameters, a linear
layer without bias, L2 normalisation. The LayerNorm centres the features, which makes the sign of a
coordinate a useful bit. Not here: pooling (`embedder.py`) and binarisation (the index stores signs).
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class EmbeddingHead(nn.Module):
    """LayerNorm without affine, projection without bias, L2 normalisation.

    Args:
        width: width of the pooled features.
        dim: width of the embedding; None or `width` skips the projection.

    Shapes: [N, width] of any float type to [N, dim] float32 of unit length.
    """

    def __init__(self, width: int, dim: int | None = None) -> None:
        super().__init__()
        self.width, self.dim = width, dim or width
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.project: nn.Module = nn.Identity()
        if self.dim != width:
            self.project = nn.Linear(width, self.dim, bias=False)

    def forward(self, pooled_ND: Tensor) -> Tensor:
        return F.normalize(self.project(self.norm(pooled_ND)).float(), dim=-1)
