"""Copies against a plain search for runs, and the rules about which one is the copy."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.signals.copies import FEWEST, SHARE, copies


def found(texts: list[tuple[int, int, str]]) -> list[bool]:
    """texts: (subject, source, words as letters, spaces are breaks), sorted by subject and source."""
    words = [[0 if letter == " " else ord(letter) for letter in text] for _, _, text in texts]
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in words])]).astype(np.int64)
    flat = np.array([word for text in words for word in text], np.uint64)
    subject, source = (np.array([row[at] for row in texts], np.int32) for at in (0, 1))
    return copies(subject, source, flat, offsets).tolist()


@pytest.mark.parametrize(
    ("texts", "copied"),
    [
        ([(0, 0, "abcde"), (0, 1, "xabcdey")], [True, False]), ([(0, 0, "abcd"), (0, 1, "xabcdey")], [False,
        False]),
        ([(0, 0, "abcde"), (0, 0, "abcdex")], [False, False]), ([(0, 0, "abcde"), (1, 1, "abcdex")], [False,
        False]),
        ([(0, 0, "abcde"), (0, 1, "abcde"), (0, 2, "abcde")], [False, True, True]),
        ([(0, 0, "abcdeqr"), (0, 1, "xabcdexyz")], [False, False]), ([(0, 0, "abc de"), (0, 1, "abcdexyz")],
        [True, False]),
        ([(0, 0, "abcdefgq"), (0, 1, "zabcdefgz")], [True, False]), ([(0, 0, "ab"), (0, 1, "ab")], [False,
        False]),
    ],
)  # fmt: skip
def test_which_is_the_copy(texts: list[tuple[int, int, str]], copied: list[bool]) -> None:
    assert found(texts) == copied


def test_as_a_plain_search_finds_them() -> None:
    dice = np.random.default_rng(2)
    base = "".join(chr(97 + at) for at in dice.permutation(26))
    for _ in range(300):
        texts = []
        for source in range(2):
            start, size = dice.integers(0, 14), dice.integers(3, 13)
            texts.append((0, source, base[start : start + size] + "Q" * int(dice.integers(0, 3))))
        first, second = texts[0][2], texts[1][2]
        copy, whole, at = (first, second, 0) if len(first) < len(second) else (second, first, 1)
        runs = (copy[a:b] for a in range(len(copy)) for b in range(a + FEWEST, len(copy) + 1))
        longest = max((len(run) for run in runs if run in whole), default=0)
        expected = [False, False]
        expected[at] = longest >= SHARE * len(copy) and len(copy) >= FEWEST
        if "Q" not in first + second:
            assert found(texts) == expected, texts


def test_one_text_of_each_group_stays() -> None:
    dice = np.random.default_rng(5)
    texts = [(0, source, "abcdefgh"[: dice.integers(5, 9)]) for source in range(6) for _ in range(3)]
    assert not all(found(texts))
