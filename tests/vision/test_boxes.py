"""Boxes in 0..1 and the conventions around them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.vision import boxes
from saccade.vision.boxes import Box, with_margin


@st.composite
def some_box(draw: st.DrawFn) -> Box:
    x, y = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    return Box(x, y, draw(st.floats(0.01, 1 - x)), draw(st.floats(0.01, 1 - y)))


@pytest.mark.parametrize(
    "sides",
    [
        (0, 0, 0, 1),
        (0, 0, 1, -1),
        (0.5, 0, 0.6, 1),
        (-0.1, 0, 1, 1),
        (float("nan"), 0, 1, 1),
        (0, 0, 1, np.inf),
    ],
)
def test_a_bad_box_is_refused(sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(InputError, match="box"):
        Box(*sides)


@settings(deadline=None)
@given(some_box(), st.integers(1, 5000), st.integers(1, 5000))
def test_every_convention_comes_back(box: Box, width: int, height: int) -> None:
    back = (
        boxes.from_coco(boxes.to_coco(box, width, height), width, height),
        boxes.from_xyxy(boxes.to_xyxy(box, width, height), width, height),
        boxes.from_yolo(boxes.to_yolo(box)),
    )
    wanted = (box.x, box.y, box.width, box.height)
    for one in back:
        assert (one.x, one.y, one.width, one.height) == pytest.approx(wanted, abs=1e-9)


def test_known_conversions() -> None:
    box = Box(0.25, 0.5, 0.5, 0.25)
    assert boxes.to_coco(box, 200, 100) == (50, 50, 100, 25)
    assert boxes.to_xyxy(box, 200, 100) == (50, 50, 150, 75)
    assert boxes.to_yolo(box) == (0.5, 0.625, 0.5, 0.25)


def test_converters_clip_and_refuse_what_lies_outside() -> None:
    assert boxes.from_coco([-25, -50, 75, 100], 100, 100) == Box(0, 0, 0.5, 0.5)
    with pytest.raises(InputError):
        boxes.from_coco([200, 0, 10, 10], 100, 100)
    with pytest.raises(InputError, match="size"):
        boxes.from_coco([0, 0, 1, 1], 0, 100)
    with pytest.raises(InputError, match="four"):
        boxes.from_yolo([0.5, 0.5])


def test_iou_known_values() -> None:
    one = [[0, 0, 0.5, 0.5], [0, 0, 1, 1]]
    other = [[0.25, 0, 0.5, 0.5], [0.6, 0.6, 0.1, 0.1], [0, 0, 0.5, 0.5]]
    assert boxes.iou(one, other) == pytest.approx(np.array([[1 / 3, 0, 1], [0.25, 0.01, 0.25]]))


@settings(deadline=None)
@given(some_box(), some_box())
def test_iou_is_symmetric_and_bounded(a: Box, b: Box) -> None:
    rows = [[box.x, box.y, box.width, box.height] for box in (a, b)]
    matrix = boxes.iou(rows, rows)
    assert matrix == pytest.approx(matrix.T)
    assert np.diag(matrix) == pytest.approx(1)
    assert (matrix >= 0).all()
    assert (matrix <= 1 + 1e-9).all()


def test_crop_rounds_outwards() -> None:
    rgb = np.arange(10 * 10 * 3, dtype=np.uint8).reshape(10, 10, 3)
    assert boxes.crop(rgb, Box(0.15, 0.2, 0.3, 0.3)).shape == (3, 4, 3)
    assert (boxes.crop(rgb, Box(0.15, 0.2, 0.3, 0.3)) == rgb[2:5, 1:5]).all()


@settings(deadline=None)
@given(some_box(), st.integers(1, 40), st.integers(1, 40))
def test_crop_has_at_least_a_pixel(box: Box, width: int, height: int) -> None:
    part = boxes.crop(np.zeros((height, width, 3), np.uint8), box)
    assert min(part.shape) >= 1


def test_crop_of_everything_is_everything() -> None:
    assert boxes.crop(np.zeros((7, 9, 3), np.uint8), Box(0, 0, 1, 1)).shape == (7, 9, 3)


def test_area() -> None:
    assert Box(0, 0, 0.5, 0.5).area == 0.25


def test_a_margin_stays_in_the_picture() -> None:
    found = with_margin(Box(0.4, 0.4, 0.2, 0.1), 0.5)
    assert (found.x, found.y, found.width, found.height) == pytest.approx((0.3, 0.35, 0.4, 0.2))
    edge = with_margin(Box(0.0, 0.9, 0.5, 0.1), 0.2)
    assert (edge.x, edge.y, edge.width, edge.height) == pytest.approx((0, 0.88, 0.6, 0.12))
    assert with_margin(Box(0, 0, 1, 1)) == Box(0, 0, 1, 1)
