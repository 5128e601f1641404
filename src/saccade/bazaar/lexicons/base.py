"""What every language must say: `Lexicon`, and the words with grammar that it holds.

Decided: templates avoid inflection (colours and patterns stand after the noun, or after "in"), so that a noun
needs only its gender, its plural and whether it comes as a pair. What cannot be avoided, the article, is
looked up by gender. Keys are those of the truth ("striped", "leather") and the same in every language.

Not here: which words are chosen (`words`), and mistakes (`noise`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, tuple[str, ...]]
"""Several words for each key, the most usual first."""


@dataclass(frozen=True)
class Noun:
    """A word for a category.

    one: as a listing names it (a pair of shoes is "sneakers"); many: plural; gender: m, f, n, or p for a word
    that is a plural already.
    """

    one: str
    many: str
    gender: str


@dataclass(frozen=True)
class Look:
    """The name of a style: alone ("japandi style"), and beside a room or an outfit ("in japandi style")."""

    alone: tuple[str, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    keyboard: its rows of letters, for slips of the finger. like: as in "like Corvik". articles: gender →
    indefinite article ("" for none). Templates are filled with `{a} {category} {categories} {style}
    {colour} {pattern} {material} {second} {hardware} {use} {size} {brand} {phrase}`, and `{Colour}
    {Second}` with a capital; titles are for patterned products, plain_titles for those in one colour.
    compose: name of a composition → templates over `{look} {place} {season} {colour}`; boards over
    `{phrase} {category} {categories} {colour} {place}`; captions over `{things} {place} {look}`, where a
    thing is a `thing` (bare, with its colour); spam and boilerplate are whole sentences."""

    language: str
    keyboard: tuple[str, ...]
    like: str
    articles: Mapping[str, str]
    conjunction: str
    categories: Mapping[str, tuple[Noun, ...]]
    colours: Words
    patterns: Words
    materials: Words
    styles: Words
    hardware: Words
    uses: Words
    looks: Mapping[str, Look]
    places: Words
    seasons: Words
    titles: tuple[str, ...]
    plain_titles: tuple[str, ...]
    openings: tuple[str, ...]
    details: tuple[str, ...]
    mentions: tuple[str, ...]
    alts: tuple[str, ...]
    queries: tuple[str, ...]
    compose: Words
    boards: Words
    captions: Words
    thing: tuple[str, ...]
    boilerplate: tuple[str, ...]
    spam: tuple[str, ...]
    stuffing: tuple[str, ...]
