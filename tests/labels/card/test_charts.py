"""Charts: marks lie where their numbers say, inside the frame, whatever the numbers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from saccade.labels.card.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    head_and_tail,
    histogram,
    reliability_chart,
    short,
)  # fmt: skip
from saccade.labels.card.curves import curve
from saccade.labels.card.given import JudgedPairs
from saccade.labels.card.reliability import reliability


def lines(svg: str, kind: str) -> list[list[tuple[float, float]]]:
    found = re.findall(rf'<polyline class="{kind}[^"]*" points="([^"]*)"', svg)
    return [[tuple(map(float, pair.split(","))) for pair in one.split()] for one in found]  # pyright: ignore


def test_a_power_law_is_a_straight_line() -> None:
    svg = head_and_tail([curve("a", "b", [10**6 / rank for rank in range(1, 1001)])])
    ((*points,),) = lines(svg, "series s0")
    (x0, y0), (x1, y1) = points[0], points[-1]
    assert (x0, y0) == (LEFT, TOP)
    assert (x1, y1) == (WIDTH - RIGHT, HEIGHT - BOTTOM)
    for x, y in points:
        assert (x - x0) / (x1 - x0) == pytest.approx((y - y0) / (y1 - y0), abs=0.01)


@pytest.mark.parametrize("counts", [[1], [0.001, 0.5], [1e9, 1], [7, 7, 7]])
def test_every_curve_stays_in_its_frame(counts: list[float]) -> None:
    svg = head_and_tail([curve("<a>", "b & c", counts)])
    ET.fromstring(svg)
    for x, y in lines(svg, "series")[0]:
        assert LEFT <= x <= WIDTH - RIGHT
        assert TOP <= y <= HEIGHT - BOTTOM


@pytest.mark.parametrize("top", [3, 4, 19, 999, 123_456_789])
def test_bars_are_as_high_as_their_counts(top: int) -> None:
    svg = histogram([0, top, top // 2], 0.5)
    ET.fromstring(svg)
    heights = [float(one) for one in re.findall(r'<rect[^>]* height="([\d.]+)"', svg)]
    assert heights[0] == 0
    assert heights[2] == pytest.approx(heights[1] * (top // 2) / top, abs=0.2)
    assert (HEIGHT - TOP - BOTTOM) / 3 < heights[1] <= HEIGHT - TOP - BOTTOM


def test_no_data_is_no_chart() -> None:
    assert head_and_tail([curve("a", "b", [])]) == ""
    assert histogram([0, 0], 0.5) == ""


def test_reliability_is_drawn_with_its_diagonal() -> None:
    found = reliability(JudgedPairs((0.05, 0.95), (False, True)))
    assert found is not None
    svg = reliability_chart(found)
    ET.fromstring(svg)
    assert lines(svg, "ideal") == [[(LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP)]]
    assert svg.count("<circle") == 2


def test_ticks_are_short() -> None:
    assert [short(value) for value in (0.01, 7, 1500, 2e6, 1e9)] == ["0.01", "7", "1.5k", "2M", "1G"]
