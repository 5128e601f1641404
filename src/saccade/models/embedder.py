"""Pictures to unit vectors: backbone, pooling and an optional embedding head as one module.

Decided: without a head the vector is the pooled feature itself, L2-normalised, so that a bare backbone
gives the same neighbours here as in a plain script. The output is float32 whatever the autocast type.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.models.backbones import Backbone
from saccade.models.config import ModelConfig
from saccade.models.head import EmbeddingHead
from saccade.vision.preprocess import Preprocess

Pool = Literal["default", "mean"]


class Embedder(nn.Module):
    """Backbone, pooling, optional head.

    Args:
        backbone: see `backbones.create_backbone`.
        head: an `EmbeddingHead`, or None for plain L2 normalisation.
        pool: "default" is the backbone's own pooled output (class token, mean, attention, ...);
            "mean" averages the patch tokens of any backbone.

    Shapes: [N, 3, H, W] preprocessed pictures to [N, dim] float32 of unit length.
    """

    def __init__(self, backbone: Backbone, head: EmbeddingHead | None = None, pool: Pool = "default") -> None:
        super().__init__()
        if pool not in ("default", "mean"):
            raise InputError(f"pool is 'default' or 'mean', found {pool!r}")
        width = backbone.width if pool == "default" else backbone.token_width
        if head is not None and head.width != width:
            raise InputError(f"the head takes {head.width} features, the backbone gives {width}: match them")
        self.backbone, self.head = backbone, head
        self.pool: Pool = pool
        self.dim = head.dim if head is not None else width

    def forward(self, x_N3HW: Tensor) -> Tensor:
        features = self.backbone.features(x_N3HW)
        pooled = features.pooled if self.pool == "default" else features.tokens.mean(dim=1)
        return F.normalize(pooled.float(), dim=-1) if self.head is None else self.head(pooled)

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The weights as float32 on the CPU, by name, without running counts of batches."""
        state = self.state_dict().items()
        return {
            name: tensor.detach().float().cpu().numpy()
            for name, tensor in state
            if not name.endswith("num_batches_tracked")
        }

    def describe(self, preprocess: Preprocess, name: str | None, licence: str, source: str) -> ModelConfig:
        """The config of a model folder that holds these weights."""
        return ModelConfig(
            name=name or self.backbone.name,
            kind="timm",
            architecture=self.backbone.name,
            dim=self.dim,
            preprocess=preprocess,
            kwargs=self.backbone.kwargs,
            pool=self.pool,
            head_dim=self.head.dim if self.head is not None else None,
            licence=licence,
            source=source,
        )
