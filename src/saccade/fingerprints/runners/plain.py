"""A model that is a plain numpy function, such as hand-made features: needs neither torch nor OpenVINO."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from saccade.fingerprints.runners.base import Pixels, Runner, Vectors
from saccade.vision.preprocess import Preprocess


class PlainRunner(Runner):
    """Runs `function`, uint8 [N, H, W, 3] to float [N, dim]; its rows are brought to unit length here."""

    def __init__(
        self, function: Callable[[Pixels], Vectors], model_id: str, dim: int, preprocess: Preprocess,
        batch_size: int = 16,
    ) -> None:  # fmt: skip
        super().__init__("plain", model_id, dim, preprocess, batch_size)
        self.function = function

    def _forward(self, pixels: Pixels) -> Vectors:
        vectors = np.asarray(self.function(pixels), np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
