"""Group-aware re-ranking: its bounds, its limits, and that nobody is lost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saccade.discovery.diversity import spread
from saccade.errors import InputError

NAMES = st.sampled_from(["a", "b", "c", None])
CANDIDATES = st.lists(st.tuples(NAMES, st.floats(-1e6, 1e6)), max_size=40)
WEIGHTS = st.floats(0, 1)


def by_score(scores: list[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda row: -scores[row])


def crowd(n: int = 200, share: float = 0.2) -> tuple[list[str | None], np.ndarray]:
    """A small group that scores lower."""
    rng = np.random.default_rng(0)
    groups = ["few" if rng.random() < share else "many" for _ in range(n)]
    scores = rng.normal(0, 1, n) - np.array([group == "few" for group in groups])
    return list(groups), scores


@given(candidates=CANDIDATES, k=st.integers(0, 50))
def test_weight_zero_is_the_order_by_score(candidates: list[tuple[str | None, float]], k: int) -> None:
    groups, scores = [name for name, _ in candidates], [score for _, score in candidates]
    found = spread(groups, scores, 0, k)
    assert found.order.tolist() == by_score(scores)[:k]
    assert found.effect.cost == 0
    assert found.effect.parity_gain == 0


@given(candidates=CANDIDATES, weight=WEIGHTS, own=st.booleans())
def test_nobody_is_lost_and_groups_keep_their_own_order(
    candidates: list[tuple[str | None, float]], weight: float, own: bool
) -> None:
    groups, scores = [name for name, _ in candidates], [score for _, score in candidates]
    order = spread(groups, scores, weight, target="candidates" if own else "equal").order.tolist()
    assert sorted(order) == list(range(len(scores)))
    first = by_score(scores)
    for name in ("a", "b", "c"):
        assert [row for row in order if groups[row] == name] == [row for row in first if groups[row] == name]
    for place, row in enumerate(first):
        if groups[row] is None:
            assert order[place] == row


@given(weight=WEIGHTS, share=st.floats(0.05, 0.95), seed=st.integers(0, 99))
def test_every_prefix_keeps_its_bounds(weight: float, share: float, seed: int) -> None:
    """Two groups with enough candidates: the paper's guarantee, with the bounds of the weight."""
    rng = np.random.default_rng(seed)
    groups = ["a" if rng.random() < 0.5 else "b" for _ in range(60)]
    k = min(groups.count("a"), groups.count("b"))
    found = spread(groups, rng.uniform(size=60), weight, k, {"a": share, "b": 1 - share})
    shown = [groups[row] for row in found.order]
    for i in range(1, k + 1):
        for name, wanted in found.target.items():
            count = shown[:i].count(name)
            assert math.floor(weight * wanted * i + 1e-9) <= count
            assert count <= math.ceil((1 - weight * (1 - wanted)) * i - 1e-9)


def test_parity_improves_with_the_weight_at_a_stated_cost() -> None:
    groups, scores = crowd()
    found = [spread(groups, scores, weight, 20).effect for weight in (0, 0.5, 1)]
    gains = [one.parity_gain or 0 for one in found]
    assert gains[0] == 0 < gains[1] < gains[2]
    assert found[0].cost == 0 < found[1].cost < found[2].cost
    assert found[0].ndcg == 1 > found[1].ndcg > found[2].ndcg
    assert found[2].gap_after == pytest.approx(0)
    assert found[2].shares_after == {"few": 0.5, "many": 0.5}
    assert (found[2].shares_before or {})["few"] < 0.2


def test_targets() -> None:
    groups, scores = crowd()
    own = spread(groups, scores, 1, 50, "candidates")
    assert own.target["few"] == groups.count("few") / len(groups)
    shown = [groups[row] for row in own.order]
    assert abs(shown.count("few") / 50 - own.target["few"]) <= 1 / 50
    named = spread(groups, scores, 1, 20, {"few": 3, "many": 1, "nobody": 4})
    assert named.target == {"few": 0.75, "many": 0.25}
    assert [groups[row] for row in named.order].count("few") == 15
    one = spread(groups, scores, 1, 20, {"few": 1})  # the others are neutral
    assert one.order.tolist() == by_score(scores.tolist())[:20]


def test_a_group_that_runs_out_is_followed_by_the_others() -> None:
    order = spread(["a", "a", "a", "a", "b"], [5, 4, 3, 2, 1], 1).order
    assert order.tolist() == [0, 4, 1, 2, 3]


def test_no_known_group_changes_nothing() -> None:
    found = spread([None] * 3, [1, 3, 2], 1)
    assert found.order.tolist() == [1, 2, 0]
    assert (found.target, found.effect.gap_after, found.effect.ndkl_after) == ({}, 0, 0)


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"for each of 2 candidates, found 1"):
        spread(["a"], [1, 2], 0.5)
    with pytest.raises(InputError, match=r"number in 0\.\.1, found nan"):
        spread(["a"], [1], math.nan)
    with pytest.raises(InputError, match="from 0 upwards"):
        spread(["a", "b"], [1, 2], 0.5, target={"a": -1, "b": 2})
    with pytest.raises(InputError, match="equal, candidates or shares by group, found 'fair'"):
        spread(["a"], [1], 0.5, target="fair")  # type: ignore[arg-type]
