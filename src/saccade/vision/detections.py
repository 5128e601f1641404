"""What a detector found in one picture, and the suppression of boxes that are about the same thing.

Decided: boxes are x, y, width, height in 0..1 of the upright picture, as everywhere; one shape for every
detector, whatever found them. Not here: how they are found (`saccade.detection`), how good they are
(`saccade.metrics.detection`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.vision.boxes import Box, clip, iou


@dataclass(frozen=True, eq=False)
class Detections:
    """Objects of one picture, best first.

    Attributes:
        boxes: float32 [N, 4], x, y, width, height in 0..1 of the upright picture.
        scores: float32 [N], 0..1.
        labels: int64 [N], places in the detector's categories.
        vectors: float32 [N, D] of unit length, embeddings of the boxes; None where the detector has none.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]
    vectors: NDArray[np.float32] | None = None

    @staticmethod
    def none(dim: int = 0) -> Detections:
        """Nothing was found."""
        vectors = np.zeros((0, dim), np.float32) if dim else None
        return Detections(
            np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), vectors
        )

    def __len__(self) -> int:
        return len(self.scores)

    @cached_property
    def placed(self) -> list[Box]:
        """The boxes as `Box`."""
        return [clip(*map(float, row)) for row in self.boxes]

    def select(self, rows: ArrayLike) -> Detections:
        """Those rows, in that order; rows: int64 [M] or bool [N]."""
        at = np.asarray(rows)
        vectors = None if self.vectors is None else self.vectors[at]
        return Detections(self.boxes[at], self.scores[at], self.labels[at], vectors)


def nms(found: Detections, threshold: float, by_class: bool = True) -> Detections:
    """Greedy non-maximum suppression: a box goes where a better one overlaps it by more than `threshold`.

    Args:
        found: in any order.
        threshold: intersection over union, 0..1; 1 suppresses nothing.
        by_class: boxes of two categories do not suppress each other.

    Returns:
        The boxes that stay, best first; equal scores keep their order.
    """
    found = found.select(np.argsort(-found.scores, kind="stable"))
    if threshold >= 1 or len(found) < 2:
        return found
    over = iou(found.boxes, found.boxes) > threshold
    if by_class:
        over &= found.labels[:, None] == found.labels[None]
    alive = np.ones(len(found), bool)
    for row in range(len(found)):
        if alive[row]:
            alive[row + 1 :] &= ~over[row, row + 1 :]
    return found.select(alive)
