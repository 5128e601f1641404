"""Cutting into words: joins, breaks, hashtags, scripts; against a plain cutter on plain text."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.signals.letters import SCRIPTS
from saccade.labels.signals.words import cut


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mid-century modern, oak", "mid century modern | oak"), ("mid - century", "mid | century"),
        ("women's l'armoire sellers' shop", "women l armoire sellers shop"), ("it’S big", "it big"),
        ("'quoted' word", "quoted word"),
        ("#MidCenturyModern #DIYHome #oak", "mid century modern | diy home | oak"), ("iPhone McCoy",
        "iphone mccoy"),
        ("#mid_century sofa", "mid century | sofa"), ("# 5 a", "5 a"), ("3.5 cm, 10,000 b",
        "3.5 cm | 10,000 b"),
        ("10 20 | oak 3", "oak 3"), ("1 2 3", ""), ("", ""), ("!!! ...", ""), ("😍sofa😍 x", "sofa | x"),
        ("black & white", "black & white"), ("& white &", "white"), ("a, & b", "a | b"), ("R&B", "r & b"),
        ("a\nb\tc", "a | b c"), ("so\u200bf\x00a \u202eb", "sofa b"), ("Weiße KÜCHE", "weiße küche"),
        ("赤いソファ", "赤 い ソファ"), ("ก้า", "ก้ า"), ("كرسي خشبي", "كرسي خشبي"), ("a" * 49 + " b", "b"),
        ("x " + "a" * 49 + " b", "x | b"), ("a" * 48, "a" * 48), ("U.S. size", "u | s | size"),
        ("sofa/couch", "sofa | couch"),
        ("cafe\u0301s", "cafe\u0301s"), ("Москва кофе", "москва кофе"),
    ],
)  # fmt: skip
def test_words(text: str, words: str, spelled) -> None:
    assert spelled(cut(pa.array([text], pa.large_string()))) == [words]


def test_breaks_never_double_nor_stand_at_the_ends() -> None:
    dice = np.random.default_rng(3)
    alphabet = list("ab,.- #&'\n3😍漢é")
    texts = ["".join(dice.choice(alphabet, dice.integers(0, 30))) for _ in range(3000)]
    found = cut(pa.array(texts, pa.large_string()))
    for start, end in zip(found.offsets, found.offsets[1:], strict=False):
        tokens = found.tokens[start:end]
        assert not len(tokens) or (tokens[0] >= 0 and tokens[-1] >= 0)
        assert not ((tokens[1:] < 0) & (tokens[:-1] < 0)).any()


def test_plain_text_as_a_plain_cutter_cuts_it(spelled) -> None:
    dice = np.random.default_rng(4)
    names = ["oak", "sofa", "grün", "кресло", "sedia"]
    texts = [
        "".join(f"{dice.choice(names)}{dice.choice([' ', ', ', '; '])}" for _ in range(9)) for _ in range(500)
    ]
    expected = [" | ".join(part.strip() for part in re.split("[,;]", text) if part.strip()) for text in texts]
    assert spelled(cut(pa.array(texts, pa.large_string()))) == expected


def test_more_distinct_words_than_the_first_table_holds() -> None:
    names = [f"w{number}" for number in range(30_000)]
    found = cut(pa.array([" ".join(names), " ".join(reversed(names))], pa.large_string()))
    assert found.surfaces.to_pylist() == names
    assert found.tokens.tolist() == [*range(30_000), *reversed(range(30_000))]


def test_each_word_is_written_once_and_a_slice_is_read_from_its_start() -> None:
    found = cut(pa.array(["skipped", "oak oak", "oak ash"], pa.large_string())[1:])
    assert found.surfaces.to_pylist() == ["oak", "ash"]
    assert (found.tokens.tolist(), found.offsets.tolist()) == ([0, 0, 0, 1], [0, 2, 4])


def test_broken_bytes_are_breaks(spelled) -> None:
    data = b"oak\xff\xe4ash\xf0\x9f"
    broken = pa.LargeStringArray.from_buffers(
        1, pa.py_buffer(np.array([0, len(data)], np.int64).tobytes()), pa.py_buffer(data)
    )
    assert spelled(cut(broken))[0].startswith("oak |")


def test_scripts_and_hashtags() -> None:
    found = cut(pa.array(["oak 3кресло #a #b"], pa.large_string()))
    assert [SCRIPTS[at] for at in found.scripts[:2]] == ["LATIN", "CYRILLIC"]
    assert found.hashtags.tolist() == [2]
