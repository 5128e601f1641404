"""Maximal marginal relevance: good results that are not all the same one (Carbonell and Goldstein 1998).

Decided: scores are scaled to 0..1 among the candidates, so that one weight means the same for cosines, BM25
and blends; likeness is the cosine, none below 0. Not here: groups of people or things (`spread.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.discovery.diversity.checks import checked_weight, ranked, scaled, wanted_count
from saccade.errors import InputError


def mmr(vectors: ArrayLike, scores: ArrayLike, weight: float, k: int | None = None) -> NDArray[np.int64]:
    """Places of the k results, the first to show first: int64 [min(k, N)].

    Each next one has the largest (1 - weight) * score - weight * max cosine with those before it; of equal
    ones the better scored, then the earlier given. Weight 0 is the order by score, exactly. 1,000
    candidates of 256 dimensions and k = 50 take a few milliseconds.

    Args:
        vectors: unit, float [N, D].
        scores: finite, any scale, larger is better, [N].
        weight: 0..1, of being different.
        k: how many; all by default.

    Raises `InputError` for what is not so.
    """
    share, order = checked_weight(weight), ranked(scores)
    many = wanted_count(k, len(order))
    x = np.asarray(vectors, np.float32)
    if x.ndim != 2 or len(x) != len(order):
        raise InputError(f"one vector for each of {len(order)} candidates, found {list(x.shape)}")
    if share == 0 or many < 2:
        return order[:many]
    return order[_greedy(x[order], (1 - share) * scaled(scores)[order], share, many)]


def _greedy(x: NDArray[np.float32], worth: NDArray[np.float64], weight: float, k: int) -> NDArray[np.int64]:
    """Rows of `x`, best first already; `worth` is their weighted score."""
    chosen, closest, left = np.zeros(k, np.int64), np.zeros(len(x), np.float32), worth.copy()
    for place in range(1, k):
        last = chosen[place - 1]
        left[last] = -np.inf
        np.maximum(closest, x @ x[last], out=closest)
        chosen[place] = np.argmax(left - weight * closest)
    return chosen
