"""CIE Lab and how different two colours look: pure functions on arrays.

Lab is for sRGB under D65: L 0..100, a (green to red) and b (blue to yellow) about -110..110.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
_FAR = 25.0**7


def to_lab(rgb: NDArray[np.uint8]) -> Floats:
    """sRGB uint8 [..., 3] to CIE Lab float32 [..., 3]."""
    flat = np.ascontiguousarray(rgb.reshape(-1, 1, 3)).astype(np.float32) / np.float32(255)
    if not flat.size:
        return np.zeros(rgb.shape, np.float32)
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2Lab), np.float32).reshape(rgb.shape)


def to_rgb(lab: ArrayLike) -> NDArray[np.uint8]:
    """CIE Lab [..., 3] to the nearest sRGB uint8; what a screen cannot show is clipped."""
    x = np.asarray(lab, np.float32)
    if not x.size:
        return np.zeros(x.shape, np.uint8)
    shown = cv2.cvtColor(np.ascontiguousarray(x.reshape(-1, 1, 3)), cv2.COLOR_Lab2RGB)
    return np.clip(np.rint(np.asarray(shown) * 255), 0, 255).astype(np.uint8).reshape(x.shape)


def delta_e76(one: ArrayLike, other: ArrayLike) -> Floats:
    """Euclidean distance in Lab (CIE 1976): [..., 3] and [..., 3], broadcast, to [...]."""
    return np.linalg.norm(np.asarray(one, np.float32) - np.asarray(other, np.float32), axis=-1)


def delta_e2000(one: ArrayLike, other: ArrayLike) -> Floats:
    """CIEDE2000: [..., 3] and [..., 3], broadcast, to [...]. About 1 is just noticed, 5 is plainly another.

    After Sharma, Wu and Dalal 2005, whose test pairs it reproduces; k_L = k_C = k_H = 1.
    """
    first, second = np.broadcast_arrays(np.asarray(one, np.float64), np.asarray(other, np.float64))
    light1, light2 = first[..., 0], second[..., 0]
    chroma = (np.hypot(first[..., 1], first[..., 2]) + np.hypot(second[..., 1], second[..., 2])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + _FAR))
    chroma1, hue1 = _polar(first, stretch)
    chroma2, hue2 = _polar(second, stretch)
    grey = chroma1 * chroma2 == 0
    turn = np.where(grey, 0, (hue2 - hue1 + 180) % 360 - 180)
    # The convention of the standard: of two hues exactly opposite the difference is +180.
    turn = np.where((turn == -180) & (hue2 > hue1), 180, turn)
    d_light, d_chroma = light2 - light1, chroma2 - chroma1
    d_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn) / 2)
    mean_chroma, mean_hue = (chroma1 + chroma2) / 2, _mean_hue(hue1, hue2, grey)
    s_light, s_chroma, s_hue = _scales((light1 + light2) / 2, mean_chroma, mean_hue)
    light, c, h = d_light / s_light, d_chroma / s_chroma, d_hue / s_hue
    square = light**2 + c**2 + h**2 + _rotation(mean_chroma, mean_hue) * c * h
    return np.sqrt(np.maximum(square, 0)).astype(np.float32)


def _polar(lab: NDArray[np.float64], stretch: NDArray[np.float64]) -> tuple[np.ndarray, np.ndarray]:
    """Chroma and hue in degrees 0..360 with a stretched."""
    a, b = lab[..., 1] * stretch, lab[..., 2]
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _mean_hue(hue1: np.ndarray, hue2: np.ndarray, grey: np.ndarray) -> np.ndarray:
    total = hue1 + hue2
    around = np.where(total < 360, total + 360, total - 360) / 2
    return np.where(grey, total, np.where(np.abs(hue1 - hue2) <= 180, total / 2, around))


def _scales(light: np.ndarray, chroma: np.ndarray, hue: np.ndarray) -> tuple[np.ndarray, ...]:
    """The weights S_L, S_C and S_H."""
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    middle = (light - 50) ** 2
    return 1 + 0.015 * middle / np.sqrt(20 + middle), 1 + 0.045 * chroma, 1 + 0.015 * chroma * t


def _rotation(chroma: np.ndarray, hue: np.ndarray) -> np.ndarray:
    """R_T, which corrects blue."""
    angle = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    return -2 * np.sqrt(chroma**7 / (chroma**7 + _FAR)) * np.sin(np.radians(angle))
