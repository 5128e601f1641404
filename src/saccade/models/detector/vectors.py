"""Embeddings of boxes from the grid that the trunk computed for the whole picture.

Decided: RoIAlign cuts 7 × 7 cells out of the grid, two samples a side each, and the cells go the way that
the tokens of a picture go: the network's own pooling (or their mean), then the retrieval head. A network
that pools by its class token has none for a box; the mean of the cells stands in, so such a model should be
trained with pool="mean" if whole pictures and boxes are to be compared. A box that is the whole picture
gets the picture's own vector where the grid is 14 × 14 (the samples are the cells) and nearly so on other
grids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saccade.models.detector.regions import align
from saccade.models.embedder import Embedder


def box_vectors(
    embedder: Embedder, grid_BCHW: Tensor, boxes: Sequence[Tensor], size: int
) -> tuple[Tensor, ...]:
    """Of each picture, float32 [n, D] of unit length.

    Args:
        embedder: whose trunk gave `grid_BCHW`, its last tokens.
        boxes: of each picture, float [n, 4] left, top, right, bottom in pixels; n may be 0.
        size: side of the pictures in pixels.
    """
    vectors_ND = cells_to_vectors(embedder, align(grid_BCHW.float(), boxes, size))
    return torch.split(vectors_ND, [len(one) for one in boxes]) if len(boxes) > 1 else (vectors_ND,)


def cells_to_vectors(embedder: Embedder, cells_NCHW: Tensor) -> Tensor:
    """Cells of N boxes, [N, C, 7, 7], to float32 [N, D] of unit length."""
    mean_NC = cells_NCHW.mean(dim=(2, 3))
    pooled = mean_NC if embedder.pool == "mean" else _pooled(embedder.backbone.network, cells_NCHW, mean_NC)
    return F.normalize(pooled.float(), dim=-1) if embedder.head is None else embedder.head(pooled)


def _pooled(network: nn.Module, cells_NCHW: Tensor, mean_NC: Tensor) -> Tensor:
    """What the network makes of the cells as if they were all its tokens."""
    forward_head = cast("Callable[..., Tensor]", network.forward_head)
    prefix = getattr(network, "num_prefix_tokens", None)
    if prefix is not None:
        tokens_NTC = cells_NCHW.flatten(2).transpose(1, 2)
        first = mean_NC[:, None].expand(-1, int(prefix), -1)
        return forward_head(torch.cat([first, tokens_NTC], dim=1), pre_logits=True)
    if getattr(network, "output_fmt", "NCHW") == "NHWC":
        cells_NCHW = cells_NCHW.permute(0, 2, 3, 1)
    return forward_head(cells_NCHW, pre_logits=True)
