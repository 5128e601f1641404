"""Spellings without accents that mean an accented word of the same corpus: "lampara" → "lámpara".

Decided: nobody's rule but the corpus's usage. A word without accents stands for an accented one when, in its
language, the accented one is written at least `OFTEN` times as often; "schon" stays beside "schön" where both
are common. German is also typed with ae, oe, ue and ss. So keys and names keep their right spelling, and
typing without accents meets them.

Not here: slips of the finger, which stay as they are.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.labels.signals.words import Words

OFTEN = 1.0

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def spellings(
    words: Words, text: npt.NDArray[np.int32], language: npt.NDArray[np.int32], languages: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    """language → plain spelling → accented one. text: int32 [rows], place in `words`; language: int32
    [rows].
    """
    counts = _counts(words.tokens, words.offsets, text, language, len(languages), len(words.surfaces))
    surfaces: list[str] = words.surfaces.to_pylist()
    accented = [at for at, word in enumerate(surfaces) if not word.isascii()]
    place = {word: at for at, word in enumerate(surfaces)}
    found: dict[str, dict[str, str]] = {}
    for number, code in enumerate(languages):
        best: dict[str, int] = {}
        for at in accented:
            if counts[number, at]:
                for plain in _plain(surfaces[at], code):
                    rival = best.get(plain)
                    if rival is None or counts[number, at] > counts[number, rival]:
                        best[plain] = at
        found[code] = {
            plain: surfaces[at]
            for plain, at in sorted(best.items())
            if counts[number, at] >= OFTEN * (counts[number, place[plain]] if plain in place else 0)
        }
    return found


def _plain(word: str, language: str) -> set[str]:
    """How an accented word is typed without accents."""
    typed = {word, word.translate(_GERMAN)} if language == "de" else {word}
    bare = {
        "".join(letter for letter in unicodedata.normalize("NFD", one) if not unicodedata.combining(letter))
        for one in typed
    }
    return {one for one in (typed | bare | {one.replace("ß", "ss") for one in bare}) if one.isascii()}


@njit(cache=True, nogil=True)
def _counts(
    tokens: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64], text: npt.NDArray[np.int32],
    language: npt.NDArray[np.int32], languages: int, surfaces: int,
) -> npt.NDArray[np.int64]:  # fmt: skip
    found = np.zeros((languages, surfaces), np.int64)
    for row in range(len(text)):
        if language[row] < languages:
            for token in tokens[offsets[text[row]] : offsets[text[row] + 1]]:
                if token >= 0:
                    found[language[row], token] += 1
    return found
