"""Where in an image? One box convention, and the ways in and out of the others.

Decided: `x, y, width, height` as fractions of the upright image, origin at the top left, in every table
and every call. A function that takes another convention says so in its name. Arrays of boxes are
float [N, 4] in the same order. Not here: detection and its metrics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.errors import InputError

MARGIN = 0.15  # of a box's sides: what an object is shown with, see `with_margin`

# A box may stick out by a rounding error of float32 and still be good.
_SLACK = 1e-5


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left `x`, top `y`, `width`, `height`, each in 0..1 of the upright image.

    Raises `InputError` when a side is not finite, not positive, or leaves the image.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        sides = (self.x, self.y, self.width, self.height)
        if not all(math.isfinite(side) for side in sides):
            raise InputError(f"a box needs four finite numbers, found {sides}: drop or repair this box")
        if self.width <= 0 or self.height <= 0:
            raise InputError(
                f"a box needs a positive width and height, found {sides}: drop or repair this box"
            )
        inside = (
            min(self.x, self.y) >= -_SLACK and max(self.x + self.width, self.y + self.height) <= 1 + _SLACK
        )
        if not inside:
            raise InputError(
                f"a box lies within 0..1 of the image, found {sides}: use boxes.clip, or a converter"
            )

    @property
    def area(self) -> float:
        """Share of the image that the box covers, 0..1."""
        return self.width * self.height


def clip(x: float, y: float, width: float, height: float) -> Box:
    """The part of a rectangle (fractions, may stick out) inside the image; `InputError` if there is none."""
    left, top = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    right, bottom = min(max(x + width, 0.0), 1.0), min(max(y + height, 0.0), 1.0)
    return Box(left, top, right - left, bottom - top)


def with_margin(box: Box, margin: float = MARGIN) -> Box:
    """A box with what surrounds it, `margin` of its width and height on every side, as far as the image goes.

    Pictures of products leave room around them, and so should the crop of an object that is compared with
    them. 0.15 was chosen on rooms and on scenes that no study reports.
    """
    across, down = margin * box.width, margin * box.height
    return clip(box.x - across, box.y - down, box.width + 2 * across, box.height + 2 * down)


def from_coco(bbox: ArrayLike, image_width: int, image_height: int) -> Box:
    """From COCO's `[x, y, width, height]` in pixels; what sticks out of the image is clipped."""
    x, y, width, height = _four(bbox)
    _check_size(image_width, image_height)
    return clip(x / image_width, y / image_height, width / image_width, height / image_height)


def to_coco(box: Box, image_width: int, image_height: int) -> tuple[float, float, float, float]:
    """To COCO's `(x, y, width, height)` in pixels."""
    return box.x * image_width, box.y * image_height, box.width * image_width, box.height * image_height


def from_xyxy(corners: ArrayLike, image_width: int, image_height: int) -> Box:
    """From `[left, top, right, bottom]` in pixels (Pascal VOC, torchvision); clipped to the image."""
    left, top, right, bottom = _four(corners)
    return from_coco((left, top, right - left, bottom - top), image_width, image_height)


def to_xyxy(box: Box, image_width: int, image_height: int) -> tuple[float, float, float, float]:
    """To `(left, top, right, bottom)` in pixels."""
    x, y, width, height = to_coco(box, image_width, image_height)
    return x, y, x + width, y + height


def from_yolo(centred: ArrayLike) -> Box:
    """From YOLO's `[centre x, centre y, width, height]` in 0..1; clipped to the image."""
    x, y, width, height = _four(centred)
    return clip(x - width / 2, y - height / 2, width, height)


def to_yolo(box: Box) -> tuple[float, float, float, float]:
    """To YOLO's `(centre x, centre y, width, height)` in 0..1."""
    return box.x + box.width / 2, box.y + box.height / 2, box.width, box.height


def iou(boxes: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """Intersection over union of every box with every other: [N, 4] × [M, 4] → [N, M] in 0..1."""
    a_N4, b_M4 = np.atleast_2d(np.asarray(boxes, float)), np.atleast_2d(np.asarray(others, float))
    low = np.maximum(a_N4[:, None, :2], b_M4[None, :, :2])
    high = np.minimum((a_N4[:, :2] + a_N4[:, 2:])[:, None], (b_M4[:, :2] + b_M4[:, 2:])[None])
    common = np.prod(np.clip(high - low, 0, None), axis=-1)
    union = np.prod(a_N4[:, 2:], axis=1)[:, None] + np.prod(b_M4[:, 2:], axis=1)[None] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def crop(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The pixels under a box, as a view of `rgb` (HWC): rounded outwards, at least 1 × 1."""
    height, width = rgb.shape[:2]
    left, right = _outwards(box.x, box.width, width)
    top, bottom = _outwards(box.y, box.height, height)
    return rgb[top:bottom, left:right]


def _outwards(start: float, length: float, pixels: int) -> tuple[int, int]:
    """First and one past the last pixel that the span touches; a touch below 1e-4 pixel is rounding noise."""
    first = min(max(math.floor(start * pixels + 1e-4), 0), pixels - 1)
    last = min(math.ceil((start + length) * pixels - 1e-4), pixels)
    return first, max(last, first + 1)


def _four(values: ArrayLike) -> tuple[float, float, float, float]:
    array = np.asarray(values, float)
    if array.shape != (4,):
        raise InputError(f"a box needs four numbers, found shape {array.shape}: pass one box of four numbers")
    x, y, width, height = array.tolist()
    return x, y, width, height


def _check_size(width: int, height: int) -> None:
    if width <= 0 or height <= 0:
        raise InputError(f"the image's size must be positive, found {width} × {height}: pass its pixels")
