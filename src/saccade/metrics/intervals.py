"""How sure a mean over queries is: bootstrap and Wilson intervals.

Decided:
- Queries are drawn, not results. Where queries hang together (photos of one product, sessions of one user)
  pass `groups`: then whole groups are drawn, and the mean is the ratio of sums (a clustered bootstrap).
- Percentile intervals are the default; `bca` corrects bias and skew (Efron 1987). Its acceleration comes from
  the jackknife, which for a mean has a closed form, so 100k queries need no 100k × 100k table.
- A share of yes/no queries that is all yes or all no has a bootstrap interval of no width; `mean_interval`
  takes Wilson's there and for every ungrouped yes/no metric.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from saccade.errors import InputError

Floats = npt.NDArray[np.float64]
Method = Literal["percentile", "bca"]

DRAWS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval, and how that was made (`percentile`, `bca` or `wilson`)."""

    mean: float
    low: float
    high: float
    method: str


def bootstrap(
    values: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
    resamples: int = 2000,
    level: float = 0.95,
    method: Method = "percentile",
    seed: int = 0,
) -> Interval:
    """Bootstrap interval of the mean of `values`.

    Args:
        values: [Q] numbers, one a query.
        groups: [Q] labels of any type; equal labels are drawn together. None: every query by itself.
        resamples: how often to draw; the last digit of the bounds needs some thousands.
        level: share of repeated experiments whose interval holds the true mean.
        method: `percentile` or `bca`.
        seed: same seed, same numbers.
    """
    numbers = _checked(values, level)
    sums, sizes = group_sums(numbers, groups)
    means = _resampled(sums, sizes, resamples, np.random.default_rng(seed))
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if method == "bca":
        tails = _bca_tails(tails, sums, sizes, means)
    low, high = np.quantile(means, tails)
    return Interval(float(numbers.mean()), float(low), float(high), method)


def wilson(successes: int, total: int, level: float = 0.95) -> Interval:
    """Wilson's score interval of a share, `successes` of `total` (Wilson 1927)."""
    if not 0 <= successes <= total or total < 1:
        raise InputError(f"a share is between 0 of n and n of n with n > 0, found {successes} of {total}")
    z = stats.norm.ppf((1 + level) / 2)
    share, weight = successes / total, z * z / total
    centre = (share + weight / 2) / (1 + weight)
    half = z * np.sqrt(share * (1 - share) / total + weight / total / 4) / (1 + weight)
    return Interval(share, float(max(centre - half, 0.0)), float(min(centre + half, 1.0)), "wilson")


def mean_interval(
    values: npt.ArrayLike, groups: npt.ArrayLike | None = None, level: float = 0.95, seed: int = 0
) -> Interval:
    """The interval that suits `values` [Q]: Wilson for ungrouped yes/no values, else percentile bootstrap."""
    numbers = _checked(values, level)
    if groups is None and np.isin(numbers, (0.0, 1.0)).all():
        return wilson(int(numbers.sum()), len(numbers), level)
    return bootstrap(numbers, groups, level=level, seed=seed)


def group_sums(values: Floats, groups: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Sum and number of values of each group, float64 [G] both; without groups each value is one."""
    if groups is None:
        return values, np.ones(len(values))
    labels = np.asarray(groups)
    if labels.shape != values.shape:
        raise InputError(f"one group for each of {len(values)} values is needed, found {labels.shape}")
    _, code = np.unique(labels, return_inverse=True)
    return np.bincount(code, values).astype(np.float64), np.bincount(code).astype(np.float64)


def _checked(values: npt.ArrayLike, level: float) -> Floats:
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or not len(numbers) or not np.isfinite(numbers).all():
        raise InputError(f"a list of one or more finite numbers is needed, found shape {numbers.shape}")
    if not 0 < level < 1:
        raise InputError(f"a level lies between 0 and 1, such as 0.95, found {level}")
    return numbers


def _resampled(sums: Floats, sizes: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """float64 [resamples]: the mean of each drawn sample, in blocks of bounded memory."""
    count, means = len(sums), np.empty(resamples)
    step = max(1, DRAWS_AT_ONCE // count)
    even = bool((sizes == 1).all())
    for start in range(0, resamples, step):
        drawn = rng.integers(0, count, (min(step, resamples - start), count), dtype=np.int32)
        total = sums[drawn].sum(axis=1)
        means[start : start + step] = total / (count if even else sizes[drawn].sum(axis=1))
    return means


def _bca_tails(tails: Floats, sums: Floats, sizes: Floats, means: Floats) -> Floats:
    """The quantiles to read instead of `tails`, corrected for bias and acceleration."""
    if len(sums) < 2 or means.min() == means.max():
        return tails
    mean = sums.sum() / sizes.sum()
    below = ((means < mean).mean() + (means <= mean).mean()) / 2
    bias = stats.norm.ppf(np.clip(below, 1 / (2 * len(means)), 1 - 1 / (2 * len(means))))
    left_out = (sums.sum() - sums) / (sizes.sum() - sizes)
    spread = left_out.mean() - left_out
    scale = 6 * (spread**2).sum() ** 1.5
    acceleration = (spread**3).sum() / scale if scale > 0 else 0.0
    z = bias + stats.norm.ppf(tails)
    return stats.norm.cdf(bias + z / (1 - acceleration * z))
