from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from saccade.errors import InputError
from saccade.metrics.intervals import bootstrap, mean_interval, wilson


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_close_to_scipy(method):
    """Two independent draws of 20,000: bounds agree to a few hundredths of the standard error."""
    values = np.random.default_rng(3).exponential(size=80)
    ours = bootstrap(values, resamples=20_000, method=method)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method=method, rng=np.random.default_rng(4)
    ).confidence_interval
    error = values.std() / np.sqrt(len(values))
    assert [ours.low, ours.high] == pytest.approx([theirs.low, theirs.high], abs=0.08 * error)
    assert ours.mean == values.mean()


def test_bca_moves_with_the_skew():
    values = np.random.default_rng(0).exponential(size=60) ** 2
    plain, corrected = bootstrap(values), bootstrap(values, method="bca")
    assert corrected.high > plain.high
    assert corrected.low > plain.low


def test_seeded_and_independent_of_block_size(monkeypatch):
    values = np.random.default_rng(0).random(500)
    first = bootstrap(values, seed=1)
    assert bootstrap(values, seed=1) == first != bootstrap(values, seed=2)
    monkeypatch.setattr("saccade.metrics.intervals.DRAWS_AT_ONCE", 5_000)
    assert bootstrap(values, seed=1) == first


def test_coverage_is_as_promised():
    """Of 400 samples of a known mean about 95% of the intervals hold it (binomial: 380 ± 4.4)."""
    rng = np.random.default_rng(9)
    held = sum(
        found.low <= 0.5 <= found.high
        for found in (bootstrap(rng.random(60), resamples=600, seed=at) for at in range(400))
    )
    assert 360 <= held <= 395


def test_groups_widen_the_interval_of_values_that_hang_together():
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(30), 20)
    values = rng.random(30)[groups]  # twenty copies of thirty independent values
    alone, together = bootstrap(values), bootstrap(values, groups)
    few = bootstrap(values[::20])
    assert together.high - together.low == pytest.approx(few.high - few.low, rel=0.1)
    assert together.high - together.low > 3 * (alone.high - alone.low)


def test_uneven_groups_keep_the_mean_over_queries():
    found = bootstrap([1.0, 0.0, 0.0, 0.0], groups=["a", "b", "b", "b"])
    assert found.mean == 0.25
    assert (found.low, found.high) == (0.0, 1.0)


def test_groups_of_one_are_no_groups():
    values = np.random.default_rng(1).random(50)
    assert bootstrap(values, [f"g{at:02d}" for at in range(50)]) == bootstrap(values)


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (3, 10), (10, 10), (517, 1000), (1, 1)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_wilson_is_scipys(hits, total, level):
    expected = stats.binomtest(hits, total).proportion_ci(level, method="wilson")
    found = wilson(hits, total, level)
    assert (found.mean, found.method) == (hits / total, "wilson")
    assert [found.low, found.high] == pytest.approx([expected.low, expected.high], abs=1e-12)


def test_the_interval_that_suits():
    assert mean_interval([1.0, 1.0, 1.0]) == wilson(3, 3)
    assert mean_interval([1.0, 1.0, 0.0], groups=[1, 1, 2]).method == "percentile"
    assert mean_interval([0.5, 1.0, 0.0]).method == "percentile"


def test_constant_values():
    for method in ("percentile", "bca"):
        found = bootstrap([0.25] * 8, method=method)
        assert (found.low, found.mean, found.high) == (0.25, 0.25, 0.25)
    assert bootstrap([0.5], method="bca").low == 0.5


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: bootstrap([]), "one or more finite numbers"),
        (lambda: bootstrap([1.0, np.nan]), "finite"),
        (lambda: bootstrap([1.0], level=95), "between 0 and 1"),
        (lambda: bootstrap([1.0, 2.0], groups=["a"]), "one group for each of 2 values"),
        (lambda: wilson(3, 2), "found 3 of 2"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()
