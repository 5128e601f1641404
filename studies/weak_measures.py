"""How good weak labels are against a truth: ranking, calibration, estimated precisions, clusters.

Decided:
- AUC is the chance that a true pair scores above a false one, ties counting half. It is taken beside simple
  rivals: the best single source (how many of its texts say it), and a vote (how many sources say it).
- Calibration error: `BINS` bins of equal width, the mean gap between confidence and truth, weighted by pairs
  (Naeini et al. 2015).
- A source's estimated precision is the mean confidence of what it says, its true one the share of it that is
  true; the error is the largest gap over sources that say at least `FEWEST` judged pairs.
- BCubed (Bagga and Baldwin 1998) over the phrases of tail clusters. Two phrases belong together where they
  can mean the same; phrases that the truth does not know are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from saccade.metrics.calibration import expected_calibration_error, roc_auc

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BINS = 15
FEWEST = 100


def calibration_error(score: Floats, good: Flags) -> float:
    """Expected calibration error in `BINS` bins, 0..1."""
    return expected_calibration_error(good, score, BINS)


def best_source(said: Floats, good: Flags) -> float:
    """Greatest AUC of how many texts of one source say a pair; said: [pairs, sources]."""
    return max(roc_auc(good, said[:, column]) for column in range(said.shape[1]))


def vote(said: Floats, good: Flags) -> float:
    """AUC of how many sources say a pair."""
    return roc_auc(good, (said > 0).sum(axis=1))


def source_precisions(
    score: Floats, said: Floats, good: Flags, sources: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """(estimated, true) precision of each source that says at least `FEWEST` pairs."""
    found: dict[str, tuple[float, float]] = {}
    for column, name in enumerate(sources):
        spoken = said[:, column] > 0
        if spoken.sum() >= FEWEST:
            found[name] = (float(score[spoken].mean()), float(good[spoken].mean()))
    return found


def bcubed(clusters: Sequence[int], meanings: Sequence[frozenset[str]]) -> tuple[float, float, float]:
    """(precision, recall, F1) of clusters of phrases; meanings: what each may mean, none empty."""
    names = {name: place for place, name in enumerate(sorted(frozenset().union(*meanings)))}
    means = np.zeros((len(meanings), len(names)), np.float32)
    for row, found in enumerate(meanings):
        means[row, [names[name] for name in found]] = 1
    same = (means @ means.T) > 0
    numbers = np.asarray(clusters)
    together = numbers[:, None] == numbers[None, :]
    both = (same & together).sum(axis=1)
    precision = float((both / together.sum(axis=1)).mean())
    recall = float((both / same.sum(axis=1)).mean())
    return precision, recall, 2 * precision * recall / (precision + recall)
