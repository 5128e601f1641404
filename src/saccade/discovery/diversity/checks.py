"""What every re-ranking asks of its input, and the order that it starts from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.errors import InputError


def ranked(scores: ArrayLike) -> NDArray[np.int64]:
    """Places [N] of finite scores, the best first; of equal scores the one that was given first."""
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise InputError("scores are a list of finite numbers, one a candidate: leave out those without one")
    return np.argsort(-values, kind="stable").astype(np.int64)


def scaled(scores: ArrayLike) -> NDArray[np.float64]:
    """Scores on 0..1 between the worst and the best candidate, 1 where all are equal."""
    values = np.asarray(scores, np.float64)
    if not values.size:
        return values
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.ones_like(values)


def checked_weight(weight: float) -> float:
    """A weight in 0..1."""
    if not 0 <= weight <= 1:
        raise InputError(f"the weight of diversity is a number in 0..1, found {weight}")
    return weight


def wanted_count(k: int | None, candidates: int) -> int:
    """How many results: all candidates for None."""
    if k is not None and k < 0:
        raise InputError(f"k is a whole number from 0 upwards, found {k}")
    return candidates if k is None else min(k, candidates)
