"""Scaling curves find what was planted."""

from __future__ import annotations

import numpy as np
import pytest
from learn_curves import fit

SIZES = np.array([60, 200, 600, 2000, 6000])


@pytest.mark.parametrize(("a", "b", "c"), [(0.5, 0.3, 0.2), (0.9, 0.1, 0.0), (0.3, 1.2, 0.6)])
def test_planted_curves(a: float, b: float, c: float) -> None:
    found = fit(SIZES, a * (SIZES / 60) ** -b + c)
    assert (found.a, found.b, found.c) == pytest.approx((a, b, c), abs=1e-3)
    assert found.rmse < 1e-6 and not found.exact
    assert found(60 * 16.0) == pytest.approx(a * 16**-b + c, abs=1e-4)


def test_noise_is_averaged_over_seeds() -> None:
    rng = np.random.default_rng(0)
    sizes = np.repeat(SIZES, 5)
    found = fit(sizes, 0.6 * (sizes / 60) ** -0.4 + 0.2 + rng.normal(0, 0.01, len(sizes)))
    assert abs(found.b - 0.4) < 0.1 and abs(found.c - 0.2) < 0.05
    assert 0.005 < found.rmse < 0.02


def test_errors_that_do_not_fall() -> None:
    found = fit([60, 600, 6000], [0.8, 0.8, 0.8])
    assert found([60, 6000]) == pytest.approx([0.8, 0.8], abs=1e-3)
    assert found.exact


@pytest.mark.parametrize(
    ("sizes", "errors"), [([60, 60], [0.5, 0.6]), ([0, 60], [0.5, 0.6]), ([60, 600], [0.5])]
)
def test_points_that_make_no_curve(sizes: list[int], errors: list[float]) -> None:
    with pytest.raises(ValueError, match="two sizes"):
        fit(sizes, errors)
