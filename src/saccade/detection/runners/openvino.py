"""A trained detector by its OpenVINO export, which lies in `openvino/` of its folder: no torch needed.

Decided: thresholds and suppression come after the graphs (`models.detector.runtime`), so one export serves
every setting, and boxes before suppression can be had.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from saccade.detection.trained import Floats, fractions
from saccade.models.detector.config import DetectorConfig
from saccade.models.detector.runtime import OpenVinoGraph
from saccade.vision.detections import Detections
from saccade.vision.letterbox import letterbox

Pixels = NDArray[np.uint8]


class OpenVinoDetector:
    """A `Detector` over an export; `graph` is its folder. One picture at a time."""

    def __init__(
        self, graph: Path, config: DetectorConfig, detector_id: str, threads: int | None = None,
        threshold: float | None = None, most: int | None = None,
    ) -> None:  # fmt: skip
        self.graph, self.config = OpenVinoGraph(graph, threads), config
        self.detector_id, self.categories = detector_id, config.categories
        self.threshold = config.score_threshold if threshold is None else threshold
        self.most = config.most if most is None else most
        self._suppress(config.nms_threshold, self.most)
        self.dim = self._width() if self.graph.vectors else 0

    @property
    def draft(self) -> int:
        """The shortest side in pixels below which a picture should not be decoded."""
        return self.config.size

    def detect(self, pictures: Sequence[Pixels]) -> list[Detections]:
        """As `Detector.detect`."""
        return [self._one(rgb) for rgb in pictures]

    def raw(self, pictures: Sequence[Pixels]) -> list[Detections]:
        """Every box before suppression, best first, at most ten times as many as `detect` gives."""
        self._suppress(1.0, 10 * self.most)
        try:
            return self.detect(pictures)
        finally:
            self._suppress(self.config.nms_threshold, self.most)

    def _suppress(self, overlap: float, most: int) -> None:
        self.graph.adjust(self.threshold, overlap, most)

    def _one(self, rgb: Pixels) -> Detections:
        square, scale = letterbox(rgb, self.config.size)
        found = self.graph(self.config.preprocess.normalise(square[None]))
        boxes, scores = cast("Floats", found["boxes"]), cast("Floats", found["scores"])
        vectors = cast("Floats", found["vectors"]) if self.graph.vectors else None
        made = fractions(boxes, scores, found["labels"], scale, rgb, vectors)
        return made.select(np.argsort(-made.scores, kind="stable"))

    def _width(self) -> int:
        blank = np.zeros((1, 3, self.config.size, self.config.size), np.float32)
        return int(self.graph(blank)["vectors"].shape[1])
