"""Small pictures inside HTML: a page that shows them needs no server and no other file."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def thumbnail(rgb: NDArray[np.uint8], side: int = 192) -> NDArray[np.uint8]:
    """uint8 HWC, scaled down (never up) so that its longer side is at most `side` pixels."""
    height, width = rgb.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def data_uri(rgb: NDArray[np.uint8], side: int = 192, quality: int = 80) -> str:
    """The thumbnail as a `data:` address of a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(thumbnail(rgb, side)).save(buffer, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
