"""Calibration against scikit-learn, and what is refused."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.metrics.calibration import brier, expected_calibration_error, reliability, roc_auc

Floats = npt.NDArray[np.float64]


def sample(seed: int, rows: int = 400) -> tuple[npt.NDArray[np.bool_], Floats, Floats]:
    dice = np.random.default_rng(seed)
    score = np.round(dice.random(rows) ** 2, 2)
    return dice.random(rows) < score**0.7, score, dice.integers(1, 5, rows).astype(np.float64)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [False, True])
def test_as_scikit_learn(seed: int, weighted: bool) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    good, score, weight = sample(seed)
    rows = weight if weighted else None
    assert roc_auc(good, score, rows) == pytest.approx(
        metrics.roc_auc_score(good, score, sample_weight=rows), abs=1e-9
    )
    assert brier(good, score, rows) == pytest.approx(
        metrics.brier_score_loss(good, score, sample_weight=rows), abs=1e-9
    )


@pytest.mark.parametrize("bins", [3, 10, 15])
def test_reliability_as_scikit_learn(bins: int) -> None:
    calibration = pytest.importorskip("sklearn.calibration")
    dice = np.random.default_rng(5)
    score = dice.random(500)  # no score on an edge, where scikit-learn rounds the other way
    good = dice.random(500) < score
    share, mean = calibration.calibration_curve(good, score, n_bins=bins)
    table = reliability(good, score, bins)
    assert table["good"].to_numpy() == pytest.approx(share, abs=1e-9)
    assert table["score"].to_numpy() == pytest.approx(mean, abs=1e-9)
    rows = table["rows"].to_numpy()
    expected = (np.abs(share - mean) * rows).sum() / rows.sum()
    assert expected_calibration_error(good, score, bins) == pytest.approx(expected, abs=1e-9)


def test_by_hand() -> None:
    good, score = [1, 0, 1, 1], [0.1, 0.1, 0.9, 1.0]
    assert roc_auc(good, score) == pytest.approx((0.5 + 1 + 1) / 3)
    assert expected_calibration_error(good, score, 2) == pytest.approx((0.4 * 2 + 0.05 * 2) / 4)
    table = reliability(good, score, 2)
    assert table["rows"].to_pylist() == [2.0, 2.0]
    assert table["high"].to_pylist() == [0.5, 1.0]
    assert all(low <= share <= high for low, share, high in zip(
        table["good_low"].to_pylist(), table["good"].to_pylist(), table["good_high"].to_pylist(), strict=True
    ))  # fmt: skip


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1), st.integers(1, 4)), min_size=1, max_size=30))
def test_weights_are_repeated_rows(rows: list[tuple[bool, float, int]]) -> None:
    good, score, weight = (np.array(column) for column in zip(*rows, strict=True))
    long = np.repeat(good, weight), np.repeat(score, weight)
    for measure in (brier, roc_auc, expected_calibration_error):
        assert measure(good, score, weight=weight) == pytest.approx(measure(*long), abs=1e-9, nan_ok=True)


def test_one_kind_only_has_no_auc() -> None:
    assert np.isnan(roc_auc([1, 1], [0.2, 0.4]))


@pytest.mark.parametrize(
    ("good", "score", "weight"),
    [
        ([1, 0], [0.5], None), ([], [], None), ([1, 2], [0.5, 0.5], None), ([1, 0], [0.5, 1.5], None),
        ([1, 0], [0.5, np.nan], None), ([1, 0], [0.5, 0.5], [1, 0]),
    ],
)  # fmt: skip
def test_refuses(good: list[int], score: list[float], weight: list[float] | None) -> None:
    with pytest.raises(InputError):
        brier(good, score, weight)


def test_refuses_no_bins() -> None:
    with pytest.raises(InputError, match="at least one bin"):
        reliability([1, 0], [0.5, 0.5], 0)
