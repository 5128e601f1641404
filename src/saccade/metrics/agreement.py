"""How far people who grade the same things agree: Krippendorff's alpha, shares of agreement, flat raters.

Alpha is 1 - (observed disagreement) / (disagreement expected by chance). 1 is perfect, 0 is chance, below 0
worse than chance. It takes any number of raters, missing ratings, and a distance between values: `nominal`
(other is other), `ordinal` (by how many ratings lie between) or `interval` (squared difference). Source:
Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); written anew from its formulas.

Decided:
- Ratings are a float table [raters, units] with NaN where nothing was said. A unit with fewer than two
  ratings says nothing about agreement and is left out.
- The interval draws units again (bootstrap, percentile) and takes alpha of each draw with its own marginals.
- Where every value is the same there is nothing to agree about: alpha is None, not 1 and not NaN.
- A flat rater gave one value to everything, at least `LEAST` times. Such a rater pulls alpha towards chance
  and shares of agreement anywhere; they are named, and who calls decides what to do without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError

Floats = npt.NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]
LEAST = 8
"""Ratings that somebody must have given before "always the same" means anything."""
VALUES = 200  # different values that the table of coincidences may have
_AT_ONCE = 4_000_000  # numbers of a block of draws


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha with its interval; all None where the ratings do not vary or never overlap.

    `units` have two or more ratings, `ratings` of them in all; `low` and `high` are None where too few draws
    had anything to agree about.
    """

    value: float | None
    low: float | None
    high: float | None
    level: Level
    units: int
    ratings: int


def alpha(
    ratings: npt.ArrayLike,
    level: Level = "ordinal",
    resamples: int = 1000,
    share: float = 0.95,
    seed: int = 0,
) -> Alpha:
    """Krippendorff's alpha of ratings [R raters, U units], NaN for missing ones.

    Args:
        ratings: numbers; for `nominal` any codes.
        level: the distance between values.
        resamples: draws of the interval; 0 makes none.
        share: of repeated experiments whose interval holds the true value.
        seed: same seed, same interval.
    """
    table = _checked(ratings)
    values = np.unique(table[~np.isnan(table)])
    if len(values) > VALUES:
        raise InputError(f"expected at most {VALUES} different ratings, found {len(values)}")
    counts = _counts(table, values)
    counts = counts[counts.sum(axis=1) >= 2]
    given = int(counts.sum())
    pairs = _coincidences(counts)
    found = _alphas(pairs.sum(axis=0)[None], values, level)[0] if len(pairs) else np.nan
    if np.isnan(found):
        return Alpha(None, None, None, level, len(counts), given)
    low, high = _interval(pairs, values, level, resamples, share, seed)
    return Alpha(float(found), low, high, level, len(counts), given)


def percent_agreement(ratings: npt.ArrayLike) -> float | None:
    """Share of pairs of ratings of one unit that are equal, 0..1, a mean over units; None without pairs."""
    table = _checked(ratings)
    counts = _counts(table, np.unique(table[~np.isnan(table)]))
    total = counts.sum(axis=1)
    counts, total = counts[total >= 2], total[total >= 2]
    if not len(total):
        return None
    return float(((counts * (counts - 1)).sum(axis=1) / (total * (total - 1))).mean())


def flat(ratings: npt.ArrayLike, names: Sequence[str], least: int = LEAST) -> tuple[str, ...]:
    """Raters, by `names` [R], whose ratings [R, U] are all one value, `least` or more of them."""
    table = _checked(ratings)
    if len(names) != len(table):
        raise InputError(f"one name for each of {len(table)} raters is needed, found {len(names)}")
    rows = (row[~np.isnan(row)] for row in table)
    return tuple(
        name for name, row in zip(names, rows, strict=True) if len(row) >= least and (row == row[0]).all()
    )


def _checked(ratings: npt.ArrayLike) -> Floats:
    table = np.asarray(ratings, np.float64)
    if table.ndim != 2:
        raise InputError(f"ratings must be a table [raters, units], found shape {table.shape}")
    if np.isinf(table).any():
        raise InputError("ratings must be finite, or NaN where there is none")
    return table


def _counts(table: Floats, values: Floats) -> Floats:
    """float64 [U, V]: how often a unit got a value."""
    counts = np.zeros((table.shape[1], len(values)))
    rater, unit = np.nonzero(~np.isnan(table))
    np.add.at(counts, (unit, np.searchsorted(values, table[rater, unit])), 1)
    return counts


def _coincidences(counts: Floats) -> Floats:
    """float64 [U, V, V]: pairs of values within each unit, so weighted that each rating counts once."""
    pairs = counts[:, :, None] * counts[:, None, :]
    at = np.arange(counts.shape[1])
    pairs[:, at, at] -= counts
    return pairs / (counts.sum(axis=1) - 1)[:, None, None]


def _alphas(pairs: Floats, values: Floats, level: Level) -> Floats:
    """float64 [B]: alpha of tables of coincidences [B, V, V]; NaN where nothing varies."""
    totals = pairs.sum(axis=2)
    every = totals.sum(axis=1)
    distance = _distances(totals, values, level)
    observed = (pairs * distance).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (every - 1) * observed / expected, np.nan)


def _distances(totals: Floats, values: Floats, level: Level) -> Floats:
    """float64 [B or 1, V, V]: squared distances; those of ranks depend on how often each value came."""
    if level == "nominal":
        return 1 - np.eye(len(values))[None]
    if level == "interval":
        return ((values[:, None] - values[None, :]) ** 2)[None]
    middle = np.cumsum(totals, axis=1) - totals / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2


def _interval(
    pairs: Floats, values: Floats, level: Level, resamples: int, share: float, seed: int
) -> tuple[float | None, float | None]:
    count, width = len(pairs), len(values)
    if resamples < 1 or count < 2:
        return None, None
    rng, flat_pairs = np.random.default_rng(seed), pairs.reshape(count, -1)
    step = max(1, _AT_ONCE // max(count, width * width))
    found = [np.empty(0)]
    for start in range(0, resamples, step):
        times = rng.multinomial(count, np.full(count, 1 / count), min(step, resamples - start))
        drawn = (times.astype(np.float64) @ flat_pairs).reshape(-1, width, width)
        found.append(_alphas(drawn, values, level))
    known = np.concatenate(found)
    known = known[~np.isnan(known)]
    if len(known) < resamples / 2:
        return None, None
    low, high = np.quantile(known, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
