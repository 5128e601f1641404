"""Head and tail: how unevenly classes occur, as a sampled curve and as three numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from saccade.labels.card.facts import Curve

POINTS = 48


def curve(name: str, what: str, counts: Iterable[float]) -> Curve:
    """The curve of `counts`, one number a class; zeros are left out. `what` says what is counted."""
    values = np.sort(np.fromiter(counts, np.float64))[::-1]
    values = values[values > 0]
    if not len(values):
        return Curve(name, what, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ())
    shares = values / values.sum()
    points = tuple((int(rank), float(values[rank - 1])) for rank in ranks(len(values)))
    return Curve(
        name, what, len(values), float(values.sum()), float(values[0]), float(values[-1]),
        float(values[0] / values[-1]), gini(values), float(-(shares * np.log2(shares)).sum()) + 0.0, points,
    )  # fmt: skip


def ranks(count: int) -> list[int]:
    """At most `POINTS` ranks of 1..count, log-spaced, both ends among them."""
    return np.unique(np.geomspace(1, count, POINTS).round().astype(np.int64)).tolist()


def gini(descending: np.ndarray) -> float:
    """Gini coefficient of positive numbers in descending order: 0 even, towards 1 all in one class."""
    count = len(descending)
    order = np.arange(count, 0, -1)
    return float(2 * (order * descending).sum() / (count * descending.sum()) - (count + 1) / count)
