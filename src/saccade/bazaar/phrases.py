"""Style phrases: "japandi", "cottagecore kitchen", "navy living room ideas", with a power-law tail.

Decided: a *concept* is what is meant ("japandi/kitchen/winter"); its phrases in three languages, with their
synonyms, are forms of it, and the truth keeps the concept. Concepts are a style, a style in a place, both in
a season, or a colour in a place: a few thousand. How often each is meant falls as 1 / rank (Zipf's law, 1949;
exponent 1 is that of words and of tags), so most concepts of a marketplace are met a few times or never.
Which products a concept is said of follows from `leanings`.

Not here: words (`lexicons`), and where phrases are said (`words`, `texts`, `boards`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from saccade.bazaar.arrays import Doubles
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.leanings import LEANINGS, PLACES, ROOMS, SEASONS
from saccade.bazaar.lexicons.base import Lexicon
from saccade.bazaar.palette import HEX
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.products import STYLES, Product
from saccade.bazaar.random import stream

ZIPF = 1.0
"""Exponent of frequency over rank."""

MENTIONED = (0.15, 0.45, 0.3, 0.1)
"""Share of products that 0, 1, 2 and 3 concepts are said of: most sellers know one or two words for a
style.
"""

_STEP = 1.6  # how much rarer a concept gets for each part added, in units of log frequency
_ASIDE = 0.03  # weight of a concept whose style, colour or category is another's: people use words loosely


@dataclass(frozen=True)
class Concept:
    """What a style phrase means. look, place, season, colour: keys of the lexicons, "" where it has none."""

    look: str = ""
    place: str = ""
    season: str = ""
    colour: str = ""

    @property
    def concept_id(self) -> str:
        """Its parts, such as `japandi/kitchen/winter`."""
        return "/".join(part for part in (self.look or self.colour, self.place, self.season) if part)

    @property
    def kind(self) -> str:
        """Its composition: `look`, `look-place`, `look-place-season` or `colour-place`."""
        parts = ("look", "place", "season") if self.look else ("colour", "place")
        return "-".join(part for part in parts if getattr(self, part))


@dataclass(frozen=True)
class Concepts:
    """Every concept of a marketplace, most meant first, with `weights` by rank (float64, sum 1).

    by_style, by_category, by_colour, by_pattern: (keys, concepts) factors of how well a concept goes with a
    product that has that value.
    """

    all: tuple[Concept, ...]
    weights: Doubles
    by_style: dict[str, Doubles]
    by_category: dict[str, Doubles]
    by_colour: dict[str, Doubles]
    by_pattern: dict[str, Doubles]

    def fit(self, style: str, category: str, colour: str, pattern: str) -> Doubles:
        """How well each concept goes with such a product: ≥ 0, (concepts,)."""
        by_style = self.by_style.get(style, np.full(len(self.all), _ASIDE))
        return by_style * self.by_category[category] * self.by_colour[colour] * self.by_pattern[pattern]


@lru_cache(maxsize=4)
def concepts(seed: int) -> Concepts:
    """The concepts of marketplace `seed`: the same ones everywhere, in an order of popularity of its own."""
    every = tuple(_every())
    depth = np.array([concept.kind.count("-") for concept in every])
    noise = stream(seed, "concepts").normal(0, 1, len(every))
    order = np.argsort(depth * _STEP - noise, kind="stable")
    ranked = tuple(every[i] for i in order)
    weights = (np.arange(len(ranked)) + 1.0) ** -ZIPF
    return Concepts(ranked, weights / weights.sum(), _styles(ranked), _categories(ranked), _colours(ranked),
                    _patterns(ranked))  # fmt: skip


def product_concepts(seed: int, item: Product) -> tuple[Concept, ...]:
    """What may truly be said of a product: 0 to 3 concepts, the same in every text about it."""
    found = concepts(seed)
    dice = stream(seed, "product concepts", item.index)
    count = int(dice.choice(len(MENTIONED), p=MENTIONED))
    edges = np.cumsum(found.weights * found.fit(item.style, item.category, item.colour, item.pattern))
    places = np.searchsorted(edges, dice.random(count) * edges[-1], side="right")
    return tuple(found.all[i] for i in dict.fromkeys(places.tolist()))


def phrase(concept: Concept, lexicon: Lexicon, dice: np.random.Generator, loosely: bool = False) -> str:
    """One way to say a concept in a language; the usual one two times in three.

    loosely: also as people name boards and search ("japandi kitchen ideas"); else only as sellers write.
    """
    words = {
        "look": "",
        "place": said(dice, lexicon.places[concept.place]) if concept.place else "",
        "season": said(dice, lexicon.seasons[concept.season]) if concept.season else "",
        "colour": said(dice, lexicon.colours[concept.colour]) if concept.colour else "",
    }
    words["Colour"] = words["colour"].capitalize()
    if concept.look:
        look = lexicon.looks[concept.look]
        words["look"] = said(dice, look.beside if concept.place else look.alone)
    templates = lexicon.compose[concept.kind]
    return said(dice, templates if loosely else templates[:1]).format_map(words)


def forms(concept: Concept, lexicon: Lexicon) -> tuple[str, ...]:
    """Every way in which `phrase` may say a concept in a language, without doubles."""
    look = lexicon.looks[concept.look] if concept.look else None
    looks = (look.beside if concept.place else look.alone) if look else ("",)
    found = {
        template.format(look=a, place=b, season=c, colour=d, Colour=d.capitalize()): None
        for template in lexicon.compose[concept.kind]
        for a in looks
        for b in (lexicon.places[concept.place] if concept.place else ("",))
        for c in (lexicon.seasons[concept.season] if concept.season else ("",))
        for d in (lexicon.colours[concept.colour] if concept.colour else ("",))
    }
    return tuple(found)


def said(dice: np.random.Generator, words: tuple[str, ...]) -> str:
    """The usual word two times in three, else any."""
    return words[0] if dice.random() < 0.66 else words[int(dice.integers(len(words)))]


def department(place: str) -> str:
    """The department that a place belongs to."""
    return "home" if place in ROOMS else "fashion"


def _every() -> list[Concept]:
    found = [Concept(look) for look in LEANINGS]
    for look, leaning in LEANINGS.items():
        places = [place for place in PLACES if department(place) in leaning.departments]
        found += [Concept(look, place) for place in places]
        found += [Concept(look, place, season) for place in places for season in SEASONS]
    return found + [Concept(colour=colour, place=place) for colour in HEX for place in PLACES]


def _styles(ranked: tuple[Concept, ...]) -> dict[str, Doubles]:
    """A style's share of the phrase's leaning; a phrase about colour fits every style."""
    return {
        style: np.array(
            [max(LEANINGS[c.look].styles.get(style, 0.0), _ASIDE) if c.look else 0.3 for c in ranked]
        )
        for style in STYLES
    }


def _categories(ranked: tuple[Concept, ...]) -> dict[str, Doubles]:
    """Nothing across departments; little outside the places where a category belongs."""
    return {
        name: np.array([_belongs(concept, name, category.department) for concept in ranked])
        for name, category in CATEGORIES.items()
    }


def _belongs(concept: Concept, name: str, home_or_fashion: str) -> float:
    if concept.look and home_or_fashion not in LEANINGS[concept.look].departments:
        return 0.0
    if not concept.place:
        return 1.0
    if department(concept.place) != home_or_fashion:
        return 0.0
    return 1.0 if name in PLACES[concept.place] else _ASIDE


def _colours(ranked: tuple[Concept, ...]) -> dict[str, Doubles]:
    return {colour: np.array([_coloured(concept, colour) for concept in ranked]) for colour in HEX}


def _coloured(concept: Concept, colour: str) -> float:
    if concept.colour:
        return 1.0 if concept.colour == colour else 0.0
    leaning = LEANINGS[concept.look]
    off = 0.01 if leaning.strict else 0.15
    factor = 1.0 if not leaning.colours or colour in leaning.colours else off
    return factor * (1.0 if not concept.season or colour in SEASONS[concept.season] else 0.3)


def _patterns(ranked: tuple[Concept, ...]) -> dict[str, Doubles]:
    """Half as likely on a pattern that the style does not know."""
    liked = [LEANINGS[concept.look].patterns if concept.look else () for concept in ranked]
    return {
        pattern: np.array([1.0 if not known or pattern in known else 0.5 for known in liked])
        for pattern in PATTERNS
    }
