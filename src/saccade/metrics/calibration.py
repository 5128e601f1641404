"""Do scores from 0 to 1 mean what they say, and do they tell good from bad: ECE, Brier, ROC AUC, reliability.

Decided: bins have equal widths and include their lower edge, the last one both; an empty bin has no mean and
no weight in the ECE (Naeini et al. 2015; Guo et al. 2017). The AUC is that of Mann and Whitney, where a tie
counts half. Weights are frequencies: a weight of 2 is the same as the row written twice.

Not here: making scores calibrated (`saccade.labels.scoring.calibrate`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.metrics.intervals import wilson

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def expected_calibration_error(
    good: npt.ArrayLike, score: npt.ArrayLike, bins: int = 10, weight: npt.ArrayLike | None = None
) -> float:
    """The mean distance, 0..1, between a bin's mean score and its share of good ones, weighted by rows.

    good: [N] truth, 0/1 or bool; score: [N] in 0..1; weight: [N] above 0, None for all alike. Raises
    `InputError` for anything else, and for N = 0.
    """
    table = _Binned(*checked(good, score, weight), bins)
    filled = table.rows > 0
    gap = np.abs(table.score[filled] - table.good[filled])
    return float((gap * table.rows[filled]).sum() / table.rows.sum())


def brier(good: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """The mean squared distance of score and truth, 0..1 (Brier 1950); arguments as above."""
    truth, value, rows = checked(good, score, weight)
    return float(np.average((value - truth) ** 2, weights=rows))


def roc_auc(good: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """The chance that a good one scores above a bad one, ties half; NaN where one kind is missing.

    Arguments as above, but scores may be any finite numbers.
    """
    truth, value, rows = checked(good, score, weight, bounded=False)
    kinds, place = np.unique(value, return_inverse=True)
    right = np.bincount(place, rows * truth, len(kinds))
    wrong = np.bincount(place, rows * (1 - truth), len(kinds))
    total = right.sum() * wrong.sum()
    below = np.cumsum(wrong) - wrong / 2
    return float((right * below).sum() / total) if total > 0 else float("nan")


def reliability(
    good: npt.ArrayLike, score: npt.ArrayLike, bins: int = 10, weight: npt.ArrayLike | None = None
) -> pa.Table:
    """One row for each bin that is not empty: `low`, `high` (edges), `rows` (float64, weights), `score`
    (mean), `good` (share), `good_low`, `good_high` (Wilson, 95 %, with the weights rounded to whole rows).
    """
    table = _Binned(*checked(good, score, weight), bins)
    filled = np.flatnonzero(table.rows > 0)
    sure = [_interval(table.good[at], table.rows[at]) for at in filled]
    return pa.table({
        "low": filled / bins, "high": (filled + 1) / bins, "rows": table.rows[filled],
        "score": table.score[filled], "good": table.good[filled],
        "good_low": pa.array([low for low, _ in sure], pa.float64()),
        "good_high": pa.array([high for _, high in sure], pa.float64()),
    })  # fmt: skip


def checked(
    good: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None, bounded: bool = True
) -> tuple[Floats, Floats, Floats]:
    """Truth as 0 and 1, scores and weights, float64 [N] each; `InputError` where they are not."""
    truth, value = np.asarray(good, np.float64), np.asarray(score, np.float64)
    rows = np.ones(len(truth)) if weight is None else np.asarray(weight, np.float64)
    if truth.ndim != 1 or truth.shape != value.shape or truth.shape != rows.shape or not len(truth):
        raise InputError(
            f"one truth, score and weight a row are needed, found {truth.shape}, {value.shape}, {rows.shape}"
        )
    if not np.isin(truth, (0.0, 1.0)).all():
        raise InputError("truth is 0 or 1 in every row, found other values")
    if not np.isfinite(value).all() or (bounded and ((value < 0) | (value > 1)).any()):
        raise InputError("scores lie between 0 and 1, found others or missing ones")
    if not (np.isfinite(rows) & (rows > 0)).all():
        raise InputError("weights are finite and above 0, found others")
    return truth, value, rows


class _Binned:
    """Sums over equal bins: `rows`, and the means `score` and `good` (0 where a bin is empty)."""

    def __init__(self, truth: Floats, value: Floats, rows: Floats, bins: int) -> None:
        if bins < 1:
            raise InputError(f"at least one bin is needed, found {bins}")
        place = np.minimum((value * bins).astype(np.int64), bins - 1)
        self.rows: Floats = np.bincount(place, rows, bins).astype(np.float64)
        count = np.where(self.rows > 0, self.rows, 1)
        self.score: Floats = np.bincount(place, rows * value, bins) / count
        self.good: Floats = np.bincount(place, rows * truth, bins) / count


def _interval(share: float, rows: float) -> tuple[float, float]:
    total = max(round(rows), 1)
    found = wilson(min(round(share * total), total), total)
    return found.low, found.high
