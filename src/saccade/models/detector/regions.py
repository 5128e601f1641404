"""RoIAlign as two matrix products.

Decided: the samples of an upright box lie on rows and columns, so bilinear interpolation and the mean over
a cell's samples are one matrix for the rows and one for the columns. On a CPU the way back is many times
quicker than torchvision's scattered additions, and every runtime knows matrix products. The result is
torchvision's `roi_align(..., aligned=True)` to rounding, for boxes inside the picture. He et al. 2017,
"Mask R-CNN" (arXiv 1703.06870).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

CELLS, SAMPLES = 7, 2  # a side; Beal et al. 2020


class OneLevelAlign(nn.Module):
    """What torchvision's RoI heads call to cut regions, for one map."""

    def forward(
        self, maps: dict[str, Tensor], boxes: list[Tensor], image_shapes: list[tuple[int, int]]
    ) -> Tensor:
        (level,) = maps.values()
        return align(level, boxes, image_shapes[0][1])


def align(map_BCHW: Tensor, boxes: Sequence[Tensor], size: int) -> Tensor:
    """Cells of the boxes of all pictures, one picture after the other.

    Args:
        map_BCHW: float [B, C, H, W] of square pictures.
        boxes: of each picture, float [n, 4] left, top, right, bottom in pixels; n may be 0.
        size: side of the pictures in pixels.

    Returns:
        float [N, C, 7, 7].
    """
    parts = [_cut(one, rows, size) for one, rows in zip(map_BCHW.unbind(), boxes, strict=True)]
    return torch.cat(parts) if len(parts) > 1 else parts[0]


def _cut(map_CHW: Tensor, boxes_N4: Tensor, size: int) -> Tensor:
    channels, height, width = map_CHW.shape
    left, top, right, bottom = boxes_N4.to(map_CHW.dtype).unbind(1)
    rows_NYH = _weights(top, bottom, height, height / size)
    columns_NWX = _weights(left, right, width, width / size).transpose(1, 2)
    by_row = map_CHW.transpose(0, 1).reshape(height, channels * width)
    lines = (rows_NYH.reshape(-1, height) @ by_row).reshape(-1, CELLS * channels, width)
    return torch.bmm(lines, columns_NWX).reshape(-1, CELLS, channels, CELLS).transpose(1, 2)


def _weights(low_N: Tensor, high_N: Tensor, cells: int, scale: float) -> Tensor:
    """[N, 7, cells]: what each of the map's cells adds to each of a region's, along one side."""
    steps = (torch.arange(CELLS * SAMPLES, device=low_N.device, dtype=low_N.dtype) + 0.5) / (CELLS * SAMPLES)
    places = (low_N[:, None] + (high_N - low_N)[:, None] * steps) * scale - 0.5
    near = torch.arange(cells, device=low_N.device, dtype=low_N.dtype)
    shares = (1 - (places.clamp(0, cells - 1)[:, :, None] - near).abs()).clamp(min=0)
    return shares.reshape(-1, CELLS, SAMPLES, cells).mean(dim=2)
