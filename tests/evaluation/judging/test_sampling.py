"""How many queries, and which."""

from __future__ import annotations

from collections import Counter

import pytest

from saccade.errors import InputError
from saccade.evaluation.judging.plan import Asked
from saccade.evaluation.judging.sampling import queries_needed, stratified
from saccade.metrics.intervals import wilson

QUERIES = [Asked(f"q{n}", "shoe" if n % 4 else "bag") for n in range(200)]


@pytest.mark.parametrize(("half", "share"), [(0.05, 0.5), (0.1, 0.5), (0.05, 0.2), (0.02, 0.24)])
def test_the_width_is_met_and_by_no_more_than_needed(half: float, share: float) -> None:
    count = queries_needed(half, share)
    found = wilson(round(share * count), count)
    assert (found.high - found.low) / 2 <= half
    assert 0.9 < count * half**2 / (1.96**2 * share * (1 - share)) < 1.1


def test_few_queries_need_fewer() -> None:
    assert queries_needed(0.05, population=100) < 100
    assert queries_needed(0.05, population=10_000_000) == queries_needed(0.05)
    assert queries_needed(0.001, population=7) == 7


@pytest.mark.parametrize(("half", "share"), [(0, 0.5), (0.5, 0.5), (0.1, 1.5), (-1, 0.5)])
def test_a_width_that_is_none_is_refused(half: float, share: float) -> None:
    with pytest.raises(InputError, match="half-width"):
        queries_needed(half, share)


def test_groups_get_their_share() -> None:
    drawn = stratified(QUERIES, 40, seed=1)
    assert Counter(one.group for one in drawn) == {"shoe": 30, "bag": 10}
    assert len(set(drawn)) == 40
    assert Counter(one.group for one in stratified(QUERIES, 7)) == {"shoe": 5, "bag": 2}


def test_the_seed_decides_and_not_the_order() -> None:
    drawn = stratified(QUERIES, 40, seed=1)
    assert stratified(QUERIES[::-1], 40, seed=1) == drawn
    assert stratified(QUERIES, 40, seed=2) != drawn
    assert len(set(stratified(QUERIES, 60, seed=1)) & set(drawn)) == 40
    assert set(stratified(QUERIES, 999)) == set(QUERIES)
    with pytest.raises(InputError, match="at least one"):
        stratified(QUERIES, 0)
