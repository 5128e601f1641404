"""Do scores mean what they say? Judged pairs in bins of score."""

from __future__ import annotations

import numpy as np

from saccade.errors import InputError
from saccade.labels.card.facts import Reliability, ReliabilityBin
from saccade.labels.card.given import JudgedPairs, Rate
from saccade.metrics.intervals import wilson

BINS = 10


def reliability(judged: JudgedPairs | None) -> Reliability | None:
    """The reliability curve over ten bins of equal width; None without pairs."""
    if judged is None or not judged.scores:
        return None
    if len(judged.scores) != len(judged.true):
        found = f"{len(judged.scores)} and {len(judged.true)}"
        raise InputError(f"judged pairs need as many scores as judgements, found {found}")
    scores, true = np.array(judged.scores, np.float64), np.array(judged.true, bool)
    place = np.clip(scores * BINS, 0, BINS - 1).astype(np.int64)
    bins = tuple(_bin(scores[place == at], true[place == at]) for at in np.unique(place))
    gaps = [one.pairs * abs(one.score - one.true.value) for one in bins]
    return Reliability(judged.by, len(scores), sum(gaps) / len(scores), bins)


def _bin(scores: np.ndarray, true: np.ndarray) -> ReliabilityBin:
    found = wilson(int(true.sum()), len(true))
    return ReliabilityBin(len(true), float(scores.mean()), Rate(found.mean, found.low, found.high))
