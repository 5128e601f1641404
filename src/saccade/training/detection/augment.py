"""Augmentation of a boxed picture: a part of it, at some scale, somewhere on the canvas; mirror, light.

    augment = BoxAugment(160)
    view = augment.view(height, width, rng)                 # before decoding, in the loader and in the feed
    pixels = augment.finish(rgb, view, rng)                 # uint8 [160, 160, 3]
    boxes, kept = augment.place(boxes_xywh, view)           # where the boxes have gone

Decided: everything about the geometry is drawn in `view`, from the picture's size alone, so that the process
that has the labels moves the boxes without seeing a pixel. Scale jitter after Ghiasi et al. 2021 (arXiv
2012.07177), milder: the part that is seen is never enlarged beyond the canvas. A box stays while enough of it
is seen. `exact` is the geometry of detection (`vision.letterbox`) and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.training.data.colour import recolour
from saccade.training.data.geometry import Pixels, Range, Region, random_region, resize
from saccade.vision.letterbox import MEAN_COLOUR, letterbox

Floats = NDArray[np.float32]
_LEAST = 2.0  # pixels of the canvas that a box has each way


@dataclass(frozen=True, slots=True)
class BoxView:
    """Where a part of the picture goes: `region` to height × width pixels at (top, left) of the canvas.

    draft: shortest side at which the whole picture may be decoded.
    """

    region: Region
    top: int
    left: int
    height: int
    width: int
    flip: bool
    draft: int


@dataclass(frozen=True)
class BoxAugment:
    """How pictures with boxes are changed.

    Attributes:
        size: side of the canvas in pixels.
        crop: chance that a part is seen instead of the whole; cut: share of the area of such a part.
        zoom: side of what is seen over the canvas's, drawn between these.
        flip: chance of a mirrored picture. jitter: chance that light and colour change, by factors within
        1 ± `strength`.
        seen: share of a box's area that must be on the canvas for it to count.
        exact: no augmentation.
    """

    size: int
    crop: float = 0.5
    cut: Range = (0.3, 1.0)
    zoom: Range = (0.6, 1.0)
    flip: float = 0.5
    jitter: float = 0.8
    strength: float = 0.3
    seen: float = 0.35
    exact: bool = False

    def __post_init__(self) -> None:
        shares = {"crop": self.crop, "flip": self.flip, "jitter": self.jitter, "strength": self.strength}
        for name, value in shares.items():
            if not 0 <= value <= 1:
                raise InputError(f"augmentation {name}: expected 0..1, found {value}")
        for name, (low, high) in {"cut": self.cut, "zoom": self.zoom}.items():
            if not 0 < low <= high <= 1:
                raise InputError(f"augmentation {name}: expected 0 < low <= high <= 1, found {low}, {high}")

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the canvas."""
        return self.size, self.size

    def view(self, height: int, width: int, rng: np.random.Generator) -> BoxView:
        """What is seen of an upright picture of this size, and where."""
        whole = Region.all_of(height, width)
        if self.exact:
            tall, wide = self._fitted(height, width, 1.0)
            return BoxView(whole, 0, 0, tall, wide, False, self._draft(whole, tall))
        chosen = bool(rng.random() < self.crop)
        part = random_region(height, width, self.cut, (0.5, 2.0), rng)
        region = part if chosen else whole
        tall, wide = self._fitted(region.height, region.width, rng.uniform(*self.zoom))
        top, left = rng.integers(0, self.size - tall + 1), rng.integers(0, self.size - wide + 1)
        flip = bool(rng.random() < self.flip)
        return BoxView(region, int(top), int(left), tall, wide, flip, self._draft(region, tall))

    def finish(
        self, rgb: Pixels, view: BoxView, rng: np.random.Generator,
        behind: Callable[[float], Pixels | None] | None = None,
    ) -> Pixels:  # fmt: skip
        """uint8 [size, size, 3]; `rgb` may be decoded at `view.draft`. `behind` is not used."""
        if self.exact:
            return letterbox(rgb, self.size)[0]
        seen = resize(view.region.of(rgb), view.height, view.width, "bilinear")
        if view.flip:
            seen = np.asarray(cv2.flip(seen, 1), np.uint8)
        if rng.random() < self.jitter:
            gains = rng.uniform(1 - self.strength, 1 + self.strength, 3)
            seen = recolour(seen, *map(float, gains))
        canvas = np.empty((self.size, self.size, 3), np.uint8)
        canvas[:] = MEAN_COLOUR
        canvas[view.top : view.top + view.height, view.left : view.left + view.width] = seen
        return canvas

    def place(self, boxes: Floats, view: BoxView) -> tuple[Floats, NDArray[np.int64]]:
        """Boxes on the canvas.

        Args:
            boxes: float32 [n, 4], x, y, width, height in 0..1 of the whole picture.
            view: of the picture.

        Returns:
            float32 [m, 4], corners in pixels of the canvas, and int64 [m], which of the boxes they are.
        """
        region = view.region
        height, width = region.whole
        scale = np.array([view.width / region.width, view.height / region.height])
        low = (boxes[:, :2] * (width, height) - (region.left, region.top)) * scale
        high = low + boxes[:, 2:] * (width, height) * scale
        if view.flip:
            low[:, 0], high[:, 0] = view.width - high[:, 0], view.width - low[:, 0]
        edge = np.array([view.width, view.height])
        inside_low, inside_high = np.clip(low, 0, edge), np.clip(high, 0, edge)
        sides = inside_high - inside_low
        share = sides.prod(1) / np.maximum((high - low).prod(1), 1e-9)
        kept = np.flatnonzero((share >= self.seen) & (sides >= _LEAST).all(1))
        corners = np.concatenate([inside_low, inside_high], 1)[kept] + (view.left, view.top) * 2
        return corners.astype(np.float32), kept

    def _fitted(self, height: int, width: int, zoom: float) -> tuple[int, int]:
        """Height and width on the canvas, the longer side `zoom` of it."""
        scale = zoom * self.size / max(height, width)
        return max(1, min(self.size, round(height * scale))), max(1, min(self.size, round(width * scale)))

    @staticmethod
    def _draft(region: Region, tall: int) -> int:
        """The picture may be decoded so that the part is as tall as it will be."""
        return max(1, -(-min(region.whole) * tall // region.height))
