"""From a picture to the input of an ONNX detector, and from its output to boxes: numpy, one decoder a family.

- "yolox" (Ge et al. 2021, YOLOX): BGR 0..255, scaled to fit and placed top-left on grey 114. Output
  [N, cells, 5 + C] over strides 8, 16, 32: centre = (xy + cell) · stride, sides = exp(wh) · stride, then
  objectness and class scores, multiplied.
- "fastestdet" (dog-qiuqiu, FastestDet): BGR 0..1, stretched to the square. Output [N, 5 + C, H, W]:
  objectness, tanh offsets, sigmoid sides as fractions, class scores; score = objectness^0.6 · class^0.4.

Decided: a cell speaks for its best category alone, as the authors' own code does. Before suppression only
the `_CANDIDATES` best boxes are kept, so a picture full of things costs no more than another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.vision.detections import Detections

Floats = NDArray[np.float32]
Numbers = NDArray[np.floating]
Pixels = NDArray[np.uint8]
_CANDIDATES = 1000
_GREY = 114
_WIDEST = 20.0  # of the logarithm of a side in cells: far beyond any picture
_STRIDES = (8, 16, 32)
_SHORTEST = 1e-6  # of a side, as a fraction: what is thinner is no box


@dataclass(frozen=True)
class Prepared:
    """One picture as the graph takes it.

    values: float32 [3, size, size]. across, down: width and height of the picture there, in pixels.
    """

    values: Floats
    across: float
    down: float


def prepare_yolox(rgb: Pixels, size: int) -> Prepared:
    """Scaled to fit, top-left on grey."""
    height, width = rgb.shape[:2]
    scale = min(size / height, size / width)
    sides = max(1, int(width * scale)), max(1, int(height * scale))
    canvas = np.full((size, size, 3), _GREY, np.uint8)
    canvas[: sides[1], : sides[0]] = cv2.resize(rgb, sides, interpolation=cv2.INTER_LINEAR)
    return Prepared(_planes(canvas), width * scale, height * scale)


def prepare_fastestdet(rgb: Pixels, size: int) -> Prepared:
    """Stretched to the square."""
    stretched = cv2.resize(rgb, (size, size), interpolation=cv2.INTER_LINEAR)
    return Prepared(_planes(np.asarray(stretched, np.uint8)) / np.float32(255), float(size), float(size))


def _planes(rgb: Pixels) -> Floats:
    """uint8 [H, W, 3] RGB to float32 [3, H, W] BGR."""
    return np.ascontiguousarray(rgb[:, :, ::-1].transpose(2, 0, 1), np.float32)


def decode_yolox(output: Floats, size: int, threshold: float) -> Detections:
    """[cells, 5 + C] to boxes in fractions of the square."""
    cells, strides = _grid(size)
    _expect(output.shape[0] == len(cells), f"{len(cells)} cells", output)
    centres = (output[:, :2] + cells) * strides
    sides = np.exp(np.clip(output[:, 2:4], -_WIDEST, _WIDEST)) * strides
    return _best(centres / size, sides / size, output[:, 4:5] * output[:, 5:], threshold)


def decode_fastestdet(output: Floats, size: int, threshold: float) -> Detections:
    """[5 + C, H, W] to boxes in fractions of the square."""
    channels, height, width = output.shape
    rows = output.reshape(channels, -1).T
    down, across = np.divmod(np.arange(height * width), width)
    cells = np.stack([across, down], 1).astype(np.float32)
    centres = (np.tanh(rows[:, 1:3]) + cells) / np.array([width, height], np.float32)
    sides = 1 / (1 + np.exp(-rows[:, 3:5]))
    scores = np.clip(rows[:, :1], 0, 1) ** 0.6 * np.clip(rows[:, 5:], 0, 1) ** 0.4
    return _best(centres, sides, scores, threshold)


def _best(centres: Numbers, sides: Numbers, scores: Numbers, threshold: float) -> Detections:
    labels = scores.argmax(axis=1)
    best = scores[np.arange(len(labels)), labels]
    kept = np.flatnonzero((best >= threshold) & np.isfinite(best))
    kept = kept[np.argsort(-best[kept], kind="stable")[:_CANDIDATES]]
    boxes = np.concatenate([centres - sides / 2, sides], 1)[kept]
    return Detections(boxes.astype(np.float32), best[kept].astype(np.float32), labels[kept].astype(np.int64))


def upright(found: Detections, prepared: Prepared, size: int) -> Detections:
    """Boxes in fractions of the square to fractions of the picture, clipped to it; what lies outside goes."""
    scale = np.array([size / prepared.across, size / prepared.down] * 2, np.float64)
    placed = found.boxes * scale
    low = np.clip(placed[:, :2], 0, 1)
    high = np.clip(placed[:, :2] + placed[:, 2:], 0, 1)
    boxes = np.concatenate([low, high - low], 1).astype(np.float32)
    good = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > _SHORTEST).all(axis=1)
    return Detections(boxes, np.clip(found.scores, 0, 1), found.labels).select(good)


@cache
def _grid(size: int) -> tuple[Floats, Floats]:
    """Column and row of each cell, float32 [cells, 2], and its stride in pixels, float32 [cells, 1]."""
    cells: list[Floats] = []
    strides: list[Floats] = []
    for stride in _STRIDES:
        side = size // stride
        down, across = np.divmod(np.arange(side * side), side)
        cells.append(np.stack([across, down], 1).astype(np.float32))
        strides.append(np.full((side * side, 1), stride, np.float32))
    return np.concatenate(cells), np.concatenate(strides)


def _expect(good: bool, expected: str, output: Floats) -> None:
    if not good:
        raise InputError(f"expected {expected} in the output of the graph, found shape {list(output.shape)}")


def classes_of(decoder: str, shape: tuple[int, ...]) -> int:
    """How many categories an output of this shape (batch included) speaks of."""
    return int(shape[2 if decoder == "yolox" else 1]) - 5


PREPARE: dict[str, Callable[[Pixels, int], Prepared]] = {
    "yolox": prepare_yolox,
    "fastestdet": prepare_fastestdet,
}
DECODE: dict[str, Callable[[Floats, int, float], Detections]] = {
    "yolox": decode_yolox,
    "fastestdet": decode_fastestdet,
}
