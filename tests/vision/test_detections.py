from __future__ import annotations

import numpy as np
import pytest

from saccade.vision.detections import Detections, nms

BOXES = np.array(
    [[0.1, 0.1, 0.4, 0.4], [0.12, 0.1, 0.4, 0.4], [0.6, 0.6, 0.3, 0.3], [0.1, 0.1, 0.4, 0.4]], np.float32
)


def found(scores: list[float], labels: list[int]) -> Detections:
    vectors = np.eye(4, dtype=np.float32)
    return Detections(BOXES, np.array(scores, np.float32), np.array(labels), vectors)


def test_a_better_box_of_the_same_class_suppresses() -> None:
    kept = nms(found([0.5, 0.9, 0.3, 0.8], [0, 0, 0, 1]), 0.5)
    assert kept.scores.tolist() == pytest.approx([0.9, 0.8, 0.3])
    assert kept.vectors is not None and kept.vectors.argmax(axis=1).tolist() == [1, 3, 2]


def test_over_classes_and_with_a_threshold_of_one() -> None:
    some = found([0.5, 0.9, 0.3, 0.8], [0, 0, 0, 1])
    assert nms(some, 0.5, by_class=False).scores.tolist() == pytest.approx([0.9, 0.3])
    assert len(nms(some, 1.0)) == 4


def test_a_box_that_was_suppressed_suppresses_nothing() -> None:
    """Each overlaps the next by more than the threshold, the first does not overlap the third."""
    boxes = np.array([[0, 0, 0.4, 0.4], [0.13, 0, 0.4, 0.4], [0.26, 0, 0.4, 0.4]], np.float32)
    chain = Detections(boxes, np.array([0.9, 0.8, 0.7], np.float32), np.zeros(3, np.int64))
    assert nms(chain, 0.4).scores.tolist() == pytest.approx([0.9, 0.7])


def test_nothing_found() -> None:
    nothing = Detections.none(8)
    assert len(nms(nothing, 0.5)) == 0 and nothing.placed == []
    assert nothing.vectors is not None and nothing.vectors.shape == (0, 8)
    assert Detections.none().vectors is None


def test_boxes_that_stick_out_are_clipped_where_they_are_placed() -> None:
    over = Detections(
        np.array([[-0.1, 0.5, 0.3, 0.7]], np.float32), np.ones(1, np.float32), np.zeros(1, np.int64)
    )
    (box,) = over.placed
    assert (box.x, box.y) == (0.0, 0.5)
    assert (box.width, box.height) == pytest.approx((0.2, 0.5))
