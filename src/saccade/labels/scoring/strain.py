"""Whether people are as independent as the label model holds them to be: a check of its story against the data.

Decided: take pairs that a third voice says, and the chance that they are true by all voices but two. If the two
were independent given the truth, they would say both so many of them; in fact they say more where what one
leaves out the other leaves out too (some products are talked of, some colours catch the eye). The logarithm of
the ratio, over all twos and phrases that are said often, is the *strain*: 0 where the story holds, 0.2 on a
marketplace. It is a check of a mixture's local independence in the manner of Hagenaars (1988); own choice: pooled
into one number.

Not here: what is done about it (`label_model.tempered`).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.special import expit

from saccade.labels.scoring.counts import Counts
from saccade.labels.scoring.evidence import Doubles, Flags
from saccade.labels.scoring.label_model import Parameters, heavy, propensities, tables, worths

LEAST = 100.0
"""Pairs that two voices must both be predicted to say, all in all, for anything to be known."""


def strain(counts: Counts, at: Parameters) -> float:
    """Log of how often two voices say the same, over how often they should; 0 where too little is known."""
    inside = heavy(counts)[counts.row]
    row, code = counts.row[inside], counts.code[inside]
    worth = worths(tables(counts, at), row, code)
    total = tables(counts, at).prior[row] + worth.sum(axis=1)
    _, true, false = propensities(counts, at)
    says_true, says_false = 1 - true[:, :, 0], 1 - false[:, :, 0]
    seen = expected = 0.0
    for a, b in combinations(range(code.shape[1]), 2):
        one = _third(code, a, b)
        chance = expit((total - worth[:, a] - worth[:, b])[one])
        both_true = (says_true[:, a] * says_true[:, b])[row[one]]
        both_false = (says_false[:, a] * says_false[:, b])[row[one]]
        expected += float((chance * both_true + (1 - chance) * both_false).sum())
        seen += float(((code[one, a] > 0) & (code[one, b] > 0)).sum())
    return float(np.log(max(seen, 1.0) / expected)) if expected >= LEAST else 0.0


def _third(code: np.ndarray[tuple[int, ...], np.dtype[np.int8]], a: int, b: int) -> Flags:
    """bool [pairs]: a third voice says it, and both of the two have something to say."""
    others = np.ones(code.shape[1], np.bool_)
    others[[a, b]] = False
    return (code[:, others] > 0).any(axis=1) & (code[:, a] >= 0) & (code[:, b] >= 0)
