"""The words that phrases are made of, and two words that are really one ("living room").

Decided: meaning is found for *units*, words or fixed pairs of words, and phrases are put together from them,
because a unit is met in hundreds of phrases where a phrase of the tail is met once. A pair is fixed when one
of its words is followed or preceded by the other in most of the different phrases that hold it (kinds of
phrase are counted, not mentions: a board of eighty "teal bedroom" makes no word). Articles, prepositions and
words that ask for pictures rather than say what is on them ("ideas", "Inspiration") are left out of a phrase
unless nothing else is left of it. All our own choices.

Not here: what units mean (`alignment`), and the vectors (`vectors`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.clustering.matrices import Sparse, by_rows
from saccade.labels.mining.closed_class import CLOSED

Codes = npt.NDArray[np.int32]
Word = tuple[str, str]
"""(language, word)."""

FIXED = 0.6
"""Share of the phrases with a word that must hold the pair before the pair is one unit."""
FEWEST = 3
"""Different phrases that must hold a pair before it is one unit."""
GENERIC: dict[str, frozenset[str]] = {
    "en": frozenset("idea ideas inspo inspiration inspired aesthetic style vibe vibes decor design".split()),
    "de": frozenset("idee ideen inspo inspiration stil style deko dekoration design".split()),
    "es": frozenset("idea ideas inspo inspiración estilo estética estético decoración diseño color".split()),
}
"""Words that say that something is to be looked at, and not what it is; nor what kind of word another is."""

_ROUNDS = 2  # pairs, then pairs of pairs: "mid century modern"


@dataclass(frozen=True, eq=False)
class Units:
    """The units of a vocabulary.

    names: (language, unit) of each, sorted; a pair's words are joined by "_". language: int32 [U], place in
    `languages`. phrases: float32 sparse [V, U], 1 where a phrase holds a unit.
    """

    names: tuple[Word, ...]
    language: Codes
    languages: tuple[str, ...]
    phrases: Sparse

    def __len__(self) -> int:
        return len(self.names)


def units(phrases: pa.Table, generic: Mapping[str, frozenset[str]] = GENERIC) -> Units:
    """The units of phrases. phrases: columns `language`, `key`, as in the table of that name."""
    languages, keys = phrases.column("language").to_pylist(), phrases.column("key").to_pylist()
    dropped = {
        name: CLOSED.get(name, frozenset()) | generic.get(name, frozenset()) for name in set(languages)
    }
    words = [
        _telling(key.split(" "), dropped[language]) for key, language in zip(keys, languages, strict=True)
    ]
    for _ in range(_ROUNDS):
        pairs = _fixed(words, languages)
        words = [_joined(one, language, pairs) for one, language in zip(words, languages, strict=True)]
    return _indexed(words, languages)


def _telling(words: list[str], dropped: frozenset[str]) -> list[str]:
    return [word for word in words if word not in dropped] or words


def _fixed(phrases: Sequence[list[str]], languages: Sequence[str]) -> set[tuple[str, str, str]]:
    """Pairs (language, word, next word) that are one unit."""
    words: dict[Word, int] = defaultdict(int)
    pairs: dict[tuple[str, str, str], int] = defaultdict(int)
    for phrase, language in zip(phrases, languages, strict=True):
        for word in set(phrase):
            words[language, word] += 1
        for first, second in set(pairwise(phrase)):
            pairs[language, first, second] += 1
    return {
        (name, first, second)
        for (name, first, second), count in pairs.items()
        if count >= FEWEST and count >= FIXED * min(words[name, first], words[name, second])
    }


def _joined(words: list[str], language: str, pairs: set[tuple[str, str, str]]) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(words):
        both = at + 1 < len(words) and (language, words[at], words[at + 1]) in pairs
        found.append(f"{words[at]}_{words[at + 1]}" if both else words[at])
        at += 1 + both
    return found


def _indexed(phrases: Sequence[list[str]], languages: Sequence[str]) -> Units:
    said = [{(language, word) for word in words} for words, language in zip(phrases, languages, strict=True)]
    names = tuple(sorted({name for held in said for name in held}))
    place = {name: at for at, name in enumerate(names)}
    known = tuple(sorted(set(languages)))
    ends = np.cumsum([0, *(len(held) for held in said)])
    columns = _flat(sorted(place[name] for name in held) for held in said)
    matrix = by_rows(columns, ends, len(names), np.ones(len(columns), np.float32))
    language = np.array([known.index(name) for name, _ in names], np.int32)
    return Units(names, language, known, matrix)


def _flat(lists: Iterable[list[int]]) -> Codes:
    return np.fromiter((value for one in lists for value in one), np.int32)
