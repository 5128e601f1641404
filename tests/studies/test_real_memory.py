"""The same pixels are computed once, and again never."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from real_memory import KeptBoxes, KeptVectors, digest

from saccade.vision.detections import Detections

PICTURES = [np.full((4, 6, 3), shade, np.uint8) for shade in (10, 20, 30)]


class Counting:
    """An embedder and detector that counts what it is asked."""

    detector_id, categories, dim = "counting-0", ("a", "b"), 0

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        self.asked += len(pictures)
        return np.array([[one.mean(), 1.0] for one in pictures], np.float32)

    def detect(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        self.asked += len(pictures)
        boxes = np.array([[0.1, 0.2, 0.3, 0.4]], np.float32)
        return [Detections(boxes, np.array([0.5], np.float32), np.array([1])) for _ in pictures]


def test_vectors_are_computed_once_and_come_back_from_the_file(tmp_path: Path) -> None:
    first = Counting()
    kept = KeptVectors(first, tmp_path / "v.npz")
    found = kept.embed([PICTURES[1], PICTURES[0], PICTURES[1]])
    assert found[:, 0].tolist() == [20, 10, 20] and first.asked == 2
    kept.kept.save()
    again = Counting()
    found = KeptVectors(again, tmp_path / "v.npz").embed(PICTURES)
    assert found[:, 0].tolist() == [10, 20, 30] and again.asked == 1


def test_boxes_come_back_as_they_were(tmp_path: Path) -> None:
    plain = Counting()
    kept = KeptBoxes(plain, tmp_path / "b.npz")
    before = kept.detect(PICTURES)
    kept.kept.save()
    after = KeptBoxes(plain, tmp_path / "b.npz").detect(PICTURES)
    assert plain.asked == 3
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one.boxes, other.boxes) and np.array_equal(one.scores, other.scores)
        assert np.array_equal(one.labels, other.labels)


def test_pictures_of_another_shape_are_others() -> None:
    assert digest(np.zeros((2, 3, 3), np.uint8)) != digest(np.zeros((3, 2, 3), np.uint8))
