"""Scaling curves: how an error falls with the number of pictures.

The form is error = a * n^-b + c, with a and b at least 0 and c between 0 and the smallest error, as in
Hestness et al. 2017 (arXiv 1712.00409) and later scaling studies. It is fitted by least squares of the
errors, from several starts. With three sizes the curve goes through three points and is a summary, not a
test; `exact` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

Floats = NDArray[np.float64]
_STARTS = (0.05, 0.2, 0.5, 1.0)
_STEEPEST = 3.0


@dataclass(frozen=True)
class Curve:
    """error(n) = a * (n / unit)^-b + c. exact: no more different sizes than parameters."""

    a: float
    b: float
    c: float
    unit: float
    rmse: float
    exact: bool

    def __call__(self, n: ArrayLike) -> Floats:
        """float64 of the shape of `n`."""
        return self.a * (np.asarray(n, np.float64) / self.unit) ** -self.b + self.c

    def text(self) -> str:
        """The formula with its numbers, for a table."""
        return f"{self.a:.3f} (n / {self.unit:,.0f})^-{self.b:.3f} + {self.c:.3f}"


def fit(n: ArrayLike, error: ArrayLike) -> Curve:
    """The curve of N points. n: sizes above 0; error: at least 0. ValueError for fewer than two sizes."""
    sizes, errors = np.asarray(n, np.float64), np.asarray(error, np.float64)
    kinds = len(np.unique(sizes))
    if kinds < 2 or sizes.shape != errors.shape or sizes.min() <= 0:
        raise ValueError(
            f"a curve needs an error for each of two sizes or more, found sizes {sizes.tolist()}"
        )
    unit = float(sizes.min())
    x = sizes / unit
    top = max(float(errors.min()), 1e-9)

    def missed(p: Floats) -> Floats:
        return p[0] * x ** -p[1] + p[2] - errors

    bounds = ([0.0, 0.0, 0.0], [np.inf, _STEEPEST, top])
    found = [
        least_squares(missed, [max(float(errors.max()) - c, 1e-6), b, c], bounds=bounds)
        for b in _STARTS
        for c in (0.0, 0.5 * top)
    ]
    best = min(found, key=lambda one: one.cost)
    a, b, c = (float(value) for value in best.x)
    return Curve(a, b, c, unit, float(np.sqrt(np.mean(missed(best.x) ** 2))), kinds <= 3)
