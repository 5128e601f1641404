"""Which categories go together: how much more often than by chance they are in one look.

lift(a, b) = (looks with both + S) / (expected looks with both + S), where what is expected is looks(a) ×
looks(b) / L; its logarithm is pointwise mutual information, smoothed towards 0 where little was seen (S is
our own choice).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.complete.looks import Looks

SMOOTHING = 3.0


@dataclass(frozen=True, eq=False)
class Prior:
    """counts: int64 [C, C], looks that hold both categories (on the diagonal: that hold it); looks: how
    many.
    """

    counts: NDArray[np.int64]
    looks: int

    @property
    def lift(self) -> NDArray[np.float64]:
        """float64 [C, C]: times as often together as by chance, smoothed; 1 is neither more nor less."""
        single = np.diag(self.counts).astype(np.float64)
        expected = np.outer(single, single) / max(self.looks, 1)
        return (self.counts + SMOOTHING) / (expected + SMOOTHING)


def count_categories(looks: Looks) -> Prior:
    """The prior of some looks; the category of a member counts once a look."""
    held = np.zeros((len(looks), len(looks.categories)), bool)
    for look in range(len(looks)):
        held[look, looks.category[looks[look]]] = True
    return Prior(held.T.astype(np.int64) @ held.astype(np.int64), len(looks))
