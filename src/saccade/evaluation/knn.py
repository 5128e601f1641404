"""k-nearest-neighbour classification of embeddings: what a representation knows without learning anything.

Wu et al. 2018 and DINO (Caron et al. 2021, arXiv 2104.14294): each of the k nearest training pictures votes
for its class with weight exp(cosine / 0.07); the class with the largest sum wins. DINO found k = 20 the best
throughout. 1-NN is the same with k = 1.

Decided: neighbours are exact (`exact.top_k`). Sign bits vote with the cosine that their agreement estimates,
cos(pi × Hamming / D) (Charikar 2002), so that one temperature serves both. Equal sums go to the first class.
"""

from __future__ import annotations

import numpy as np

from saccade.evaluation.exact import Floats, Scorer, Targets, top_k
from saccade.metrics.columns import Ints

NEIGHBOURS = 20
TEMPERATURE = 0.07
_PICTURES = 256  # whose votes are counted at once


def neighbours(scorer: Scorer, queries: int, rows: Ints, k: int = NEIGHBOURS) -> tuple[Ints, Floats]:
    """Places in `rows` (of the gallery) of the k nearest to each query, int64 [Q, k], and their scores.

    float32 [Q, k], falling. Where there are fewer than k, k is what there is.
    """
    targets = Targets(rows, np.arange(len(rows) + 1))
    return top_k(scorer, queries, targets, min(k, len(rows)))


def vote(places: Ints, cosines: Floats, taught: Ints, classes: int, temperature: float = TEMPERATURE) -> Ints:
    """The class that each query's neighbours vote for, int64 [Q].

    Args:
        places: [Q, k] places in `taught`, the nearest first. cosines: [Q, k].
        taught: the class of each training row. classes: K.
        temperature: of the weights exp(cosine / temperature).
    """
    predicted = np.empty(len(places), np.int64)
    for start in range(0, len(places), _PICTURES):
        block = slice(start, start + _PICTURES)
        weight = np.exp((cosines[block] - cosines[block, :1]).astype(np.float64) / temperature)
        rows = np.arange(len(weight))[:, None] * classes + taught[places[block]]
        sums = np.bincount(rows.ravel(), weight.ravel(), len(weight) * classes)
        predicted[block] = sums.reshape(-1, classes).argmax(axis=1)
    return predicted


def cosine_of_agreement(agreement: Floats) -> Floats:
    """The cosine that an agreement of sign bits, 1 - 2 × Hamming / D, estimates."""
    return np.cos(np.pi / 2 * (1 - agreement))
