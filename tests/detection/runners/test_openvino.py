"""A trained detector by its export: the graph's corners become fractions, best first, within the limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.detection.runners import openvino as module
from saccade.models.detector.config import DetectorConfig


class FakeGraph:
    """Two boxes of which the second is better, and one in the padding, with vectors; the first goes when
    anything is suppressed below an overlap of 1.
    """

    vectors = True

    def __init__(self, folder: Path, threads: int | None) -> None:
        self.folder, self.threads = folder, threads

    def __call__(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        assert picture.shape == (1, 3, 64, 64) and picture.dtype == np.float32
        boxes = np.array([[0, 0, 32, 16], [32, 16, 64, 32], [0, 40, 64, 64]], np.float32)
        scores = np.array([0.5, 0.9, 0.95], np.float32)
        kept = np.flatnonzero((scores >= self.score) & (np.arange(3) >= (self.overlap < 1)))[-self.most :]
        vectors = np.eye(3, 8, dtype=np.float32)
        labels = np.array([0, 1, 0])
        return {
            "boxes": boxes[kept], "scores": scores[kept], "labels": labels[kept], "vectors": vectors[kept],
        }  # fmt: skip

    def adjust(self, score_threshold: float, nms_threshold: float, most: int) -> None:
        self.score, self.overlap, self.most = score_threshold, nms_threshold, most


def test_corners_become_fractions_best_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "OpenVinoGraph", FakeGraph)
    config = DetectorConfig("ssd", ("a", "b"), size=64, nms_threshold=1.0)
    detector = module.OpenVinoDetector(tmp_path, config, "d-1", threads=1)
    assert (detector.dim, detector.categories, detector.draft) == (8, ("a", "b"), 64)
    (found,) = detector.detect([np.zeros((100, 200, 3), np.uint8)])
    assert found.boxes == pytest.approx(np.array([[0.5, 0.5, 0.5, 0.5], [0, 0, 0.5, 0.5]]))
    assert found.labels.tolist() == [1, 0]
    assert found.vectors is not None and found.vectors.argmax(axis=1).tolist() == [1, 0]
    strict = module.OpenVinoDetector(tmp_path, config, "d-1", threshold=0.6)
    assert len(strict.detect([np.zeros((100, 200, 3), np.uint8)])[0]) == 1
    few = module.OpenVinoDetector(tmp_path, config, "d-1", most=2)  # one of the two is padding
    assert few.detect([np.zeros((100, 200, 3), np.uint8)])[0].labels.tolist() == [1]


def test_boxes_before_suppression(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "OpenVinoGraph", FakeGraph)
    detector = module.OpenVinoDetector(tmp_path, DetectorConfig("ssd", ("a", "b"), size=64), "d-1")
    picture = [np.zeros((100, 200, 3), np.uint8)]
    assert len(detector.detect(picture)[0]) == 1
    assert len(detector.raw(picture)[0]) == 2
    assert len(detector.detect(picture)[0]) == 1  # as before
