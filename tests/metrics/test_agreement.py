"""Krippendorff's alpha against hand-computed cases, its own definition and a peer; flat raters."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from saccade.errors import InputError
from saccade.metrics.agreement import Level, alpha, flat, percent_agreement

NO = np.nan


def by_definition(table: np.ndarray, level: Level) -> float:
    """1 - (mean distance within units) / (mean distance of all pairs), from every pair of ratings."""
    units = [column[~np.isnan(column)] for column in table.T]
    units = [unit for unit in units if len(unit) > 1]
    ratings = np.concatenate(units)

    def distance(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        low, high = min(a, b), max(a, b)
        between = ((ratings >= low) & (ratings <= high)).sum()
        return float(between - ((ratings == low).sum() + (ratings == high).sum()) / 2) ** 2 * (a != b)

    within = sum(
        sum(distance(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    ) / len(ratings)
    every = sum(distance(a, b) for a, b in permutations(ratings, 2)) / (len(ratings) * (len(ratings) - 1))
    return 1 - within / every


def test_two_raters_by_hand() -> None:
    """Five units 00 01 11 11 00: of the 10 ratings five are 0; 2 of 10 pairs differ, 50 of 90 by chance."""
    found = alpha([[0, 0, 1, 1, 0], [0, 1, 1, 1, 0]], "nominal")
    assert found.value == pytest.approx(1 - (2 / 10) / (50 / 90))
    assert (found.units, found.ratings) == (5, 10)


def test_three_values_by_hand() -> None:
    """Units (1,1), (2,3), (3,3): values 1 1 2 3 3 3."""
    table = [[1, 2, 3], [1, 3, 3]]
    # nominal: 2/6 differ; by chance 2 (2·1 + 2·3 + 1·3) / 30 = 22/30
    assert alpha(table, "nominal").value == pytest.approx(1 - (2 / 6) / (22 / 30))
    # interval: observed 2·1/6; by chance 2 (2·1·1 + 2·3·4 + 1·3·1) / 30 = 58/30
    assert alpha(table, "interval").value == pytest.approx(1 - (2 / 6) / (58 / 30))
    # ordinal: d(1,2) = 1.5, d(2,3) = 2, d(1,3) = 3.5, squared: observed 2·4/6;
    # by chance 2 (2·1·2.25 + 2·3·12.25 + 1·3·4) / 30 = 180/30
    assert alpha(table, "ordinal").value == pytest.approx(1 - (8 / 6) / (180 / 30))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_missing_ratings_by_definition(level: Level) -> None:
    rng = np.random.default_rng(3)
    table = np.clip(rng.integers(0, 5, 30) + rng.integers(-1, 2, (4, 30)), 0, 4).astype(float)
    table[rng.random(table.shape) < 0.35] = NO
    assert alpha(table, level).value == pytest.approx(by_definition(table, level))


def test_two_raters_agree_with_kappa_where_they_grade_alike() -> None:
    """With equal marginals and many units, nominal alpha is Cohen's kappa."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 3, 3000)
    second = np.where(rng.random(3000) < 0.7, first, rng.integers(0, 3, 3000))
    kappa = cohen_kappa_score(first, second)
    assert alpha(np.stack([first, second]), "nominal", resamples=0).value == pytest.approx(kappa, abs=2e-3)


def test_full_agreement_and_chance() -> None:
    rng = np.random.default_rng(1)
    said = rng.integers(0, 5, 400)
    assert alpha(np.stack([said] * 3)).value == pytest.approx(1)
    guesses = alpha(rng.integers(0, 5, (3, 400)))
    assert guesses.low is not None
    assert guesses.high is not None
    assert guesses.low < 0 < guesses.high


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """The truth is alpha of very many units of the same raters."""
    rng = np.random.default_rng(5)

    def drawn(units: int) -> np.ndarray:
        return np.clip(np.rint(rng.uniform(0, 4, units) + rng.normal(0, 0.8, (3, units))), 0, 4)

    truth = alpha(drawn(40_000), resamples=0).value
    assert truth is not None
    inside = 0
    for seed in range(100):
        found = alpha(drawn(80), resamples=400, seed=seed)
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= truth <= found.high
    assert 87 <= inside <= 100


def test_nothing_to_agree_about_is_none() -> None:
    assert alpha([[2, 2, 2], [2, 2, 2]]).value is None
    alone = alpha([[1, NO], [NO, 2]])
    assert (alone.value, alone.low, alone.units, alone.ratings) == (None, None, 0, 0)
    assert alpha(np.zeros((0, 0))).value is None
    assert percent_agreement([[1, NO], [NO, 2]]) is None


def test_a_rater_who_always_says_the_same_is_named_and_costs_agreement() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 5, 60)
    honest = np.clip(truth + rng.integers(-1, 2, (2, 60)), 0, 4)
    table = np.concatenate([honest, np.full((1, 60), 3)])
    assert flat(table, ("a", "b", "c")) == ("c",)
    assert flat(np.where(np.arange(60) < 7, table, NO), ("a", "b", "c")) == ()
    with_, without = alpha(table).value, alpha(table[:2]).value
    assert with_ is not None
    assert without is not None
    assert with_ < without - 0.2


def test_shares_by_hand() -> None:
    """Units 112, 33, 4: one of three pairs, one of one, none."""
    table = [[1, 3, 4], [1, 3, NO], [2, NO, NO]]
    assert percent_agreement(table) == pytest.approx((1 / 3 + 1) / 2)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="raters, units"):
        alpha([1, 2, 3])
    with pytest.raises(InputError, match="finite"):
        alpha([[1, np.inf]])
    with pytest.raises(InputError, match="200"):
        alpha(np.arange(500.0).reshape(1, -1))
    with pytest.raises(InputError, match="one name"):
        flat([[1, 2]], ("a", "b"))
