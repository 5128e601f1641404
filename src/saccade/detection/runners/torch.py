"""A trained detector by torch: on a GPU where there is one, else on the CPU.

Decided: pictures go in batches of `batch_size` through `vision.letterbox`, as in training, and boxes
come back as fractions of each picture; what is left of a box outside the picture is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from saccade.detection.trained import fractions
from saccade.fingerprints.runners.torch import best_device
from saccade.models.detector.folder import load_detector
from saccade.vision.detections import Detections
from saccade.vision.letterbox import letterbox

Pixels = NDArray[np.uint8]


class TorchDetector:
    """A `Detector` over a detector folder that saccade trained."""

    def __init__(
        self, folder: Path, detector_id: str, threshold: float | None = None, most: int | None = None, *,
        batch_size: int = 8, device: str = "auto",
    ) -> None:  # fmt: skip
        self.network = load_detector(folder).eval()
        self.network.adjust(score_threshold=threshold, most=most)
        self.device = torch.device(best_device() if device == "auto" else device)
        self.network.to(self.device)
        self.detector_id, self.batch_size = detector_id, batch_size
        self.categories, self.dim = self.network.categories, self.network.dim

    @property
    def draft(self) -> int:
        """The shortest side in pixels below which a picture should not be decoded."""
        return self.network.size

    def detect(self, pictures: Sequence[Pixels]) -> list[Detections]:
        """As `Detector.detect`."""
        parts = range(0, len(pictures), self.batch_size)
        return [one for start in parts for one in self._batch(pictures[start : start + self.batch_size])]

    def raw(self, pictures: Sequence[Pixels]) -> list[Detections]:
        """Every box before suppression, best first, at most ten times as many as `detect` gives."""
        config = self.network.config
        self.network.adjust(nms_threshold=1.0, most=10 * config.most)
        try:
            return self.detect(pictures)
        finally:
            self.network.adjust(nms_threshold=config.nms_threshold, most=config.most)

    @torch.inference_mode()
    def _batch(self, pictures: Sequence[Pixels]) -> list[Detections]:
        size = self.network.size
        fitted = [letterbox(rgb, size) for rgb in pictures]
        pixels = self.network.config.preprocess.normalise(np.stack([square for square, _ in fitted]))
        found = self.network(torch.from_numpy(pixels).to(self.device))
        plain = [{name: tensor.float().cpu().numpy() for name, tensor in one.items()} for one in found]
        return [
            fractions(one["boxes"], one["scores"], one["labels"], scale, rgb, one.get("vectors"))
            for one, (_, scale), rgb in zip(plain, fitted, pictures, strict=True)
        ]
