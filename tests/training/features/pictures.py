"""Made pictures and made trunks for the tests of features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from saccade.fingerprints.runners.base import Pixels
from saccade.fingerprints.runners.plain import PlainRunner
from saccade.training.features.store import as_keys
from saccade.training.features.views import view_rng
from saccade.vision.preprocess import Preprocess

SIDE, WIDTH = 8, 12
PREPROCESS = Preprocess(size=(SIDE, SIDE), crop_pct=1.0)


@dataclass
class Made:
    """Random pictures by id; augmented views are rolled by a random number of rows. `broken` ids fail."""

    ids: list[str]
    broken: set[str] = field(default_factory=set)
    seed: int = 5
    augmentation: str = "roll"
    reads: list[int] = field(default_factory=list)

    def read(self, rows: Sequence[int], views: Sequence[range]) -> list[Pixels | None]:
        self.reads.extend(rows)
        return [self._one(row, wanted) for row, wanted in zip(rows, views, strict=True)]

    def _one(self, row: int, views: range) -> Pixels | None:
        key = bytes(as_keys(self.ids)[row])
        if self.ids[row] in self.broken:
            return None
        picture = view_rng(0, 0, key).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        shifts = [int(view_rng(self.seed, view, key).integers(SIDE)) if view else 0 for view in views]
        return np.stack([np.roll(picture, shift, axis=0) for shift in shifts])


def trunk(batch_size: int = 4, model_id: str = "made") -> PlainRunner:
    """A trunk that looks at rows of pixels, so that a rolled picture has other features."""
    weights = np.random.default_rng(1).standard_normal((SIDE * SIDE * 3, WIDTH)).astype(np.float32)

    def function(pixels: Pixels) -> np.ndarray:
        return pixels.reshape(len(pixels), -1).astype(np.float32) @ weights

    return PlainRunner(function, model_id, WIDTH, PREPROCESS, batch_size)


def names(count: int, first: int = 0) -> list[str]:
    return [f"picture {number}" for number in range(first, first + count)]
