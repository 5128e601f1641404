"""Anchors at the centres of cells.

Decided: torchvision puts an anchor on the top left corner of its cell. On a grid of 16-pixel patches that is
half an anchor of the smallest size, so they are moved to the middle.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

Sides = tuple[tuple[float, ...], ...]


class CentredAnchors(AnchorGenerator):
    """torchvision's generator, half a stride further right and down."""

    def grid_anchors(self, grid_sizes: list[list[int]], strides: list[list[Tensor]]) -> list[Tensor]:
        found = super().grid_anchors(grid_sizes, strides)
        return [
            one + one.new_tensor([across, down, across, down]) / 2
            for one, (down, across) in zip(found, strides, strict=True)
        ]


def make_anchors(sides: Sequence[Sequence[float]], ratios: Sequence[float]) -> CentredAnchors:
    """Of each level: every side in pixels with every ratio of height to width."""
    rows: Sides = tuple(tuple(float(side) for side in level) for level in sides)
    shapes: Sides = (tuple(float(ratio) for ratio in ratios),) * len(rows)
    return CentredAnchors(rows, shapes)  # type: ignore[arg-type]


def squares(level: Tensor, size: int) -> ImageList:
    """Pictures without pixels: all that torchvision's heads ask of pictures is how many and how large."""
    pixels = level.new_empty(1).expand(len(level), 3, size, size)
    return ImageList(pixels, [(size, size)] * len(level))
