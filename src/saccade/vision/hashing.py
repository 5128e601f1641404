"""Does this look the same? A short fingerprint that survives re-encoding, resizing and a 5% crop.

Decided: signs of low cosine coefficients of the luma, as in the pHash family (Zauner 2010), and beside them
four coarse colours, because a red and a blue variant of one product differ in nothing else. A crop moves
every coefficient, so the same is taken of five centred windows of the picture, from all of it to all but 5%
a side. The whole of a cropped copy is then alike a window of the original; the steps are so small that crops
between two of them are found as well. Crops off the centre are not.

Layout of one hash, `HASH_BYTES` = 5 windows × 40 bytes: 32 bytes of signs, then Cb and Cr of the 2 × 2
quarters. Low and high frequencies are dealt out over the bytes in turn, so that every group of bytes tells
about as much as any other; the search for duplicates relies on it. All zeros means "no hash": the picture is
flat, and noise would decide. Not here: the search, see `catalog.duplicates`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIGN_BYTES = 32
COLOUR_BYTES = 8
WINDOW_BYTES = SIGN_BYTES + COLOUR_BYTES
# Share cut off each side. 0.025 and 0.05 are the two readings of "a 5% crop".
WINDOWS = (0.0, 0.0125, 0.025, 0.0375, 0.05)
HASH_BYTES = WINDOW_BYTES * len(WINDOWS)

# Side in pixels of the square that is hashed: 5% of it is still several pixels.
_SIDE = 96
# Side of the square whose cosine transform is taken.
_COARSE = 32
_FREQUENCIES = 24
# Standard deviation of the luma, in grey levels, below which a picture counts as flat.
_FLAT = 1.5

DRAFT = 2 * _SIDE
"""The shortest side in pixels that `decode(draft=...)` may return for a picture that is only hashed."""


def perceptual_hash(rgb: NDArray[np.uint8]) -> bytes:
    """The hash of one upright picture (uint8 [H, W, 3], any size): `HASH_BYTES` bytes, all zero when flat."""
    luma, red, blue = _square(rgb)
    if luma.std() < _FLAT:
        return bytes(HASH_BYTES)
    return b"".join(_window(luma, red, blue, *matrices) for matrices in _MATRICES)


def hamming(hashes: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many bits differ, row by row: uint8 [N, B] and [N, B] (or [1, B]) → int64 [N]."""
    return np.bitwise_count(hashes ^ others).sum(axis=-1, dtype=np.int64)


def _square(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Luma, Cr and Cb of the picture squeezed into a square of _SIDE pixels, as float32 in 0..255."""
    shrinks = min(rgb.shape[:2]) > _SIDE
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    square = cv2.cvtColor(cv2.resize(rgb, (_SIDE, _SIDE), interpolation=how), cv2.COLOR_RGB2YCrCb)
    luma, red, blue = (np.asarray(plane, np.float32) for plane in cv2.split(square))
    return luma, red, blue


def _window(
    luma: NDArray[np.float32],
    red: NDArray[np.float32],
    blue: NDArray[np.float32],
    cosines: NDArray[np.float32],
    quarters: NDArray[np.float32],
) -> bytes:
    """Signs and colours of one window."""
    signs = (cosines @ luma @ cosines.T)[_ORDER] > 0
    colours = np.stack([quarters @ plane @ quarters.T for plane in (blue, red)])
    return np.packbits(signs).tobytes() + colours.round().astype(np.uint8).tobytes()


def _averaging(cut: float, cells: int) -> NDArray[np.float32]:
    """Matrix [cells, _SIDE] that averages the window left by cutting `cut` off both ends into equal cells."""
    edges = np.linspace(cut * _SIDE, (1 - cut) * _SIDE, cells + 1)
    pixels = np.arange(_SIDE)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = overlap.clip(0, None)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _cosines(cut: float) -> NDArray[np.float32]:
    """Matrix [_FREQUENCIES, _SIDE]: average the window into _COARSE cells, then take cosine coefficients."""
    at = 2 * np.arange(_COARSE) + 1
    basis = np.cos(np.pi * at * np.arange(_FREQUENCIES)[:, None] / (2 * _COARSE))
    return (basis.astype(np.float32) @ _averaging(cut, _COARSE)).astype(np.float32)


def _order() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the 256 lowest coefficients but the mean: bit k of byte b has rank 32k + b."""
    grid = [(i, j) for i in range(_FREQUENCIES) for j in range(_FREQUENCIES) if i + j > 0]
    grid.sort(key=lambda ij: (sum(ij), max(ij), ij))
    ranked = np.array(grid[: SIGN_BYTES * 8]).reshape(8, SIGN_BYTES, 2)
    dealt = ranked.transpose(1, 0, 2).reshape(-1, 2)
    return dealt[:, 0], dealt[:, 1]


_ORDER = _order()
_MATRICES = tuple((_cosines(cut), _averaging(cut, 2)) for cut in WINDOWS)
