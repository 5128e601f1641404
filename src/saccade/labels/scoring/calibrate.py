"""From a model's raw scores to chances: Platt's curve for few judgements, isotonic steps for many.

Decided: Platt's logistic curve has two numbers and is right for some hundred rows; isotonic regression has no
shape of its own and needs a thousand (Niculescu-Mizil and Caruana 2005). Platt's targets are drawn in by one
row of each kind, as he proposed (1999), so that a perfect separation gives no chance of 0 or 1.

Not here: the reports (`saccade.metrics.calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from saccade.labels.scoring.evidence import Doubles, Flags

ISOTONIC_FROM = 1000
"""Judged pairs from which isotonic regression is taken."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A monotone curve from raw score to chance. kind: `platt` (x: slope and shift) or `isotonic` (y over x,
    linear in between, flat outside).
    """

    kind: str
    x: tuple[float, ...]
    y: tuple[float, ...] = ()

    def __call__(self, raw: npt.ArrayLike) -> Doubles:
        """float64: the chance for each raw score."""
        value = np.asarray(raw, np.float64)
        if self.kind == "platt":
            return special.expit(self.x[0] * value + self.x[1])
        return np.interp(value, self.x, self.y)


def fit_curve(raw: Doubles, good: Flags) -> Curve:
    """The curve that suits so many rows; `raw` are scores that were made without the row's own judgement."""
    return _isotonic(raw, good) if len(raw) >= ISOTONIC_FROM else _platt(raw, good)


def _platt(raw: Doubles, good: Flags) -> Curve:
    right, wrong = float(good.sum()), float((~good).sum())
    target = np.where(good, (right + 1) / (right + 2), 1 / (wrong + 2))

    def loss(at: Doubles) -> tuple[float, Doubles]:
        line = at[0] * raw + at[1]
        slip = special.expit(line) - target
        value = np.logaddexp(0, line) - target * line
        return float(value.sum()), np.array([(slip * raw).sum(), slip.sum()])

    start = np.array([1.0, 0.0])
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(1e-3, None), (None, None)])
    return Curve("platt", (float(found.x[0]), float(found.x[1])))


def _isotonic(raw: Doubles, good: Flags) -> Curve:
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=1e-3, y_max=1 - 1e-3, out_of_bounds="clip").fit(raw, good)
    return Curve("isotonic", tuple(map(float, model.X_thresholds_)), tuple(map(float, model.y_thresholds_)))
