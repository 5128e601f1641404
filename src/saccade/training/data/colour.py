"""Light and colour of one picture, all in one 3 x 4 matrix.

Decided: brightness, contrast, saturation and hue are affine in RGB, so one pass over the pixels does what
torchvision's ColorJitter does in four, and rounds and clips once. Contrast turns about the picture's mean
grey and saturation about each pixel's, as there; hue turns the colour plane of YIQ, which keeps luma, where
torchvision goes through HSV.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from saccade.training.data.geometry import Pixels

LUMA = np.array([0.299, 0.587, 0.114])
_YIQ = np.array([[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])
_RGB = np.linalg.inv(_YIQ)


def recolour(
    rgb: Pixels, brightness: float = 1.0, contrast: float = 1.0, saturation: float = 1.0, hue: float = 0.0
) -> Pixels:
    """uint8 [h, w, 3] to the same shape; factors 1 and hue 0 (in turns) change nothing."""
    matrix = brightness * contrast * (_turned(hue) @ _saturated(saturation))
    grey = float(LUMA @ np.asarray(cv2.mean(rgb)[:3]))
    offset = np.full((3, 1), brightness * (1 - contrast) * grey)
    return np.asarray(cv2.transform(rgb, np.hstack((matrix, offset))), np.uint8)


def _saturated(factor: float) -> NDArray[np.float64]:
    return factor * np.eye(3) + (1 - factor) * np.tile(LUMA, (3, 1))


def _turned(turns: float) -> NDArray[np.float64]:
    if not turns:
        return np.eye(3)
    c, s = np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)
    return _RGB @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ _YIQ
