"""Linear probe: L2-regularised multinomial logistic regression on frozen embeddings.

The objective is that of scikit-learn's `LogisticRegression(C=1 / (N × penalty))`: mean cross entropy +
penalty / 2 × |W|², intercepts free. It is minimised by L-BFGS in float32 (SciPy alone, no torch).

Decided:
- Embeddings are centred and brought to unit variance over all coordinates together, which changes no
  direction, so that one list of penalties fits every model.
- The penalty is chosen on a fifth of the training part, whole products at a time, by cross entropy, which is
  steadier than accuracy; from strong to weak, each fit starting where the last one ended, and stopping once
  two in a row are worse. The test part is never looked at.
- The search takes a few steps for each penalty: the order of penalties shows long before the minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from saccade.errors import InputError
from saccade.metrics.columns import Ints

Floats = npt.NDArray[np.float32]
PENALTIES = tuple(float(10**power) for power in np.arange(0, -4.01, -0.5))
STEPS = 60
"""Iterations of L-BFGS with the penalty that was chosen."""
SEARCH = 25  # iterations for each penalty that is tried
HELD = 5  # one product of so many chooses the penalty
PATIENCE = 2  # worse penalties in a row


@dataclass(frozen=True, eq=False)
class Probe:
    """A fitted probe: `weights` float32 [D + 1, K] on standardised embeddings, the last row intercepts."""

    weights: Floats
    mean: Floats
    scale: float
    classes: Ints
    penalty: float

    def logits(self, embeddings: npt.NDArray[np.floating]) -> Floats:
        """float32 [N, K] in the order of `classes`."""
        x = (embeddings.astype(np.float32) - self.mean) / np.float32(self.scale)
        return x @ self.weights[:-1] + self.weights[-1]

    def predict(self, embeddings: npt.NDArray[np.floating]) -> Ints:
        """int64 [N]: the likeliest class of each embedding."""
        return self.classes[self.logits(embeddings).argmax(axis=1)]


def fit_probe(
    embeddings: npt.NDArray[np.floating],
    labels: Ints,
    units: Ints | None = None,
    penalties: Sequence[float] = PENALTIES,
    steps: int = STEPS,
    seed: int = 0,
) -> Probe:
    """Fit a probe.

    Args:
        embeddings: [N, D], any float type.
        labels: int64 [N], at least two classes.
        units: int64 [N], products; equal ones stay on one side when the penalty is chosen.
        penalties: to choose from; a single one is taken as it is.
        steps: of L-BFGS for each penalty.
        seed: of the split.

    InputError for shapes that do not fit and for a single class.
    """
    if embeddings.ndim != 2 or len(embeddings) != len(labels) or not penalties:
        raise InputError(f"a probe needs [N, D] and N labels, found {embeddings.shape} and {len(labels)}")
    classes, code = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise InputError("a probe needs at least two classes, found one")
    mean = embeddings.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = embeddings.astype(np.float32) - mean
    scale = float(np.sqrt(np.mean(np.square(centred), dtype=np.float64))) or 1.0
    x = centred / np.float32(scale)
    start = np.zeros((x.shape[1] + 1, len(classes)), np.float32)
    penalty = penalties[0]
    if len(penalties) > 1:
        penalty, start = _chosen(x, code, start, _held(units, len(x), seed), sorted(penalties, reverse=True))
    return Probe(_fit(x, code, start, penalty, steps), mean, scale, classes, penalty)


def _held(units: Ints | None, count: int, seed: int) -> npt.NDArray[np.bool_]:
    """bool [N]: the rows that choose the penalty."""
    _, product = np.unique(np.arange(count) if units is None else units, return_inverse=True)
    order = np.random.default_rng(seed).permutation(int(product.max()) + 1)
    return order[product] < max(1, len(order) // HELD)


def _chosen(
    x: Floats, code: Ints, start: Floats, held: npt.NDArray[np.bool_], penalties: Sequence[float]
) -> tuple[float, Floats]:
    """The penalty with which the rest predicts the held rows best, and the weights it gave."""
    seen, known = x[~held], code[~held]
    found, best, worse, weights = (penalties[0], start), np.inf, 0, start
    for penalty in penalties:
        weights = _fit(seen, known, weights, penalty, SEARCH)
        entropy = _cross_entropy(x[held] @ weights[:-1] + weights[-1], code[held])
        worse = 0 if entropy < best else worse + 1
        if entropy < best:
            found, best = (penalty, weights), entropy
        if worse == PATIENCE:
            break
    return found


def _cross_entropy(logits: Floats, code: Ints) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=1, dtype=np.float64))
    return float(np.mean(total - shifted[np.arange(len(code)), code]))


def _fit(x: Floats, code: Ints, start: Floats, penalty: float, steps: int) -> Floats:
    """float32 [D + 1, K] at the minimum, or after `steps` iterations."""
    loss = _Loss(x, code, start.shape, penalty)
    options = {"maxiter": steps, "maxcor": 10, "ftol": 1e-7, "gtol": 1e-6}
    found = minimize(loss, start.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, np.float32).reshape(start.shape)


@dataclass(frozen=True, eq=False)
class _Loss:
    """Value and gradient of the objective at flat float64 weights [(D + 1) × K]."""

    x: Floats
    code: Ints
    shape: tuple[int, ...]
    penalty: float

    def __call__(self, flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat.reshape(self.shape).astype(np.float32)
        count, rows = len(self.x), np.arange(len(self.x))
        logits = self.x @ weights[:-1] + weights[-1]
        logits -= logits.max(axis=1, keepdims=True)
        true = logits[rows, self.code]
        np.exp(logits, out=logits)
        total = logits.sum(axis=1)
        value = float(np.mean(np.log(total, dtype=np.float64) - true))
        logits /= total[:, None]
        logits[rows, self.code] -= 1
        gradient = np.empty(self.shape, np.float32)
        gradient[:-1] = self.x.T @ logits / np.float32(count) + np.float32(self.penalty) * weights[:-1]
        gradient[-1] = logits.mean(axis=0)
        square = float(np.sum(np.square(weights[:-1]), dtype=np.float64))
        return value + self.penalty / 2 * square, gradient.ravel().astype(np.float64)
