"""Ranking, calibration and clusters against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from weak_measures import bcubed, best_source, calibration_error, source_precisions, vote

from saccade.metrics.calibration import roc_auc


def test_auc_counts_ties_half() -> None:
    good = np.array([True, False, True, False])
    assert roc_auc(good, np.array([0.9, 0.1, 0.8, 0.2])) == 1.0
    assert roc_auc(good, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert roc_auc(good, np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx(3.5 / 4)
    assert np.isnan(roc_auc(np.array([True, True]), np.array([0.1, 0.2])))


def test_calibration_error_is_the_gap() -> None:
    score = np.array([0.8] * 10 + [0.1] * 10)
    good = np.array([True] * 8 + [False] * 2 + [True] + [False] * 9)
    assert calibration_error(score, good) == pytest.approx(0.0)
    assert calibration_error(score, ~good) == pytest.approx((0.6 + 0.8) / 2)


def test_rivals_see_only_who_speaks() -> None:
    said = np.array([[2, 0], [1, 1], [0, 1], [0, 1]], np.float64)
    good = np.array([True, True, False, False])
    assert best_source(said, good) == 1.0
    assert vote(said, good) == pytest.approx(0.75)


def test_precisions_of_sources_that_say_enough() -> None:
    said = np.zeros((200, 2))
    said[:150, 0], said[:20, 1] = 1, 1
    score, good = np.full(200, 0.7), np.arange(200) < 120
    assert source_precisions(score, said, good, ("query", "alt")) == {"query": (pytest.approx(0.7), 0.8)}


def test_bcubed_by_hand() -> None:
    a, b = frozenset({"a"}), frozenset({"b"})
    assert bcubed([0, 0, 1], [a, a, b]) == (1.0, 1.0, 1.0)
    precision, recall, f1 = bcubed([0, 0, 0, 1], [a, a, b, b])
    assert precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert recall == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert f1 == pytest.approx(2 * precision * recall / (precision + recall))
    assert bcubed([0, 0], [a, frozenset({"a", "b"})])[0] == 1.0
