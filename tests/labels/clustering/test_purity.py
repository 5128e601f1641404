"""Purity tells labels whose phrases keep the same company from those whose phrases do not."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.clustering.context import Company
from saccade.labels.clustering.purity import purity


def company(rows: list[list[float]], subjects: list[int]) -> Company:
    met = np.array(subjects, np.int64)
    return Company(np.array(rows, np.float64) * met[:, None], met)


def test_the_same_company_is_pure_and_another_is_not() -> None:
    same, other = [1.0, 0.0, 0.2], [0.0, 1.0, 0.2]
    met = company([same, same, same, other, other], [5, 5, 5, 5, 5])
    found = purity(np.array([0, 0, 1, 1, 2], np.int32), met, 3)
    assert found[0] == pytest.approx(1) and found[1] < 0 and np.isnan(found[2])


def test_what_is_met_more_often_counts_more() -> None:
    rows = [[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, -1.0]]
    rare = purity(np.array([0, 0, 0, 1], np.int32), company(rows, [50, 50, 1, 100]), 2)
    often = purity(np.array([0, 0, 0, 1], np.int32), company(rows, [50, 50, 50, 100]), 2)
    assert rare[0] > often[0]


def test_phrases_that_are_never_met_say_nothing() -> None:
    met = company([[1.0, 0.0], [1.0, 0.0], [9.0, 9.0]], [3, 3, 0])
    assert np.isnan(purity(np.array([0, -1, 0], np.int32), met, 1)[0])
