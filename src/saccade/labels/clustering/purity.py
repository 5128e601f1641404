"""How much the phrases of a label are really met in the same company: what the clusters were not made of.

Decided: phrases of a label share a vector by construction, so the vectors cannot question it. Where phrases
are met can: for each phrase the mean direction of its subjects' other phrases, less that of all phrases.
Purity is the mean cosine of that to the label's own, weighted by how often a phrase is met, each phrase left
out of the mean it is held against. A phrase that is met once says little, so labels of rare phrases read
lower. A label of one phrase has no purity. Our own definition; it knows no truth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saccade.labels.clustering.context import Company
from saccade.labels.clustering.vectors import unit_length

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


def purity(label: Codes, met: Company, labels: int) -> Floats:
    """float32 [labels], -1..1; NaN where fewer than two phrases of a label are met with others.

    label: int32 [V], the label of each phrase, -1 for none; met: where the phrases are met.
    """
    known = np.flatnonzero((label >= 0) & (met.subjects > 0))
    own, times, of = company_of(met)[known], met.subjects[known].astype(np.float64), label[known]
    total = np.zeros((labels, own.shape[1]))
    np.add.at(total, of, own * times[:, None])
    rest = unit_length((total[of] - own * times[:, None]).astype(np.float32))
    cosine = np.einsum("nd,nd->n", own, rest)
    several = np.bincount(of, minlength=labels) > 1
    mean = np.bincount(of, times * cosine, labels) / np.maximum(np.bincount(of, times, labels), 1e-12)
    return np.where(several, mean, np.nan).astype(np.float32)


def company_of(met: Company) -> Floats:
    """float32 [V, dim]: the company of each phrase less that of all, of length 1; 0 where it is never met."""
    mean = met.total / np.maximum(met.subjects, 1)[:, None]
    usual = met.total.sum(axis=0) / max(int(met.subjects.sum()), 1)
    return unit_length(np.where(met.subjects[:, None] > 0, mean - usual, 0).astype(np.float32))
