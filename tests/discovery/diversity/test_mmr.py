"""Maximal marginal relevance: against its definition, and at its limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.discovery.diversity import effect_of, mmr
from saccade.errors import InputError

SCORES = st.lists(st.floats(-1e6, 1e6), max_size=40)


def unit(n: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def by_definition(x: np.ndarray, scores: np.ndarray, weight: float, k: int) -> list[int]:
    """One candidate after the other, every likeness computed anew."""
    low, high = scores.min(), scores.max()
    worth = (scores - low) / (high - low)
    chosen = [int(scores.argmax())]
    while len(chosen) < k:
        left = [row for row in range(len(x)) if row not in chosen]
        values = [(1 - weight) * worth[row] - weight * max(0, (x[chosen] @ x[row]).max()) for row in left]
        chosen.append(left[int(np.argmax(values))])
    return chosen


@given(scores=SCORES, k=st.integers(0, 50))
def test_weight_zero_is_the_order_by_score(scores: list[float], k: int) -> None:
    order = mmr(unit(len(scores)), scores, 0, k)
    assert order.tolist() == sorted(range(len(scores)), key=lambda row: -scores[row])[:k]


@given(scores=SCORES, weight=st.floats(0, 1))
def test_every_candidate_comes_once(scores: list[float], weight: float) -> None:
    assert sorted(mmr(unit(len(scores)), scores, weight)) == list(range(len(scores)))


@pytest.mark.parametrize("weight", [0.1, 0.5, 0.9])
@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_equals_the_definition(weight: float, seed: int) -> None:
    x, scores = unit(30, seed=seed), np.random.default_rng(seed + 1).uniform(0.2, 0.9, 30)
    assert mmr(x, scores, weight, 10).tolist() == by_definition(x, scores, weight, 10)


def test_copies_of_the_best_wait() -> None:
    """Three copies score best; with half the weight on variety the others come before the second copy."""
    x = np.concatenate([np.repeat(unit(1), 3, axis=0), np.eye(16, dtype=np.float32)[:2]])
    scores = [0.9, 0.89, 0.88, 0.8, 0.7]
    assert mmr(x, scores, 0, 3).tolist() == [0, 1, 2]
    assert set(mmr(x, scores, 0.6, 3).tolist()) == {0, 3, 4}


def test_the_scale_of_the_scores_does_not_matter() -> None:
    x, scores = unit(40), np.random.default_rng(3).uniform(0, 1, 40)
    assert (mmr(x, scores, 0.4, 10) == mmr(x, 700 * scores + 3, 0.4, 10)).all()


def test_distance_rises_and_the_cost_is_told() -> None:
    rng = np.random.default_rng(1)
    x = np.repeat(unit(20), 5, axis=0) + 0.02 * rng.standard_normal((100, 16)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    scores = x @ unit(1, seed=9)[0]
    gains = [effect_of(mmr(x, scores, weight, 10), scores, vectors=x) for weight in (0, 0.3, 0.9)]
    assert gains[0].cost == 0
    assert gains[0].distance_gain == 0
    assert gains[0].ndcg == 1
    assert [one.distance_gain for one in gains] == sorted(one.distance_gain or 0 for one in gains)
    assert gains[2].cost > gains[1].cost > 0
    assert gains[2].ndcg < gains[1].ndcg < 1


def test_bad_input() -> None:
    x = unit(3)
    with pytest.raises(InputError, match=r"number in 0\.\.1, found 1\.5"):
        mmr(x, [1, 2, 3], 1.5)
    with pytest.raises(InputError, match="one vector for each of 2 candidates"):
        mmr(x, [1, 2], 0.5)
    with pytest.raises(InputError, match="finite numbers"):
        mmr(x, [1, 2, np.nan], 0.5)
    with pytest.raises(InputError, match="k is a whole number"):
        mmr(x, [1, 2, 3], 0.5, -1)
    assert len(mmr(np.zeros((0, 4)), [], 0.5, 10)) == 0
