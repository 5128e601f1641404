"""A picture of any size fitted into a square, and boxes in and out of that square.

Decided: the longer side becomes the square's side, the picture lies at the top left and the rest has the mean
colour of ImageNet, so that one number (`scale`) leads back. Shrinking averages over areas, enlarging is
bilinear (OpenCV). Training and detection call the same functions. No torch here.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.errors import InputError

MEAN_COLOUR = (124, 116, 104)  # of ImageNet, RGB


def letterbox(rgb: NDArray[np.uint8], size: int) -> tuple[NDArray[np.uint8], float]:
    """Fit a picture into a square.

    Args:
        rgb: uint8 [height, width, 3], upright.
        size: side of the square in pixels.

    Returns:
        uint8 [size, size, 3], and the pixels of the square for one pixel of the picture. A side keeps at
        least one pixel, also of a picture of 1 × 10,000. InputError for something else than a picture in
        RGB.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or min(rgb.shape) < 1:
        raise InputError(f"letterbox takes a picture [height, width, 3], found {list(rgb.shape)}: decode it")
    height, width = rgb.shape[:2]
    scale = size / max(height, width)
    rows, columns = (min(max(round(side * scale), 1), size) for side in (height, width))
    canvas = np.empty((size, size, 3), np.uint8)
    canvas[:] = MEAN_COLOUR
    canvas[:rows, :columns] = _resized(rgb, rows, columns)
    return canvas, scale


def boxed(boxes: ArrayLike, scale: float, width: int, height: int) -> NDArray[np.float32]:
    """Boxes of the picture, in the square.

    Args:
        boxes: [N, 4] x, y, width, height in 0..1 of the picture.
        scale: from `letterbox`.
        width, height: of the picture in pixels.

    Returns:
        float32 [N, 4] left, top, right, bottom in pixels of the square.
    """
    xywh = np.asarray(boxes, np.float32).reshape(-1, 4)
    corners = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1).astype(float)
    whole = np.array([width, height, width, height], float) * scale
    return (corners * whole).astype(np.float32)


def unboxed(xyxy_px: ArrayLike, scale: float, width: int, height: int) -> NDArray[np.float32]:
    """Boxes of the square, in the picture: the way back from `boxed`.

    Args:
        xyxy_px: [N, 4] left, top, right, bottom in pixels of the square.
        scale, width, height: as in `boxed`.

    Returns:
        float32 [N, 4] x, y, width, height in 0..1 of the picture, clipped to it. A box that lay in the
        padding has no width or no height left: drop it.
    """
    whole = np.array([width, height, width, height], float) * scale
    corners = np.clip(np.asarray(xyxy_px, float).reshape(-1, 4) / whole, 0, 1)
    sides = np.maximum(corners[:, 2:] - corners[:, :2], 0)
    return np.concatenate([corners[:, :2], sides], axis=1).astype(np.float32)


def _resized(rgb: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    if rgb.shape[:2] == (rows, columns):
        return rgb
    shrinks = rows * columns < rgb.shape[0] * rgb.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(rgb), (columns, rows), interpolation=method), np.uint8)
