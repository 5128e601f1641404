"""Block lists: phrases that must not be in a vocabulary, alone or within a longer phrase.

Decided: a blocked phrase is compared word by word after the same normalisation as the texts, so "gun" blocks
"toy gun" and not "gunmetal".
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.labels.hashing import Hashes, fold, key_hash
from saccade.labels.vocabulary import slot_of

Flags = npt.NDArray[np.bool_]


def blocked(words: Hashes, languages: Hashes, keys: Iterable[tuple[str, str]]) -> Flags:
    """bool [N]: which phrases hold a blocked one as a whole-word sequence.

    words: uint64 [N, n], hashes of words, 0 behind the last; languages: uint64 [N], hash of the language;
    keys: (language, lemmas joined by spaces) of what is blocked.
    """
    hashes = np.array(sorted({key_hash(language, key) for language, key in keys}), np.uint64)
    slots = np.zeros(1 << max(4, (2 * len(hashes)).bit_length()), np.uint64)
    return _holding(words, languages, _filled(slots, hashes))


@njit(cache=True, nogil=True)
def _filled(slots: Hashes, hashes: Hashes) -> Hashes:
    for value in hashes:
        slots[slot_of(slots, value)] = value
    return slots


@njit(cache=True, nogil=True)
def _holding(words: Hashes, languages: Hashes, slots: Hashes) -> Flags:
    found = np.zeros(len(words), np.bool_)
    for row in range(len(words)):
        for start in range(words.shape[1]):
            value = languages[row]
            for at in range(start, words.shape[1]):
                if words[row, at] == 0:
                    break
                value = fold(value, words[row, at])
                found[row] |= slots[slot_of(slots, value)] == value
    return found
