"""Advertisement that can be told from one text alone: links and prices, one word repeated, too many hashtags.

Not here: what many shops paste (`boilerplate`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.labels.signals.words import Words

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int32]

REPEATED = 0.5
"""Share of a text that one word may take; of `FEWEST` words and more. Own choice."""
FEWEST = 6


def adverts(words: Words, links: Places, hashtags: int) -> Flags:
    """bool [N]: texts that are an advertisement. links: int32 [N], addresses, prices and telephone numbers;
    hashtags: how many a text may have.
    """
    sizes, most = _repeated(words.tokens, words.offsets)
    repeats = (sizes >= FEWEST) & (most > REPEATED * sizes)
    return (words.hashtags > hashtags) | repeats | ((links >= 2) & (4 * links > sizes))


@njit(cache=True, nogil=True)
def _repeated(tokens: Places, offsets: npt.NDArray[np.int64]) -> tuple[Places, Places]:
    """Words of each text, and how often its most frequent word occurs."""
    sizes, most = np.zeros(len(offsets) - 1, np.int32), np.zeros(len(offsets) - 1, np.int32)
    for row in range(len(sizes)):
        found = tokens[offsets[row] : offsets[row + 1]]
        found = np.sort(found[found >= 0])
        sizes[row] = len(found)
        run = 0
        for place in range(len(found)):
            run = run + 1 if place and found[place] == found[place - 1] else 1
            most[row] = max(most[row], run)
    return sizes, most
