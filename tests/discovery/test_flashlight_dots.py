"""Which boxes get a dot, and which one a tap means."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.discovery.answer import Part
from saccade.discovery.flashlight_dots import DotRule, around, checked_tap, gated, parts_of, tapped
from saccade.errors import InputError
from saccade.vision.boxes import Box
from saccade.vision.detections import Detections


def part(x: float, y: float, side: float, score: float | None = 0.9, category: str = "lamp") -> Part:
    return Part(Box(x, y, side, side), None, category, score)


def test_dots_are_certain_neither_tiny_nor_everything_and_apart() -> None:
    good = part(0.1, 0.1, 0.2)
    assert gated([good, part(0.6, 0.6, 0.2, 0.2)]) == [good]
    assert gated([good, part(0.6, 0.6, 0.01)]) == [good]
    assert gated([good, Part(Box(0, 0, 1, 1), None, "room", 0.99)]) == [good]
    assert gated([part(0.12, 0.1, 0.2, 0.8), good]) == [good]
    nested = part(0.12, 0.12, 0.08, 0.8)
    assert gated([nested, good]) == [good, nested]
    inside = part(0.19, 0.19, 0.02, 0.8)
    assert inside not in gated([inside, good], DotRule(least=0))
    assert gated([part(0.6, 0.6, 0.2, category="person"), good]) == [good]


def test_drawn_boxes_have_no_score_and_come_first() -> None:
    drawn, found = part(0.1, 0.1, 0.2, None), part(0.6, 0.6, 0.2, 0.9)
    assert gated([found, drawn]) == [drawn, found]
    assert gated([found, drawn], DotRule(limit=1)) == [drawn]


def test_a_tap_means_what_is_small_sure_and_near() -> None:
    large, small, other = part(0.1, 0.1, 0.5, 0.9), part(0.2, 0.2, 0.1, 0.5), part(0.7, 0.7, 0.2)
    assert tapped([large, small, other], 0.25, 0.25) is small
    assert tapped([large, small, other], 0.5, 0.5) is large
    assert tapped([large, small, other], 0.65, 0.65) is None
    assert tapped([part(0.2, 0.2, 0.1, 0.1), large], 0.25, 0.25) is large
    doubtful = part(0.2, 0.2, 0.4, 0.3)
    assert tapped([doubtful, large], 0.4, 0.4) is large
    left, right = part(0.1, 0.1, 0.4, 0.9), part(0.3, 0.1, 0.4, 0.9)
    assert tapped([left, right], 0.35, 0.3) is left and tapped([left, right], 0.45, 0.3) is right


@pytest.mark.parametrize(
    ("size", "box"),
    [((100, 100), (0.3, 0.3, 0.4, 0.4)), ((200, 100), (0.4, 0.3, 0.2, 0.4)), ((1, 10000), (0, 0.45, 1, 0.1))],
)
def test_the_part_around_a_tap_is_square_in_pixels(size: tuple[int, int], box: tuple[float, ...]) -> None:
    found = around(0.5, 0.5, *size)
    assert (found.x, found.y, found.width, found.height) == pytest.approx(box)


@pytest.mark.parametrize("corner", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_it_stays_inside(corner: tuple[float, float]) -> None:
    found = around(*corner, 640, 480)
    assert found.area == pytest.approx(0.4 * 0.4 * 480 / 640)


@pytest.mark.parametrize("tap", [(-0.1, 0.5), (0.5, 1.1), (float("nan"), 0.5)])
def test_a_tap_outside_is_refused(tap: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="a tap is x and y"):
        checked_tap(tap)
    assert checked_tap((0.0, 1.0)) == (0.0, 1.0)


def test_boxes_without_an_area_are_passed_over() -> None:
    boxes = np.array([[0.1, 0.1, 0.2, 0.3], [0.5, 0.5, 0.0, 0.1], [0.2, 0.4, 0.1, 0.1]], np.float32)
    found = Detections(boxes, np.array([0.9, 0.8, 0.7], np.float32), np.array([1, 0, 0]))
    assert [(one.category, round(one.score or 0, 2)) for one in parts_of(found, ("lamp", "sofa"))] == [
        ("sofa", 0.9), ("lamp", 0.7),
    ]  # fmt: skip
    assert parts_of(Detections.none(), ()) == []
