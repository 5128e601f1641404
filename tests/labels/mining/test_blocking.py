"""Whole words are blocked, in their own language, wherever they stand."""

from __future__ import annotations

import numpy as np

from saccade.labels.hashing import word_hash
from saccade.labels.mining.blocking import blocked


def test_a_sequence_is_found_at_every_place() -> None:
    phrases = ["old money", "quiet old money", "old money style", "money old", "old gold money", "money"]
    words = np.zeros((len(phrases), 4), np.uint64)
    for row, phrase in enumerate(phrases):
        for place, word in enumerate(phrase.split()):
            words[row, place] = word_hash(word)
    english = np.full(len(phrases), word_hash("en"), np.uint64)
    assert blocked(words, english, [("en", "old money")]).tolist() == [True, True, True, False, False, False]
    assert not blocked(words, english, [("de", "old money")]).any()
    assert not blocked(words, english, []).any()
    assert blocked(words, english, [("en", word) for word in ("money", "gold")]).all()
