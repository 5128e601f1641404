"""How far a camera photo can be trusted: sharpness, light, contrast, colour, size.

Decided: measured at one size, so that a sharp photo of 12 megapixels and a sharp one of a tenth of that score
alike. Sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000). The bounds are our own
guesses, looked at on photos of the simulated camera and not measured; a photo's confidence is the product of
how well it keeps each bound. Not here: whether a search went well (`confidence`).
"""

from __future__ import annotations

import cv2
import numpy as np

from saccade.discovery.lens.shapes import Pixels, Quality

SIDE = 192  # pixels of the longer side at which everything is measured; smaller photos are not enlarged
SHARP = 60.0  # variance of the Laplacian below which a photo counts as blurred
DARK, BRIGHT = 0.22, 0.85  # mean light, 0..1
FLAT = 0.12  # standard deviation of light over half its range
SMALL = 64  # pixels of the shorter side
GREY = 0.03  # mean chroma over 60 units of Lab


def quality(rgb: Pixels) -> Quality:
    """The quality of a photo, uint8 [H, W, 3]. Grey photos are flagged; they lose no confidence by it."""
    small = _measured(rgb)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    light, contrast = float(grey.mean()) / 255, min(float(grey.std()) / 127.5, 1.0)
    colourful = _colourful(small)
    side = min(rgb.shape[:2])
    kept = {
        "blurred": _kept(sharpness, SHARP),
        "dark": _kept(light, DARK),
        "bright": _kept(1 - light, 1 - BRIGHT),
        "flat": _kept(contrast, FLAT),
        "small": _kept(float(side), SMALL),
    }
    flaws = [name for name, share in kept.items() if share < 1]
    flaws += ["grey"] if colourful < GREY else []
    confidence = float(np.prod(list(kept.values())))
    return Quality(sharpness, light, contrast, colourful, side, confidence, tuple(flaws))


def _kept(value: float, bound: float) -> float:
    """1 from `bound` on, falling with the square root to 0."""
    return float(np.sqrt(min(max(value / bound, 0.0), 1.0)))


def _measured(rgb: Pixels) -> Pixels:
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8) if scale < 1 else rgb


def _colourful(rgb: Pixels) -> float:
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab).astype(np.float32)
    chroma = np.hypot(lab[..., 1] - 128, lab[..., 2] - 128)
    return float(min(chroma.mean() / 60, 1.0))
