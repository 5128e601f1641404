"""Which part of a picture is seen, and its one resize.

Decided: the part is chosen from the size in the file's header, in whole pixels of the whole picture, before
anything is decoded. So a large JPEG is decoded no larger than the part needs, and the part does not depend on
how it was decoded. The resize is PyTorch's antialiased one on uint8, the same filters as Pillow's (within
two grey levels) at a sixth of the time; processors without AVX2 round a little differently.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Range = tuple[float, float]
_TRIES = 10  # of timm and torchvision


@dataclass(frozen=True, slots=True)
class Region:
    """A part of an upright picture of `whole` = (height, width) pixels, in its pixels."""

    top: int
    left: int
    height: int
    width: int
    whole: tuple[int, int]

    @classmethod
    def all_of(cls, height: int, width: int) -> Region:
        """The whole picture."""
        return cls(0, 0, height, width, (height, width))

    def draft(self, side: int) -> int:
        """The shortest side of the whole picture at which this part is `side` pixels or more each way."""
        return math.ceil(min(self.whole) * side / min(self.height, self.width))

    def of(self, rgb: Pixels) -> Pixels:
        """This part of the picture, however small that was decoded: a view of uint8 [h, w, 3]."""
        down, across = rgb.shape[0] / self.whole[0], rgb.shape[1] / self.whole[1]
        top, bottom = _span(self.top, self.height, down, rgb.shape[0])
        left, right = _span(self.left, self.width, across, rgb.shape[1])
        return rgb[top:bottom, left:right]


def random_region(height: int, width: int, scale: Range, ratio: Range, rng: np.random.Generator) -> Region:
    """The Inception crop: area uniform in `scale` (shares), width / height log-uniform in `ratio`.

    Source: Szegedy et al. 2015, arXiv 1409.4842, section 6; ten tries and then the largest part in the
    middle whose ratio fits, as in timm's and torchvision's RandomResizedCrop.
    """
    bounds = np.log(ratio)
    for _ in range(_TRIES):
        area = height * width * rng.uniform(*scale)
        aspect = math.exp(rng.uniform(*bounds))
        w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < w <= width and 0 < h <= height:
            top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
            return Region(int(top), int(left), h, w, (height, width))
    return _middle(height, width, ratio)


def resize(rgb: Pixels, height: int, width: int, interpolation: str) -> Pixels:
    """uint8 [h, w, 3] to uint8 [height, width, 3], antialiased "bilinear" or "bicubic"; never its input."""
    whole = np.require(rgb, np.uint8, ["C", "W"])  # as torch wants its memory
    planes = torch.from_numpy(whole)[None].permute(0, 3, 1, 2)
    made = F.interpolate(planes, (height, width), mode=interpolation, antialias=True)
    return np.ascontiguousarray(made.permute(0, 2, 3, 1)[0].numpy())


def shrunk(rgb: Pixels, side: int) -> Pixels:
    """The picture with its shorter side shrunk to `side` pixels; as it is where it is shorter already."""
    height, width = rgb.shape[:2]
    if min(height, width) <= side:
        return rgb
    share = side / min(height, width)
    return resize(rgb, round(height * share), round(width * share), "bicubic")


def _middle(height: int, width: int, ratio: Range) -> Region:
    h, w = height, width
    if width / height < ratio[0]:
        h = max(1, min(height, round(width / ratio[0])))
    elif width / height > ratio[1]:
        w = max(1, min(width, round(height * ratio[1])))
    return Region((height - h) // 2, (width - w) // 2, h, w, (height, width))


def _span(start: int, length: int, step: float, end: int) -> tuple[int, int]:
    """First and last pixel, one at least, after scaling by `step`."""
    first = min(round(start * step), end - 1)
    return first, max(min(round((start + length) * step), end), first + 1)
