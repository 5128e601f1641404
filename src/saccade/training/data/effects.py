"""Blur, erasing, and one random operation of TrivialAugment, on uint8 [h, w, 3]."""

from __future__ import annotations

import math

import cv2
import numpy as np

from saccade.training.data.colour import recolour
from saccade.training.data.geometry import Pixels, Range

TRIVIAL = (
    "identity",
    "turn",
    "shear",
    "shift",
    "brightness",
    "contrast",
    "saturation",
    "sharpness",
    "autocontrast",
)
_TURN, _SHEAR, _SHIFT, _GAIN = 30.0, 0.3, 0.25, 0.6  # largest strengths: degrees, slope, share, +-
_ERASED: Range = (0.02, 1 / 3)  # share of the area
_ERASED_RATIO: Range = (0.3, 3.3)
_TRIES = 10


def blur(rgb: Pixels, sigma: float) -> Pixels:
    """A Gaussian of `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def erase(rgb: Pixels, rng: np.random.Generator) -> None:
    """Fill a random rectangle with noise, in place.

    Source: Zhong et al. 2020, Random Erasing, arXiv 1708.04896; area 2% to a third and ratio 0.3 to 3.3.
    """
    height, width = rgb.shape[:2]
    for _ in range(_TRIES):
        area = height * width * rng.uniform(*_ERASED)
        aspect = math.exp(rng.uniform(*np.log(_ERASED_RATIO)))
        h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < h < height and 0 < w < width:
            top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
            rgb[top : top + h, left : left + w] = np.frombuffer(rng.bytes(h * w * 3), np.uint8).reshape(
                h, w, 3
            )
            return


def trivial(rgb: Pixels, rng: np.random.Generator) -> Pixels:
    """One operation of `TRIVIAL`, its strength uniform.

    Source: Mueller and Hutter 2021, TrivialAugment, arXiv 2103.10158. Our choice: without the operations
    that destroy colour or tone (solarise, posterise, equalise), because labels may be about colour, and with
    turns up to 30 degrees.
    """
    name = TRIVIAL[rng.integers(len(TRIVIAL))]
    strength = rng.uniform(-1, 1)
    if name in ("turn", "shear", "shift"):
        return _moved(rgb, name, strength, bool(rng.integers(2)))
    if name in ("brightness", "contrast", "saturation"):
        return recolour(rgb, **{name: 1 + _GAIN * strength})
    if name == "sharpness":
        soft = cv2.GaussianBlur(rgb, (0, 0), 1.0)
        return np.asarray(cv2.addWeighted(rgb, 1 + strength, soft, -strength, 0), np.uint8)
    return _stretched(rgb) if name == "autocontrast" else rgb


def _moved(rgb: Pixels, name: str, strength: float, upright: bool) -> Pixels:
    """Turned, sheared or shifted, about the middle; what comes in from outside mirrors the picture."""
    height, width = rgb.shape[:2]
    linear, move = np.eye(2), np.zeros(2)
    if name == "turn":
        angle = math.radians(_TURN * strength)
        linear = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    elif name == "shear":
        linear[int(upright), int(not upright)] = _SHEAR * strength
    else:
        move[int(upright)] = _SHIFT * strength * (height if upright else width)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.column_stack((linear, middle - linear @ middle + move))
    moved = cv2.warpAffine(
        rgb, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(moved, np.uint8)


def _stretched(rgb: Pixels) -> Pixels:
    """Each channel from its least to its greatest value over 0..255."""
    flat = rgb.reshape(-1, 3)
    low, high = flat.min(axis=0).astype(np.float64), flat.max(axis=0).astype(np.float64)
    gain = np.where(high > low, 255 / np.maximum(high - low, 1), 1.0)
    shift = np.where(high > low, -low * gain, 0.0)
    return np.asarray(cv2.transform(rgb, np.column_stack((np.diag(gain), shift))), np.uint8)
