"""Is one run better than another on the same queries? Three paired tests and the size of the difference.

Smucker, Allan & Carterette (CIKM 2007) found that the randomisation test and the t test agree on retrieval
data and that Wilcoxon's does not; all three are printed, since papers use all three. Read the randomisation
test, and above it the interval of the difference.

Decided: p values are two-sided. No difference at all gives p = 1 in each test, not NaN. Groups of
queries change sign together in the randomisation test and are summed for the t and Wilcoxon tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from saccade.errors import InputError
from saccade.metrics.intervals import Floats, Interval, bootstrap, group_sums

EXACT_BITS = 14  # up to this many non-zero differences every sign pattern is tried
SIGNS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class PairedTest:
    """`difference` is mean(second) - mean(first) with its 95% interval; then two-sided p values.

    `wins` and `losses` count the queries on which the second is better or worse.
    """

    difference: Interval
    p_randomisation: float
    p_t: float
    p_wilcoxon: float
    wins: int
    losses: int
    queries: int


def paired(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
    permutations: int = 10_000,
    seed: int = 0,
) -> PairedTest:
    """Compare two [Q] lists of values of the same queries in the same order.

    Args:
        first: the base.
        second: what is compared with it.
        groups: [Q] labels; queries of one label are not independent.
        permutations: random sign patterns; with few differences all patterns are tried instead.
        seed: same seed, same numbers.
    """
    base, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if base.shape != other.shape or base.ndim != 1:
        raise InputError(f"both runs need one value a query, found shapes {base.shape} and {other.shape}")
    gain = other - base
    sums, _ = group_sums(gain, groups)
    return PairedTest(
        bootstrap(gain, groups, seed=seed),
        randomisation(sums, permutations, seed),
        _t(sums),
        _wilcoxon(sums),
        int((gain > 0).sum()),
        int((gain < 0).sum()),
        len(gain),
    )


def randomisation(differences: npt.ArrayLike, permutations: int = 10_000, seed: int = 0) -> float:
    """Two-sided p value of Fisher's randomisation test: how often random signs give as large a sum.

    Exact where at most 14 differences are not zero; otherwise (hits + 1) / (permutations + 1), so never 0.
    """
    gain = np.asarray(differences, np.float64)
    gain = gain[gain != 0]
    if not len(gain):
        return 1.0
    bar = abs(gain.sum()) - 1e-9 * np.abs(gain).sum()  # sums that differ by rounding alone are equal
    if len(gain) <= EXACT_BITS:
        patterns = np.arange(1 << len(gain))[:, None] >> np.arange(len(gain)) & 1
        return float((np.abs((2 * patterns - 1) @ gain) >= bar).mean())
    return (_random_hits(gain, bar, permutations, seed) + 1) / (permutations + 1)


def _random_hits(gain: Floats, bar: float, permutations: int, seed: int) -> int:
    """How many of the random sign patterns reach `bar`; signs come from the bits of random bytes."""
    rng, width, hits = np.random.default_rng(seed), -(-len(gain) // 8), 0
    step = max(1, SIGNS_AT_ONCE // len(gain))
    for start in range(0, permutations, step):
        rows = min(step, permutations - start)
        drawn = np.frombuffer(rng.bytes(rows * width), np.uint8).reshape(rows, width)
        positive = np.unpackbits(drawn, axis=1, count=len(gain)).astype(np.float64) @ gain
        hits += int((np.abs(2 * positive - gain.sum()) >= bar).sum())
    return hits


def _t(gain: Floats) -> float:
    if len(gain) < 2 or not gain.any():
        return 1.0
    if gain.min() == gain.max():  # no spread: the t statistic is infinite
        return 0.0
    return float(stats.ttest_1samp(gain, 0.0).pvalue)  # pyright: ignore[reportAttributeAccessIssue]


def _wilcoxon(gain: Floats) -> float:
    return float(stats.wilcoxon(gain).pvalue) if gain.any() else 1.0  # pyright: ignore[reportAttributeAccessIssue]
