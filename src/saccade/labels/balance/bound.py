"""Expected draws of pictures such that no label is drawn more than `ratio` times as often as another.

Wanted: draws r (0..most a picture) near given rates q, with low <= sum of r over a label's pictures <=
ratio × low for every label. The nearest in relative entropy is r = min(most, q × prod of one factor a label),
and the factors are found one label at a time (coordinate ascent on the dual; with one-sided factors this is
Hildreth's method with Bregman projections, Censor and Lent 1981). It goes to the solution where there is one.

Decided:
- The bound says nothing of scale. `low` starts where the most seen label fits without being thinned, if
  repeating pictures of the rarest label goes that far, and is halved while no solution is found: a smaller
  epoch is easier.
- Where none is found at all, what came nearest is given back; whoever asked compares (`sampling.Reached`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, log

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.metrics.columns import offsets_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

_SWEEPS = 400
_HALVINGS = 6
_CLOSE = 1e-3
_FAR = 50.0  # log of the greatest factor


@dataclass(frozen=True, eq=False)
class Labelled:
    """Which labels pictures have: the labels of picture i are `labels[offsets[i]:offsets[i + 1]]`.

    Attributes:
        offsets: int64 [N + 1]. labels: int32 [P], no label twice on a picture. count: labels in all, L.
    """

    offsets: Ints
    labels: Codes
    count: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def counts(self) -> Ints:
        """int64 [L]: pictures of each label."""
        return np.bincount(self.labels, minlength=self.count).astype(np.int64)

    @cached_property
    def by_label(self) -> tuple[Ints, Codes]:
        """The other way round: offsets int64 [L + 1] and the pictures int32 [P] of each label."""
        owner = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.offsets))
        return offsets_of(self.labels, self.count), owner[np.argsort(self.labels, kind="stable")]

    def sums(self, values: Floats) -> Floats:
        """float64 [L]: the sum over the pictures of each label."""
        spread = np.repeat(values, np.diff(self.offsets))
        return np.bincount(self.labels, spread, minlength=self.count).astype(np.float64)

    def greatest(self, values: Floats) -> Floats:
        """float64 [N]: the greatest value of each picture's labels, 0 without a label."""
        found = np.zeros(len(self))
        some = np.flatnonzero(np.diff(self.offsets))
        if len(some):
            found[some] = np.maximum.reduceat(values[self.labels], self.offsets[some])
        return found


def bounded(
    data: Labelled, start: Floats, ratio: float, most: float, judged: npt.NDArray[np.bool_], lift: float = 1
) -> Floats:
    """Draws within the bound, or as near to it as was found.

    Args:
        data: the labels of N pictures.
        start: float64 [N], the rates that are kept where the bound allows.
        ratio: at least 1.
        most: draws of one picture.
        judged: bool [L], the labels that the bound is about.
        lift: times the scale that thins least, where repeats go that far; whole draws of more pictures are
            nearer to what is expected of them.

    Returns:
        float64 [N], 0..most.
    """
    places, pictures = data.by_label
    order = np.flatnonzero(judged)[np.argsort(-data.counts[judged], kind="stable")]
    seen = data.sums(np.minimum(start, most))[judged]
    low = lift * max(float(seen.min()), float(seen.max()) / ratio)
    low = min(most * float(data.counts[judged].min()), low)
    best, nearest = np.minimum(start, most), np.inf
    for _ in range(_HALVINGS):
        logs = np.full(len(data), -_FAR)
        np.log(start, out=logs, where=start > 0)
        found, reached = _solved(logs, places, pictures, order, low, ratio, log(most))
        if reached < nearest:
            best, nearest = found, reached
        if reached <= ratio * (1 + _CLOSE):
            break
        low /= 2
    return best


def _solved(
    logs: Floats, places: Ints, pictures: Codes, order: Ints, low: float, ratio: float, cap: float
) -> tuple[Floats, float]:
    """Sweeps over the labels until they fit; the draws and the ratio that they reach."""
    factors = np.zeros(len(places) - 1)
    best, reached = np.inf, np.inf
    for sweep in range(_SWEEPS):
        least, greatest = _sweep(logs, factors, places, pictures, order, low, ratio, cap)
        reached = greatest / max(least, 1e-300)
        if reached <= ratio * (1 + _CLOSE):
            break
        if sweep % 50 == 49:
            if reached > best * 0.99:
                break
            best = reached
    draws = np.exp(np.minimum(logs, cap))
    draws[logs <= -_FAR] = 0
    return draws, _ratio(draws, places, pictures, order)


@njit(cache=True, nogil=True)
def _ratio(draws: Floats, places: Ints, pictures: Codes, order: Ints) -> float:
    least, greatest = np.inf, 0.0
    for label in order:
        total = 0.0
        for at in range(places[label], places[label + 1]):
            total += float(draws[pictures[at]])
        least, greatest = min(least, total), max(greatest, total)
    return greatest / max(least, 1e-300)


@njit(cache=True, nogil=True)
def _sweep(
    logs: Floats, factors: Floats, places: Ints, pictures: Codes, order: Ints,
    low: float, ratio: float, cap: float,
) -> tuple[float, float]:  # fmt: skip
    """Change each label's factor once; the least and greatest sum as they were met on the way."""
    least, greatest = np.inf, 0.0
    for label in order:
        total = 0.0
        for at in range(places[label], places[label + 1]):
            total += exp(min(float(logs[pictures[at]]), cap))
        total = max(total, 1e-300)
        least, greatest = min(least, total), max(greatest, total)
        step = _step(total, float(factors[label]), low, ratio * low)
        step = float(min(max(step, -_FAR - factors[label]), _FAR - factors[label]))
        if step != 0.0:
            factors[label] += step
            for at in range(places[label], places[label + 1]):
                logs[pictures[at]] += step
    return least, greatest


@njit(cache=True, nogil=True)
def _step(total: float, factor: float, low: float, high: float) -> float:
    """Change of the log of a label's factor: into the bound, or back towards none as far as that allows."""
    if total > high:
        return log(high / total)
    if total < low:
        return log(low / total)
    if factor < 0:
        return min(-factor, log(high / total))
    return -min(factor, log(total / low))
