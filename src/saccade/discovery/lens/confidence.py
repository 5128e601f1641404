"""How far the answer of a source is to be believed: a calibrated chance that its first results are right.

Decided: a logistic model of five signs that need no scale of their own, so that one set of numbers serves
several models:
- `gap`: how much nearer the first result is than the twentieth, as a share of what the twentieth lacks to a
  perfect score; of words, the mean chance of the best three.
- `unity`: the share of the first ten that have the commonest category among them.
- `backed`: the share of its first ten that some other source has among its first ten.
- `quality`: the confidence of the photo itself; what a blurred photo looks like is not to be trusted.
Crop and objects are right only where the main object is: their chance is multiplied by its score. A source
that found nothing has confidence 0. The numbers of `CALIBRATION` were fitted on marketplaces that no study
reports (`studies/lens.py`), against the share of the relevant items among the first twenty, on photos as they
are, blurred, and dark. Elsewhere a learned blend (`learned`) fits its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from saccade.discovery.lens.shapes import Found, Understanding, Word

FIRST = 10
LAST = 20
OF_OBJECT = ("crop", "objects")
SIGNS = ("gap", "unity", "backed", "quality")


@dataclass(frozen=True)
class Logistic:
    """A chance: 1 / (1 + exp(-(bias + weights · signs))), signs in the order of `SIGNS`."""

    bias: float
    weights: tuple[float, ...]

    def __call__(self, signs: Sequence[float]) -> float:
        logit = self.bias + float(np.dot(self.weights, signs))
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


CALIBRATION: Mapping[str, Logistic] = {
    "whole": Logistic(-2.02, (0.61, 0.36, 1.10, 0.71)),
    "crop": Logistic(-2.02, (1.03, 0.45, 1.13, 0.22)),
    "objects": Logistic(-2.07, (0.95, 0.25, 1.28, 0.31)),
    "words": Logistic(-2.24, (0.66, 0.54, 0.27, 0.79)),
}
OTHER = Logistic(-2.1, (0.8, 0.4, 1.0, 0.5))
"""Of a source that is not in `CALIBRATION`."""


def confidences(
    found: Sequence[Found],
    categories: Mapping[str, str | None],
    known: Understanding,
    calibration: Mapping[str, Logistic] | None = None,
) -> dict[str, float]:
    """The confidence of each source's answer by its name, 0..1. categories: of items by id."""
    chances = CALIBRATION if calibration is None else calibration
    main = known.main.score if known.main is not None else 0.0
    return {
        one.source: chances.get(one.source, OTHER)(row) * (main if one.source in OF_OBJECT else 1.0)
        if one.candidates
        else 0.0
        for one, row in zip(found, signs(found, categories, known), strict=True)
    }


def signs(
    found: Sequence[Found], categories: Mapping[str, str | None], known: Understanding
) -> NDArray[np.float64]:
    """float64 [sources, signs], each 0..1; zeros for a source that found nothing."""
    rows = np.zeros((len(found), len(SIGNS)))
    firsts = [{c.key for c in one.candidates[:FIRST]} for one in found]
    for at, one in enumerate(found):
        if one.candidates:
            others = set[str]().union(*(keys for place, keys in enumerate(firsts) if place != at))
            gap = (
                _certainty(known.words) if one.source == "words" else _gap([c.score for c in one.candidates])
            )
            backed = len(firsts[at] & others) / len(firsts[at])
            rows[at] = (gap, _unity(one, categories), backed, known.quality.confidence)
    return rows


def fit(rows: NDArray[np.float64], right: NDArray[np.float64], ridge: float = 1e-2) -> Logistic:
    """The logistic model of signs [N, signs] whose chances meet the shares `right` [N], 0..1, best."""
    x = np.concatenate([np.ones((len(rows), 1)), rows], axis=1)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = x @ weights
        penalty = ridge * weights * (np.arange(len(weights)) > 0)
        value = np.logaddexp(0, logit).mean() - (right * logit).mean() + (penalty * weights).sum() / 2
        return float(value), x.T @ (1 / (1 + np.exp(-logit)) - right) / len(x) + penalty

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    return Logistic(float(found[0]), tuple(float(w) for w in found[1:]))


def _gap(scores: Sequence[float]) -> float:
    last = scores[min(LAST, len(scores)) - 1]
    return float(np.clip((scores[0] - last) / max(1 - last, 1e-6), 0, 1))


def _certainty(words: Sequence[Word]) -> float:
    best = sorted((word.score for word in words), reverse=True)[:3]
    return sum(best) / len(best) if best else 0.0


def _unity(found: Found, categories: Mapping[str, str | None]) -> float:
    kinds = [categories.get(c.item_id or "") for c in found.candidates[:FIRST]]
    counts = Counter(kind for kind in kinds if kind)
    return max(counts.values()) / len(kinds) if counts else 0.0
