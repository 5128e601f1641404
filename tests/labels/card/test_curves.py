"""Head and tail: the numbers against their definitions, the sampling at its ends."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.card.curves import POINTS, curve, gini, ranks


def test_gini_is_the_mean_difference_over_twice_the_mean() -> None:
    values = np.sort(np.random.default_rng(0).pareto(1.2, 200) + 0.1)[::-1]
    difference = np.abs(values[:, None] - values[None, :]).mean()
    assert gini(values) == pytest.approx(difference / (2 * values.mean()))


@pytest.mark.parametrize("count", [1, 2, 7, 48, 49, 500_000])
def test_ranks_hold_both_ends_and_stay_few(count: int) -> None:
    found = ranks(count)
    assert (found[0], found[-1]) == (1, count)
    assert found == sorted(set(found))
    assert len(found) <= min(POINTS, count)


def test_even_classes_have_the_entropy_of_their_number() -> None:
    found = curve("a", "b", [5.0] * 8)
    assert (found.gini, found.entropy, found.ratio) == (pytest.approx(0), pytest.approx(3), 1)


def test_points_are_counts_at_ranks_and_zeros_are_left_out() -> None:
    found = curve("a", "b", [0, 3, 9, 0, 1])
    assert found.points == ((1, 9.0), (2, 3.0), (3, 1.0))
    assert (found.classes, found.total, found.largest, found.smallest) == (3, 13, 9, 1)


def test_one_class_and_no_class() -> None:
    assert (curve("a", "b", [4]).entropy, curve("a", "b", [4]).gini) == (0, 0)
    assert curve("a", "b", []).points == ()
