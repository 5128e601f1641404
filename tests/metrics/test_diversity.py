"""Measures of variety and parity, against sums written out and the limits that they must have."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.metrics.diversity import (
    equal_target,
    group_divergence,
    intra_list_distance,
    ndkl,
    own_target,
    share_gap,
)

GROUPS = st.lists(st.sampled_from(["a", "b", "c", None]), max_size=30)


def unit(seed: int, n: int) -> np.ndarray:
    x = np.random.default_rng(seed).standard_normal((n, 5))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 12))
def test_distance_is_the_mean_over_pairs(seed: int, n: int) -> None:
    x = unit(seed, n)
    assert intra_list_distance(x) == pytest.approx(np.mean([1 - i @ j for i, j in combinations(x, 2)]))


def test_distance_of_copies_of_one_and_of_nothing() -> None:
    assert intra_list_distance(np.repeat(unit(0, 1), 4, axis=0)) == pytest.approx(0)
    assert intra_list_distance(np.array([[1.0, 0], [-1, 0]])) == pytest.approx(2)
    assert intra_list_distance(unit(0, 1)) == intra_list_distance(np.zeros((0, 3))) == 0
    with pytest.raises(InputError, match=r"vectors are \[N, D\], found \[3\]"):
        intra_list_distance([1, 2, 3])


def test_targets() -> None:
    groups = ["a", "b", None, "a", "a"]
    assert equal_target(groups) == {"a": 0.5, "b": 0.5}
    assert own_target(groups) == {"a": 0.75, "b": 0.25}
    assert equal_target([None]) == own_target([]) == {}


def test_share_gap() -> None:
    assert share_gap(["a", "b", "b", None, "b"]) == pytest.approx(0.5)
    assert share_gap(["a", "a"]) == share_gap([]) == share_gap([None]) == 0
    assert share_gap(["a", "a"], {"a": 1, "b": 1}) == pytest.approx(1)
    assert share_gap(["a", "b", "b", "b"], {"a": 0.25, "b": 0.75}) == pytest.approx(0)


def test_divergence_runs_from_the_target_to_the_least_wanted_group_alone() -> None:
    target = {"a": 0.8, "b": 0.2}
    assert group_divergence(["a"] * 4 + ["b", None], target) == pytest.approx(0)
    assert group_divergence(["b"] * 3, target) == pytest.approx(1)
    assert group_divergence(["a"] * 3, target) == pytest.approx(math.log(1 / 0.8) / math.log(1 / 0.2))
    assert group_divergence(["a"], {"a": 1}) == group_divergence([], target) == 0


def test_ndkl_by_hand() -> None:
    """Prefixes of a, b: [1, 0] and [1/2, 1/2]; only the first is off, by log 2."""
    weights = 1, 1 / math.log2(3)
    assert ndkl(["a", None, "b"], {"a": 1, "b": 1}) == pytest.approx(math.log(2) * weights[0] / sum(weights))


@given(groups=GROUPS)
def test_measures_do_not_see_the_unknown(groups: list[str | None]) -> None:
    known, target = [group for group in groups if group is not None], {"a": 0.5, "b": 0.3, "c": 0.2}
    for measure in (ndkl, group_divergence, share_gap):
        assert measure(groups, target) == pytest.approx(measure(known, target))
        assert measure(groups, target) >= 0
    assert group_divergence(groups, target) <= 1 + 1e-9


def test_ndkl_prefers_the_mixed_ranking() -> None:
    target = {"a": 1.0, "b": 1.0}
    assert ndkl(["a", "b"] * 5, target) < ndkl(["a"] * 5 + ["b"] * 5, target) < ndkl(["a"] * 10, target)


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(InputError, match="from 0 upwards"):
        ndkl(["a"], {"a": -1})
    with pytest.raises(InputError, match="from 0 upwards"):
        ndkl(["a"], {"a": math.nan})
