"""Noise comes at its rate, and leaves readable text."""

from __future__ import annotations

import numpy as np

from saccade.bazaar import noise
from saccade.bazaar.lexicons.english import ENGLISH
from saccade.bazaar.random import stream

WORDS = "the quick brown sofa stands beside another lamp in wool and velvet 2025"


def distance(a: str, b: str) -> int:
    """Edits (Levenshtein) between two words."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(row[-1] + 1, last[j] + 1, last[j - 1] + (x != y)))
    return row[-1]


def test_slips_come_at_their_rate_and_are_small() -> None:
    dice = stream(0, "noise")
    words = WORDS.split(" ")
    changed = total = 0
    for _ in range(400):
        for before, after in zip(
            words, noise.slips(WORDS, 0.3, ENGLISH.keyboard, dice).split(" "), strict=True
        ):
            assert (distance(before, after) <= 2 and before[0] == after[0]) or before[:2] == after[1::-1]
            if len(before) > 3 and before.isalpha():
                total += 1
                changed += before != after
            else:
                assert before == after
    # A swap of two equal letters changes nothing, so a little fewer than 0.3.
    assert 0.24 < changed / total < 0.33


def test_no_rate_no_slip() -> None:
    assert noise.slips(WORDS, 0.0, ENGLISH.keyboard, stream(0, "noise")) == WORDS


def test_queries_have_an_error_in_about_one_of_eight() -> None:
    dice = stream(0, "typed")
    typed = [noise.typed("green velvet sofa", "en", ENGLISH.keyboard, dice) for _ in range(4000)]
    assert abs(np.mean([text != "green velvet sofa" for text in typed]) - 0.125) < 0.03


def test_plain_letters() -> None:
    dice = stream(0, "plain")
    found = {noise.plain_letters("grün und weiß", "de", dice) for _ in range(30)}
    assert found == {"gruen und weiss", "grun und weiß"}
    assert noise.plain_letters("jarrón pequeño", "es", dice) == "jarron pequeno"


def test_decorations_keep_the_words() -> None:
    dice = stream(0, "decor")
    assert "mug" in noise.decorate("mug", dice) and noise.decorate("mug", dice) != "mug"
    assert noise.shout("a mug", dice).startswith("A MUG")
    tags = noise.hashtags(["mid century", "Sofa", "", "wool", "sofa"], dice)
    assert set(tags.split()) <= {"#midcentury", "#sofa", "#wool"}
    stuffed = noise.stuff("mug", ["sale", "gift", "new", "cheap"], dice)
    assert (
        stuffed.startswith("mug") and sum(word in stuffed for word in ("sale", "gift", "new", "cheap")) >= 3
    )


def test_languages_are_told_at_their_rate() -> None:
    dice = stream(0, "told")
    told = [noise.told_language("de", ["en", "de", "es"], dice) for _ in range(4000)]
    assert abs(told.count(None) / 4000 - noise.LANGUAGE_UNKNOWN) < 0.03
    assert told.count("de") > 0.96 * (4000 - told.count(None))
    assert told.count("en") + told.count("es") > 0
