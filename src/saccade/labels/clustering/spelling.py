"""How alike two words are written: "minimalist", "minimalistisch", "minimalista".

Decided: the share of two- and three-letter pieces that they have in common (Dice 1945), without accents.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from saccade.labels.clustering.matrices import Sparse, by_rows


def pieces(words: Sequence[str]) -> Sparse:
    """float32 sparse [words, pieces]: rows whose dot products are the shares in common, 0..1, nearly.

    Rows are of length 1 (cosine instead of Dice: the same for words of equal length).
    """
    place: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for word in words:
        columns += sorted(place.setdefault(piece, len(place)) for piece in _pieces(word))
        ends.append(len(columns))
    lengths = np.diff(ends)
    data = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    return by_rows(np.array(columns, np.int32), np.array(ends), max(len(place), 1), data)


def plain(word: str) -> str:
    """Without accents and umlauts."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _pieces(phrase: str) -> set[str]:
    words = [f" {word} " for word in plain(phrase).replace("_", " ").split()]
    return {word[at : at + n] for word in words for n in (2, 3) for at in range(len(word) - n + 1)}
