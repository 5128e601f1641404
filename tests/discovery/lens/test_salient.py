"""The box of what stands out."""

from __future__ import annotations

import cv2
import numpy as np

from saccade.discovery.lens.salient import salient_box
from saccade.vision.boxes import iou


def test_the_box_is_about_the_thing() -> None:
    picture = np.full((120, 160, 3), 235, np.uint8)
    cv2.rectangle(picture, (60, 30), (119, 89), (180, 30, 30), -1)
    found = salient_box(picture)
    assert found is not None
    truth = [(60 / 160, 30 / 120, 60 / 160, 60 / 120)]
    assert iou([(found.x, found.y, found.width, found.height)], truth)[0, 0] > 0.75


def test_a_tiny_or_odd_picture_has_none() -> None:
    assert salient_box(np.zeros((1, 400, 3), np.uint8)) is None
    assert salient_box(np.zeros((4, 4, 3), np.uint8)) is None


def test_the_box_lies_inside() -> None:
    dice = np.random.default_rng(1)
    for _ in range(5):
        found = salient_box(dice.integers(0, 255, (40, 60, 3), np.uint8))
        assert found is None or found.x + found.width <= 1 + 1e-6
