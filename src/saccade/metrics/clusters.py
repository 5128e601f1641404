"""How well clusters agree with true classes: B-cubed, purity, normalised mutual information.

Decided: B-cubed (Bagga and Baldwin 1998) is the main one: each thing asks of its own cluster how much of it
is right (precision) and how much of its class is there (recall), and things are averaged, so neither one
large cluster nor clusters of one can hide the rest (Amigó et al. 2009). Things that have no class are the
caller's to leave out. A thing in several classes is not: give one class each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from saccade.errors import InputError

Codes = Sequence[int] | Sequence[str] | npt.NDArray[np.int64] | npt.NDArray[np.int32] | npt.NDArray[np.str_]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bcubed:
    """precision, recall: means over things, 0..1; f1: their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def bcubed(clusters: Codes, classes: Codes) -> Bcubed:
    """clusters, classes: of N things, any names. Raises `InputError` for none, or differing numbers."""
    table = _contingency(clusters, classes)
    things, squares = table.sum(), table.multiply(table)
    by_cluster = np.asarray(squares.sum(axis=1)).ravel() / np.asarray(table.sum(axis=1)).ravel()
    by_class = np.asarray(squares.sum(axis=0)).ravel() / np.asarray(table.sum(axis=0)).ravel()
    return Bcubed(float(by_cluster.sum() / things), float(by_class.sum() / things))


def purity(clusters: Codes, classes: Codes) -> float:
    """Share of things that are of the most frequent class of their cluster, 0..1; clusters of one get 1."""
    table = _contingency(clusters, classes)
    return float(table.max(axis=1).sum() / table.sum())


def nmi(clusters: Codes, classes: Codes) -> float:
    """Mutual information over the mean of both entropies, 0..1; 1 where both put everything into one."""
    joint = _contingency(clusters, classes)
    joint = joint / joint.sum()
    a, b = np.asarray(joint.sum(axis=1)).ravel(), np.asarray(joint.sum(axis=0)).ravel()
    found = joint.tocoo()
    shared = float((found.data * np.log(found.data / (a[found.row] * b[found.col]))).sum())
    mean = (_entropy(a) + _entropy(b)) / 2
    return shared / mean if mean > 0 else 1.0


def _entropy(share: Doubles) -> float:
    return float(-(share * np.log(share)).sum())


def _contingency(clusters: Codes, classes: Codes) -> Any:
    """float64 sparse [clusters, classes]: how many things are in both."""
    if len(clusters) != len(classes) or not len(clusters):
        raise InputError(f"expected a cluster and a class each, found {len(clusters)} and {len(classes)}")
    rows, columns = (np.unique(np.asarray(names), return_inverse=True)[1] for names in (clusters, classes))
    return coo_array((np.ones(len(rows)), (rows, columns))).tocsr()
