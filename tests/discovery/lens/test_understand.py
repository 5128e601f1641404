"""What is in a photo: which object is the main one, and what a person is told."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from saccade.discovery.lens.shapes import Seen
from saccade.discovery.lens.understand import notes, seen, tones, understand
from saccade.vision.boxes import Box
from saccade.vision.detections import Detections


class Fake:
    """A detector that finds what it is told."""

    categories = ("lamp", "sofa")

    def __init__(self, *found: tuple[tuple[float, float, float, float], float, int]) -> None:
        boxes, scores, labels = zip(*found, strict=True) if found else ((), (), ())
        self.found = Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.array(scores, np.float32),
            np.array(labels, np.int64),
        )

    def detect(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        return [self.found for _ in pictures]


def room() -> np.ndarray:
    picture = np.full((120, 120, 3), 235, np.uint8)
    cv2.rectangle(picture, (40, 40), (80, 80), (30, 60, 200), -1)
    return picture


LARGE, SMALL = (0.3, 0.3, 0.4, 0.4), (0.02, 0.02, 0.05, 0.05)


def test_the_large_box_in_the_middle_is_meant() -> None:
    known = understand(room(), None, Fake((SMALL, 0.95, 0), (LARGE, 0.7, 1)))
    assert known.main is not None and known.main.category == "sofa" and known.main.origin == "detector"
    assert [one.category for one in known.objects] == ["lamp", "sofa"]


def test_what_is_marked_is_meant_and_named_by_the_detector() -> None:
    known = understand(room(), Box(0.02, 0.02, 0.06, 0.06), Fake((SMALL, 0.95, 0), (LARGE, 0.7, 1)))
    assert known.main == Seen(Box(0.02, 0.02, 0.06, 0.06), "lamp", 1.0, "person")


def test_without_a_detector_what_stands_out_is_meant() -> None:
    known = understand(room())
    assert known.main is not None and known.main.origin == "salient" and known.objects == ()


def test_doubtful_boxes_are_left_out() -> None:
    assert seen(room(), Fake((LARGE, 0.05, 1))) == ()


def test_nothing_found_is_said() -> None:
    known = understand(room(), None, Fake())
    assert known.main is not None and known.main.origin == "salient"
    assert any("No known object" in note for note in notes(known, True))
    assert notes(known, False) == []


def test_a_plain_photo_has_notes_not_errors() -> None:
    known = understand(np.full((3, 500, 3), 128, np.uint8))
    told = " ".join(notes(known, False))
    assert known.main is None and "No object stands out" in told and "no colour" in told


def test_colours_are_named() -> None:
    found = tones(room())
    assert found and found[0].name == "blue" and found[0].hex.startswith("#")
    assert sum(tone.share for tone in found) <= 1 + 1e-5
