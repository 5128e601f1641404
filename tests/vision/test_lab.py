"""CIE Lab and colour differences against published values and other code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from saccade.bazaar import palette
from saccade.vision.lab import delta_e76, delta_e2000, to_lab, to_rgb

LAB = st.tuples(st.floats(0, 100), st.floats(-100, 100), st.floats(-100, 100))

# Some of the pairs of Sharma, Wu and Dalal 2005, table 1: those where implementations differ.
PAIRS = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 2.8361, -74.0200), (50, 0, -82.7485), 3.4412),
    ((50, -1.1848, -84.8006), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, -0.001, 2.49), (50, 0.0009, -2.49), 4.8045),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (56, -27, -3), 31.9030),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "apart"), PAIRS)
def test_published_pairs(one: tuple[float, ...], other: tuple[float, ...], apart: float) -> None:
    assert delta_e2000(one, other) == pytest.approx(apart, abs=1e-4)
    assert delta_e2000(other, one) == pytest.approx(apart, abs=1e-4)


@given(one=LAB, other=LAB)
@example(one=(0.0, 65.0490238754193, 65.0490238754193), other=(0.0, -23.971028597022254, -23.971028597022254))
def test_differences_are_symmetric_and_zero_for_one_colour(
    one: tuple[float, ...], other: tuple[float, ...]
) -> None:
    (_, a, b), (_, c, d) = one, other
    # CIEDE2000 jumps where two hues are exactly opposite: rounding decides on which side
    assume(a * c + b * d >= 0 or abs(a * d - b * c) > 1e-3 * (abs(a * c) + abs(b * d)))
    for measure in (delta_e76, delta_e2000):
        assert measure(one, one) == 0
        assert measure(one, other) >= 0
        assert measure(one, other) == pytest.approx(measure(other, one), rel=1e-4, abs=1e-4)


def test_arrays_are_broadcast() -> None:
    colours = np.random.default_rng(0).uniform(0, 80, (4, 3))
    table = delta_e2000(colours[:, None], colours)
    assert table.shape == (4, 4)
    assert table[1, 3] == delta_e2000(colours[1], colours[3])
    assert delta_e76([50, 3, 4], [50, 0, 0]) == 5


@pytest.mark.parametrize("name", palette.HEX)
def test_lab_is_that_of_the_marketplace(name: str) -> None:
    """Its palette converts by the formula; OpenCV by tables."""
    shown = np.array(palette.rgb(name))
    pixel = np.rint(shown * 255).astype(np.uint8)
    assert np.abs(to_lab(pixel) - palette.lab(palette.rgb(name))).max() < 0.3
    assert np.abs(to_rgb(to_lab(pixel)).astype(int) - pixel).max() <= 1


def test_shapes_are_kept() -> None:
    for shape in ((3,), (5, 3), (2, 4, 3), (0, 3)):
        rgb = np.zeros(shape, np.uint8)
        assert to_lab(rgb).shape == to_rgb(to_lab(rgb)).shape == shape
