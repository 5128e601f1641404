"""The tables of languages: scripts, limits, refusals."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.signals.languages import (
    LanguageModel,
    gram_scores,
    in_other_scripts,
    levelled,
    text_scores,
    writable,
)
from saccade.labels.signals.words import cut


def test_scripts_of_languages() -> None:
    words = cut(pa.array(["sofa диван 椅"], pa.large_string()))
    assert writable(("en", "ru", "ja"), words.scripts).tolist() == [
        [True, False, False], [False, True, False], [False, False, True],
    ]  # fmt: skip


def test_one_word_says_only_so_much() -> None:
    assert levelled(np.array([[0, -100, -1]], np.float32)).tolist() == [[0, -6, -1]]


def test_scores_of_texts_are_sums_over_their_words() -> None:
    words = cut(pa.array(["a b, a", "", "b"], pa.large_string()))
    scores = np.array([[1, 0], [0, 10]], np.float32)
    assert text_scores(words.tokens, words.offsets, scores).tolist() == [[2, 10], [0, 0], [0, 10]]
    assert in_other_scripts(words.tokens, words.offsets, np.array([True, False])).tolist() == [
        True,
        False,
        False,
    ]


def test_runs_of_letters_count_the_edges_of_a_word() -> None:
    dice = np.random.default_rng(0)
    table = dice.normal(size=(1 << 15, 2)).astype(np.float32)
    scores = gram_scores(pa.array(["ab", "xab", "ab"], pa.large_string()), table)
    assert (scores[0] == scores[2]).all()
    assert (scores[0] != scores[1]).all()


@pytest.mark.parametrize("data", [b"", b"[]", b'{"languages": 1}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="expected a language model"):
        LanguageModel.from_bytes(data)
