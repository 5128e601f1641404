"""Runs between breaks, and whether other texts of the subject share a word with them."""

from __future__ import annotations

import numpy as np

from saccade.labels.hashing import word_hashes
from saccade.labels.signals.runs import echoes, lists, run_keys, runs, source_codes, whole_texts, word_counts


def test_runs_and_their_keys(texts_of) -> None:
    words, offsets = lists(
        texts_of([(0, "a", "x y z | p q"), (1, "a", "x y z"), (2, "b", "x y z | u v w")])["words"]
    )
    salts = word_hashes(["a", "a", "b"])
    found = runs(words, offsets, salts, 3)
    assert found.text.tolist() == [0, 1, 2, 2]
    assert (found.end - found.start).tolist() == [3, 3, 3, 3]
    assert found.keys[0] == found.keys[1] != found.keys[2]
    again = run_keys(words, found, np.array([2]), salts[0])
    assert again[0] == found.keys[0]


def test_words_and_whole_texts(texts_of) -> None:
    words, offsets = lists(
        texts_of([(0, "a", "x | y"), (0, "a", "x y"), (0, "b", "x | y"), (0, "b", "")])["words"]
    )
    assert word_counts(words, offsets).tolist() == [2, 2, 2, 0]
    whole = whole_texts(words, offsets)
    assert whole[0] == whole[2] != whole[1]


def test_echoes(texts_of) -> None:
    table = texts_of(
        [
            (0, "a", "red sofa here"),
            (0, "b", "sofa"),
            (1, "a", "free shipping now"),
            (1, "b", "rug"),
            (2, "a", "lone text here"),
            (3, "a", "x x x"),
            (3, "a", "x"),
            *((at, "b", "filler") for at in range(4, 40)),
        ]
    )
    words, offsets = lists(table["words"])
    source, names = source_codes(table)
    subject = table["subject"].to_numpy()
    beside, echoed = echoes(
        words, offsets, subject, source, runs(words, offsets, word_hashes(names)[source], 3)
    )
    assert beside.tolist() == [True, True, False, False]
    assert echoed.tolist() == [True, False, False, False]


def test_common_words_are_no_echo(texts_of) -> None:
    table = texts_of(
        [row for at in range(40) for row in ((at, "a", f"for w{at} y{at}"), (at, "b", f"for v{at}"))]
    )
    words, offsets = lists(table["words"])
    source, names = source_codes(table)
    found = runs(words, offsets, word_hashes(names)[source], 3)
    assert not echoes(words, offsets, table["subject"].to_numpy(), source, found)[1].any()
