"""What people and shops do to text: slips of the finger, shouting, emoji, hashtags, keywords, spam.

Decided: every rate is a constant here, with its reason; all are our own choices unless a source is named.
Each function takes its generator, so a text is the same whoever asks. A slip is a key's neighbour on the
language's keyboard, a letter lost, doubled or swapped with the next. Words of three letters and less, and
words with digits, stay as they are.

Not here: text about another product, which `words` and `texts` choose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

SLIPS_LISTING = 0.01
"""Share of a seller's words with a slip: listings are proof-read, a little."""
SLIPS_BOARD = 0.02
"""Share of words of a board name with a slip: names are short and stay in sight."""
SLIPS_QUERY = 0.045
"""Share of words of a query with a slip: with three words a query, about one query in eight; web search logs
have 10 to 15% of queries with an error (Cucerzan and Brill 2004)."""
PLAIN_LETTERS = 0.35
"""Share of queries typed without accents and umlauts, where a language has them: phones make them slow."""
LOWER_CASE = 0.7
"""Share of queries in small letters only."""
SHOUTED = 0.04
"""Share of titles IN CAPITALS."""
EMOJI_TITLE = 0.05
"""Share of titles with an emoji."""
HASHTAGS = 0.18
"""Share of descriptions that end in hashtags: sellers who also post elsewhere."""
STUFFED = 0.08
"""Share of titles with keywords that have little to do with the product: it used to help in search."""
WRONG_BRAND = 0.02
"""Share of titles that name another maker ("like Corvik"), to be found under its name."""
BOILERPLATE = 0.75
"""Share of the descriptions of a seller with a standing sentence that carry it; four sellers in ten have
one.
"""
SPAM = 0.02
"""Share of descriptions and alt texts with an advertisement in them."""
WRONG_TITLE = 0.01
"""Share of listings whose title and description are another product's: pasted into the wrong form."""
WRONG_ALT = 0.04
"""Share of alt texts about another product: made in bulk, shifted by a row."""
WRONG_QUERY = 0.06
"""Share of clicked queries that ask for something else: a click is no promise."""
WRONG_CAPTION = 0.06
"""Share of scenes whose caption and alt text belong to another scene: saved from elsewhere with its text."""
EMPTY_ALT = 0.12
"""Share of alt texts that say nothing: a file name, or "image"."""
LANGUAGE_UNKNOWN = 0.4
"""Share of texts without a language: most sources do not tell it."""
LANGUAGE_WRONG = 0.02
"""Share of given languages that are another's: the setting of the account, not of the text."""

Dice = np.random.Generator

EMOJI = ("✨", "🔥", "😍", "❤️", "⭐", "🎁", "🌿", "💕", "👉", "🛍️")
_BARE = str.maketrans("áéíóúüñäöÁÉÍÓÚÜÑÄÖ", "aeiouunaoAEIOUUNAO")
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


def chance(dice: np.random.Generator, rate: float) -> bool:
    """True at this rate."""
    return bool(dice.random() < rate)


def choose(dice: np.random.Generator, options: Sequence[str]) -> str:
    """One of them, all alike."""
    return options[int(dice.integers(len(options)))]


def slips(text: str, rate: float, keyboard: tuple[str, ...], dice: np.random.Generator) -> str:
    """The text with a slip in about `rate` of its words."""
    words = text.split(" ")
    hit = dice.random(len(words)) < rate
    return " ".join(_slip(w, keyboard, dice) if h else w for w, h in zip(words, hit, strict=True))


def shout(text: str, dice: np.random.Generator) -> str:
    """Capitals and, half the time, exclamation marks."""
    return text.upper() + choose(dice, ("", "", "!!", "!!!"))


def decorate(text: str, dice: np.random.Generator) -> str:
    """One to three of an emoji, before or behind."""
    signs = choose(dice, EMOJI) * int(dice.integers(1, 4))
    return f"{signs} {text}" if chance(dice, 0.4) else f"{text} {signs}"


def hashtags(words: Sequence[str], dice: np.random.Generator) -> str:
    """Some of the words as hashtags, in any order: "#midcenturymodern #sofa"."""
    tags = list(dict.fromkeys("#" + re.sub(r"[\W_]+", "", word).lower() for word in words if word))
    dice.shuffle(tags)
    return " ".join(tags[: int(dice.integers(2, 6))])


def plain_letters(text: str, language: str, dice: np.random.Generator) -> str:
    """Without accents; in German, half the time as ae, oe, ue."""
    if language == "de" and chance(dice, 0.5):
        text = "".join(_GERMAN.get(letter, letter) for letter in text)
    return text.translate(_BARE)


def stuff(text: str, keywords: Sequence[str], dice: np.random.Generator) -> str:
    """Three to six keywords behind the text."""
    count = min(int(dice.integers(3, 7)), len(keywords))
    picked = [keywords[int(i)] for i in dice.permutation(len(keywords))[:count]]
    return text + choose(dice, (" - ", ", ", " | ", " ")) + choose(dice, (" ", ", ", " | ")).join(picked)


def typed(text: str, language: str, keyboard: tuple[str, ...], dice: np.random.Generator) -> str:
    """As somebody types it into a search box: small letters, plain letters, slips."""
    text = text.lower() if chance(dice, LOWER_CASE) else text
    text = plain_letters(text, language, dice) if chance(dice, PLAIN_LETTERS) else text
    return slips(text, SLIPS_QUERY, keyboard, dice)


def told_language(language: str, others: Sequence[str], dice: np.random.Generator) -> str | None:
    """The language as the source gives it: often not at all, seldom wrongly."""
    if chance(dice, LANGUAGE_UNKNOWN):
        return None
    return choose(dice, others) if chance(dice, LANGUAGE_WRONG) else language


def _slip(word: str, keyboard: tuple[str, ...], dice: np.random.Generator) -> str:
    if len(word) <= 3 or not word.isalpha():
        return word
    at = int(dice.integers(1, len(word)))  # the first letter is rarely wrong
    kind = int(dice.integers(4))
    if kind == 0:
        near = _neighbours(keyboard).get(word[at].lower(), word[at])
        return word[:at] + choose(dice, near) + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


@lru_cache(maxsize=8)
def _neighbours(keyboard: tuple[str, ...]) -> dict[str, str]:
    """The keys that touch each key."""
    found: dict[str, str] = {}
    for row, keys in enumerate(keyboard):
        for at, key in enumerate(keys):
            near = keys[max(at - 1, 0) : at] + keys[at + 1 : at + 2]
            for other in keyboard[max(row - 1, 0) : row] + keyboard[row + 1 : row + 2]:
                near += other[max(at - 1, 0) : at + 1]
            found[key] = near
    return found
