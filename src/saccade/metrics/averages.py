"""The mean of several means over the same units: AP@1 averaged over tasks, with intervals and a paired test.

Tasks share their pictures and pictures their products, so nothing here draws tasks by themselves: a unit
(product) is drawn with everything that is known of it in every task. Own choice; papers give no intervals.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError
from saccade.metrics.compare import randomisation
from saccade.metrics.intervals import Floats, Interval

DRAWS_AT_ONCE = 4_000_000
Parts = Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]


def averaged(parts: Parts, resamples: int = 2000, level: float = 0.95, seed: int = 0) -> Interval:
    """The mean over parts of the mean of each part, with its clustered bootstrap interval.

    Args:
        parts: (values [N], units [N]) of each task; equal units are drawn together over all tasks.
        resamples: how often to draw.
        level: as in `intervals.bootstrap`.
        seed: same seed, same numbers.
    """
    sums, counts = _tables(parts)
    rng, means = np.random.default_rng(seed), np.empty(resamples)
    units = len(sums)
    step = max(1, DRAWS_AT_ONCE // units)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(0, units, (rows, units), dtype=np.int64) + units * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units).astype(np.float64)
        weight = times @ counts
        part = np.divide(times @ sums, weight, out=np.full(weight.shape, np.nan), where=weight > 0)
        means[start : start + rows] = np.nanmean(part, axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float((sums.sum(0) / counts.sum(0)).mean()), float(low), float(high), "percentile")


def averaged_test(parts: Parts, permutations: int = 10_000, seed: int = 0) -> float:
    """Two-sided p value of the randomisation test that the average of paired differences is 0.

    `parts`: (differences [N], units [N]) of each task; all differences of one unit change sign together.
    """
    sums, counts = _tables(parts)
    return randomisation((sums / counts.sum(0)).sum(axis=1), permutations, seed)


def _tables(parts: Parts) -> tuple[Floats, Floats]:
    """Sums and counts, float64 [units, parts] each."""
    if not parts or any(not len(np.asarray(values)) for values, _ in parts):
        raise InputError("an average needs at least one task, each with at least one value")
    names = np.concatenate([np.asarray(units) for _, units in parts])
    _, code = np.unique(names, return_inverse=True)
    sums, counts = np.zeros((code.max() + 1, len(parts))), np.zeros((code.max() + 1, len(parts)))
    start = 0
    for at, (values, _) in enumerate(parts):
        numbers = np.asarray(values, np.float64)
        rows = code[start : start + len(numbers)]
        start += len(numbers)
        np.add.at(sums[:, at], rows, numbers)
        np.add.at(counts[:, at], rows, 1.0)
    return sums, counts
