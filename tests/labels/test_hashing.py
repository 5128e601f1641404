"""Hashes stay what they are, and a phrase is folded as the kernel folds it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from saccade.labels.hashing import BREAK, key_hash, phrase_hashes, phrase_id, word_hash, word_hashes


def test_hashes_never_change() -> None:
    """Ids of phrases are kept in tables: a change here makes every one of them another."""
    assert word_hash("sofa") == 16954877161640594596
    assert phrase_id(key_hash("en", "blue sofa")) == PLAIN


def plainly(language: str, key: str) -> int:
    """The definition, in Python's whole numbers."""
    full = 2**64 - 1

    def mixed(value: int) -> int:
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            value = (value ^ (value >> 33)) * factor & full
        return value ^ (value >> 33)

    def hashed(word: str) -> int:
        value = 0xCBF29CE484222325
        for byte in word.encode():
            value = (value ^ byte) * 0x100000001B3 & full
        return mixed(value)

    value = hashed(language)
    for word in key.split(" "):
        value = mixed(((value ^ hashed(word)) * 0x9E3779B97F4A7C15 + 1) & full)
    return value


PLAIN = phrase_id(plainly("en", "blue sofa"))
WORD = st.text(st.characters(exclude_characters=" ", exclude_categories=["Cs"]), min_size=1, max_size=9)


@given(st.sampled_from(["en", "de", "und"]), st.lists(WORD, min_size=1, max_size=6))
def test_a_phrase_is_folded_as_defined(language: str, words: list[str]) -> None:
    key = " ".join(words)
    assert key_hash(language, key) == plainly(language, key)


def test_slices_and_empty_arrays() -> None:
    words = pa.array(["a", "bb", "", "é"])
    assert np.array_equal(word_hashes(words[1:]), word_hashes(["bb", "", "é"]))
    assert (
        len(word_hashes([])) == 0
        and len(phrase_hashes(pa.array([], pa.string()), pa.array([], pa.string()))) == 0
    )
    assert BREAK not in word_hashes(words)


def test_order_and_language_matter() -> None:
    hashes = {key_hash("en", "a b"), key_hash("en", "b a"), key_hash("de", "a b"), key_hash("en", "a")}
    assert len(hashes) == 4
