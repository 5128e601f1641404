"""Cost and gain, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from saccade.discovery.diversity import effect_of


def test_by_hand() -> None:
    """Of scores 4, 2, 0 the worst is shown first: gains 1, 1/2, 0 become 0, 1."""
    effect = effect_of([2, 0], [4, 2, 0], groups=["a", "a", "b"])
    assert (effect.score_before, effect.score_after, effect.cost) == (3, 2, 1)
    discount = 1 / math.log2(3)
    assert effect.ndcg == pytest.approx(discount / (1 + 0.5 * discount))
    assert (effect.gap_before, effect.gap_after) == (1, 0)
    assert effect.shares_before == {"a": 1, "b": 0}
    assert effect.shares_after == {"a": 0.5, "b": 0.5}
    assert effect.parity_gain is not None
    assert effect.parity_gain > 0
    assert effect.distance_gain is None


def test_what_was_not_given_is_not_told() -> None:
    effect = effect_of([0, 1], [2, 1], vectors=np.eye(2))
    assert effect.parity_gain is None
    assert effect.shares_after is None
    assert (effect.distance_before, effect.distance_gain) == (1, 0)


def test_equal_scores_and_nothing_cost_nothing() -> None:
    assert effect_of([1, 0], [7, 7]).ndcg == 1
    nothing = effect_of([], [], groups=[])
    assert (nothing.cost, nothing.ndcg, nothing.parity_gain) == (0, 1, 0)
