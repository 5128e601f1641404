"""Whether people are as independent as the label model holds them to be: a check of its story on the data.

Decided: take pairs that a third voice says, and the chance that they are true by all voices but two. If the
two were independent given the truth, they would say both so many of them; in fact they say more where what
one leaves out the other leaves out too (some products are talked of, some colours catch the eye). The
logarithm of the ratio, over all twos and all phrases that are said often, is the *strain*: 0 where the story
holds, 0.2 on a marketplace. Local dependence of two indicators is what latent class models are checked for
(Hagenaars 1988); one number for all is our own choice.

Not here: what is done about it (`label_model.tempered`).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.special import expit

from saccade.labels.scoring.counts import Counts
from saccade.labels.scoring.evidence import Doubles, Flags
from saccade.labels.scoring.label_model import Parameters, heavy, propensities, tables, worths
from saccade.labels.scoring.voices import Codes

LEAST = 100.0
"""Pairs that two voices must both be predicted to say, all in all, for anything to be known."""


def strain(counts: Counts, at: Parameters) -> float:
    """Log of how often two voices say the same, over how often they should; 0 where too little is known."""
    inside = heavy(counts)[counts.row]
    row, code, look = counts.row[inside], counts.code[inside], tables(counts, at)
    worth = worths(look, row, code)
    total = look.prior[row] + worth.sum(axis=1)
    _, true, false = propensities(counts, at)
    seen = expected = 0.0
    for a, b in combinations(range(code.shape[1]), 2):
        one = _third(code, a, b)
        chance = expit((total - worth[:, a] - worth[:, b])[one])
        both_true, both_false = (_both(rate, a, b)[row[one]] for rate in (true, false))
        expected += float((chance * both_true + (1 - chance) * both_false).sum())
        seen += float(((code[one, a] > 0) & (code[one, b] > 0)).sum())
    return float(np.log(max(seen, 1.0) / expected)) if expected >= LEAST else 0.0


def _both(rate: Doubles, a: int, b: int) -> Doubles:
    """float64 [V]: how often two independent voices both say a phrase."""
    return (1 - rate[:, a, 0]) * (1 - rate[:, b, 0])


def _third(code: Codes, a: int, b: int) -> Flags:
    """bool [pairs]: a third voice says it, and both of the two have something to say."""
    others = np.ones(code.shape[1], np.bool_)
    others[[a, b]] = False
    return (code[:, others] > 0).any(axis=1) & (code[:, a] >= 0) & (code[:, b] >= 0)
