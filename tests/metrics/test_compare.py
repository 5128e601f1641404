from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from saccade.errors import InputError
from saccade.metrics.compare import paired, randomisation


def test_exact_randomisation_by_hand():
    """Differences 1, 1, 1: of 8 sign patterns two reach a sum of 3 or -3."""
    assert randomisation([1, 1, 1]) == 0.25
    assert randomisation([0, 0, 1, 0, 1, 1]) == 0.25
    assert randomisation([2, -1]) == 1.0  # |2 - 1| is reached by all four


def test_exact_randomisation_is_scipys():
    gain = np.random.default_rng(0).normal(0.3, 1, 9)
    expected = stats.permutation_test(
        (gain,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert randomisation(gain) == pytest.approx(expected.pvalue, abs=1e-12)


def test_sampled_randomisation_is_near_the_exact_one(monkeypatch):
    gain = np.random.default_rng(1).normal(0.4, 1, 14)
    exact = randomisation(gain)
    monkeypatch.setattr("saccade.metrics.compare.EXACT_BITS", 0)
    assert randomisation(gain, 20_000) == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))
    assert randomisation(gain, 500, seed=1) == randomisation(gain, 500, seed=1)


def test_sampled_randomisation_does_not_depend_on_blocks(monkeypatch):
    gain = np.random.default_rng(1).normal(0.1, 1, 40)
    whole = randomisation(gain, 1000)
    monkeypatch.setattr("saccade.metrics.compare.SIGNS_AT_ONCE", 4_000)
    assert randomisation(gain, 1000) == whole


def test_t_and_wilcoxon_are_scipys():
    rng = np.random.default_rng(2)
    first, second = rng.random(60), rng.random(60) + 0.05
    found = paired(first, second)
    assert found.p_t == pytest.approx(stats.ttest_rel(second, first).pvalue)
    assert found.p_wilcoxon == pytest.approx(stats.wilcoxon(second, first).pvalue)
    assert found.difference.mean == pytest.approx((second - first).mean())
    assert (found.wins, found.losses, found.queries) == (
        int((second > first).sum()),
        int((second < first).sum()),
        60,
    )


def test_turning_the_runs_round_turns_the_sign_only():
    rng = np.random.default_rng(2)
    first, second = rng.random(30), rng.random(30)
    here, there = paired(first, second), paired(second, first)
    assert here.difference.mean == pytest.approx(-there.difference.mean)
    assert (here.p_t, here.p_wilcoxon, here.wins) == (
        pytest.approx(there.p_t), pytest.approx(there.p_wilcoxon), there.losses,
    )  # fmt: skip


def test_no_difference_and_nothing_but_difference():
    same = paired([0.5, 0.25, 1.0], [0.5, 0.25, 1.0])
    assert (same.p_randomisation, same.p_t, same.p_wilcoxon) == (1.0, 1.0, 1.0)
    shifted = paired(np.zeros(30), np.ones(30))
    assert shifted.p_randomisation == pytest.approx(1 / 10_001)
    assert shifted.p_t == 0.0
    assert paired([0.0], [1.0]).p_t == 1.0  # one query says nothing


def test_false_alarms_are_as_rare_as_promised():
    """Equal models: p below 0.05 in about 5% of 400 experiments (20 ± 4.4)."""
    rng = np.random.default_rng(5)
    alarms = sum(randomisation(rng.normal(0, 1, 25), 400, seed) <= 0.05 for seed in range(400))
    assert 7 <= alarms <= 35


def test_groups_make_a_repeated_query_count_once():
    first, second = np.zeros(60), np.tile([1.0, 1.0, -0.5], 20)
    alone = paired(first, second)
    together = paired(first, second, groups=np.tile([0, 1, 2], 20))
    assert alone.p_randomisation < 0.01 < together.p_randomisation


def test_bad_input():
    with pytest.raises(InputError, match="one value a query"):
        paired([1.0, 2.0], [1.0])
