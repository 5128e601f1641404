"""What stands out in a picture, without learning: weights by contrast with the border, and a mask.

The border is taken for background, as photographers leave it (boundary contrast: Zhang et al. 2015, minimum
barrier salient object detection, section 3.3), and the middle is likelier than the edge.

Decided:
- Plain paper (a studio) is found exactly: what is connected to the border and has its colour; where the paper
  has shade, up to the next jump of lightness, because shadows have soft edges. So a white shirt on white
  paper stays, and so does a white mug on grey-white.
- Otherwise each side of the picture is a Gaussian of smoothed Lab, and a pixel's contrast with it grows with
  its Mahalanobis distance: clutter is wide, so only what is unlike the clutter stands out. Of the four
  contrasts the largest is dropped, because a product may leave the picture on one side.
- In a tight crop (a detected box) the corners are the background instead of the sides.
- Where too little stands out, the middle of the picture does.
- Computed on at most 96 pixels a side and scaled back, so that the time does not grow with the picture.

NumPy and OpenCV. Not here: finding objects with a network (`detection`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.vision.lab import Floats, to_lab

Mask = NDArray[np.bool_]
_SIDE = 96  # pixels of the longer side of what is computed on
_STRIP, _CORNER = 0.06, 0.18  # width of the sides, side of the corners, as shares of the picture
_FLOOR = 5.0  # delta E: the least spread that a background is given
_SIGMAS = 3.0  # distance at which contrast is a half
_PAPER, _CLEAN = 12.0, 4.0  # how far from its colour paper may be, and paper without any shade on the border
_LIGHT = 0.35  # weight of lightness in that distance unless clean: a shadow changes lightness, hardly colour
_JUMP = 6.0  # lightness: the least step from paper to a thing within three pixels
_PLAIN = 0.6  # share of the border that is paper in a studio
_LEAST, _MOST = 0.02, 0.97  # shares of a picture that may be salient on paper
_LITTLE = 0.05  # the least without paper
_PATCHES = 0.12  # the least share of a salient region that is in pieces
_THRESHOLD = 0.25  # the least weight of what is salient, whatever Otsu says


def salience(rgb: NDArray[np.uint8], tight: bool = False) -> Floats:
    """How much each pixel of an upright picture stands out: uint8 [H, W, 3] to float32 [H, W] in 0..1.

    `tight`: the picture is a crop around one thing. `InputError` for an array of another shape or type.
    """
    small = _small(checked(rgb))
    lab = to_lab(small)
    ground = paper(lab)
    weights = _over_clutter(lab, tight) if ground is None else ~ground * centre_prior(*ground.shape)
    return _scaled(weights, rgb, cv2.INTER_LINEAR)


def salient_mask(rgb: NDArray[np.uint8], tight: bool = False) -> Mask:
    """Which pixels stand out: uint8 [H, W, 3] to bool [H, W]; never empty.

    What is not paper. Without paper, what has a weight above Otsu's threshold; the middle half of the picture
    where that is next to nothing, or a few patches of clutter.
    """
    lab = to_lab(_small(checked(rgb)))
    ground = paper(lab)
    mask = _outstanding(_over_clutter(lab, tight)) if ground is None else ~ground
    return _scaled(mask.astype(np.float32), rgb, cv2.INTER_NEAREST) > 0


def _outstanding(weights: Floats) -> Mask:
    threshold, _ = cv2.threshold((weights * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    mask = weights > max(float(threshold) / 255, _THRESHOLD)
    if _LITTLE <= mask.mean() <= _MOST and (mask.mean() >= _PATCHES or _is_one(mask)):
        return mask
    middle = centre_prior(*weights.shape)
    return middle >= np.quantile(middle, 0.5)


def _is_one(mask: Mask) -> bool:
    """Most of it hangs together."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return bool(stats[1:, cv2.CC_STAT_AREA].max() >= 0.6 * mask.sum())


def centre_prior(height: int, width: int) -> Floats:
    """A Gaussian around the middle, float32 [height, width]: 1 there, 0.61 at the middle of a side."""
    down, across = (np.linspace(-1, 1, side) if side > 1 else np.zeros(1) for side in (height, width))
    return np.exp(-0.5 * (down[:, None] ** 2 + across**2)).astype(np.float32)


def paper(lab: Floats) -> Mask | None:
    """Plain background connected to the border: Lab [H, W, 3] to bool [H, W]; None where there is none."""
    border = np.concatenate((lab[0], lab[-1], lab[:, 0], lab[:, -1]))
    middle = np.median(border, axis=0)
    off = np.abs(lab - middle)
    if np.quantile(np.abs(border - middle).max(axis=1), _PLAIN) < 1:
        ground = _connected(off.max(axis=-1) < _CLEAN)
    else:
        ground = _shaded(lab, off @ np.array([_LIGHT, 1, 1], np.float32) < _PAPER)
    edge = np.concatenate((ground[0], ground[-1], ground[:, 0], ground[:, -1]))
    if edge.mean() < _PLAIN or not 1 - _MOST <= ground.mean() <= 1 - _LEAST:
        return None
    return ground


def _shaded(lab: Floats, like: Mask) -> Mask:
    """Paper with shade: a shadow has soft edges, so paper ends where lightness jumps."""
    square = np.ones((3, 3), np.uint8)
    steps = np.asarray(cv2.morphologyEx(lab[..., 0], cv2.MORPH_GRADIENT, square))
    grain = np.median(np.concatenate((steps[0], steps[-1], steps[:, 0], steps[:, -1])))
    ground = _connected(like & (steps <= _JUMP + 2 * grain)).astype(np.uint8)
    return (cv2.dilate(ground, square) > 0) & like


def _connected(plain: Mask) -> Mask:
    """What is connected to the border."""
    framed = cv2.copyMakeBorder(plain.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, parts = cv2.connectedComponents(framed, connectivity=4)
    return (parts == parts[0, 0])[1:-1, 1:-1]


def checked(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture uint8 [H, W, 3] with at least one pixel."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise InputError(
            f"a picture is uint8 [H, W, 3], found {rgb.dtype} {list(rgb.shape)}: decode it first"
        )
    return rgb


def _small(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    scale = _SIDE / max(height, width)
    if scale >= 1:
        return rgb
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scaled(x: Floats, rgb: NDArray[np.uint8], interpolation: int) -> Floats:
    """To the size of the picture."""
    if x.shape == rgb.shape[:2]:
        return x
    return np.asarray(cv2.resize(x, (rgb.shape[1], rgb.shape[0]), interpolation=interpolation), np.float32)


def _over_clutter(lab: Floats, tight: bool) -> Floats:
    """Weights where there is no paper."""
    smooth = np.asarray(cv2.GaussianBlur(lab, (0, 0), 1 + max(lab.shape) / 64), np.float32)
    contrasts = np.stack([_contrast(smooth, part) for part in _backgrounds(smooth, tight)])
    contrast = (contrasts.sum(axis=0) - contrasts.max(axis=0)) / (len(contrasts) - 1)
    return (contrast * centre_prior(*lab.shape[:2])).astype(np.float32)


def _backgrounds(lab: Floats, tight: bool) -> list[Floats]:
    """The pixels [N, 3] of the four sides, or of the four corners of a tight crop."""
    share = _CORNER if tight else _STRIP
    down, across = (max(1, round(side * share)) for side in lab.shape[:2])
    if tight:
        parts = [lab[rows, columns] for rows in _ends(down) for columns in _ends(across)]
    else:
        parts = [*(lab[rows] for rows in _ends(down)), *(lab[:, columns] for columns in _ends(across))]
    return [part.reshape(-1, 3) for part in parts]


def _ends(length: int) -> tuple[slice, slice]:
    return slice(None, length), slice(-length, None)


def _contrast(lab: Floats, background: Floats) -> Floats:
    """0..1, a half at three sigmas from the Gaussian of the background."""
    mean = background.mean(axis=0)
    centred = background - mean
    spread = centred.T @ centred / len(background) + _FLOOR**2 * np.eye(3, dtype=np.float32)
    white = np.linalg.cholesky(np.linalg.inv(spread)).astype(np.float32)
    square = (((lab - mean) @ white) ** 2).sum(axis=-1)
    return square / (square + np.float32(_SIGMAS**2))
