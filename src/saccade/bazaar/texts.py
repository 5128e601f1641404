"""Further texts around pictures: alt texts, queries that led to a click, board names, captions of scenes.

Decided: an alt text is the seller's, a query a shopper's, in the shopper's own language: a product is asked
for in all three. Some are about another product (rates in `noise`). A scene's texts speak of what stands in
it and of its style, never of items. Everything is a pure function of (seed, product or scene).

Not here: titles and descriptions (`words`), which boards there are (`boards`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from saccade.bazaar import noise
from saccade.bazaar.boards import Board, board_name
from saccade.bazaar.leanings import LEANINGS, OCCASIONS, PLACES
from saccade.bazaar.lexicons.base import Lexicon
from saccade.bazaar.noise import chance, choose
from saccade.bazaar.phrases import Concept, phrase, said
from saccade.bazaar.products import Product
from saccade.bazaar.random import pick, stream
from saccade.bazaar.sellers import LEXICONS, brand, draw_language, seller
from saccade.bazaar.words import capital, facets, fill, spoken, template

ALT = 0.75
"""Share of products with an alt text."""
QUERIES = 2.0
"""Queries that led to a product of average popularity; a product has at most `MOST_QUERIES`."""
MOST_QUERIES = 12

_AT = {
    "living-room": ("living-room", "studio-flat"),
    "corner": ("reading-nook", "living-room", "bedroom", "home-office"),
    "table": ("coffee-table", "kitchen", "dining-room"),
    "hall": ("entryway",),
}  # kinds of scene without people, and the places that they may be
_NOTHING = ("image", "product photo", "img", "photo 1", "untitled", "picture")


@dataclass(frozen=True)
class Said:
    """A text about a product, as a row of `texts.jsonl`. language: as the source tells it, None if it does
    not; weight: how often it was said. wrong: it is about another product, which only evaluators may know.
    """

    item_id: str
    source: str
    text: str
    language: str | None
    weight: float
    wrong: bool = False


@dataclass(frozen=True)
class SceneWords:
    """What is written about a scene. concept: what its texts mean; wrong: they belong to another scene."""

    caption: str
    alt: str
    boards: tuple[str, ...]
    language: str
    concept: Concept
    wrong: bool


def alt_text(seed: int, item: Product, instead: Product) -> Said | None:
    """The alt text of a product, or None. instead: whose it is when rows got shifted."""
    dice = stream(seed, "alt", item.index)
    if not chance(dice, ALT):
        return None
    language = seller(seed, brand(item.design)).language
    wrong, lexicon = chance(dice, noise.WRONG_ALT), LEXICONS[language]
    if chance(dice, noise.EMPTY_ALT):
        named = f"IMG_{int(dice.integers(1000, 9999))}.jpg"
        return Said(item.item_id, "alt", named if chance(dice, 0.5) else choose(dice, _NOTHING), None, 1.0)
    if chance(dice, noise.SPAM):
        text, wrong = choose(dice, lexicon.spam), False
    else:
        about = instead if wrong else item
        words = facets(seed, about, lexicon, dice)
        chosen = template(spoken(lexicon.alts, about.pattern == "plain", dice), words, dice)
        text = noise.slips(fill(chosen, words), noise.SLIPS_LISTING, lexicon.keyboard, dice)
    return Said(item.item_id, "alt", text, noise.told_language(language, list(LEXICONS), dice), 1.0, wrong)


def queries(
    seed: int, item: Product, popularity: float, other: Callable[[np.random.Generator], Product]
) -> Iterator[Said]:
    """Queries that led to a product. popularity: relative to the average; other: draws another product."""
    dice = stream(seed, "queries", item.index)
    seen: set[str] = set()
    for _ in range(min(int(dice.poisson(QUERIES * popularity**0.7)), MOST_QUERIES)):
        language = draw_language(dice)
        wrong = chance(dice, noise.WRONG_QUERY)
        text = query_text(seed, other(dice) if wrong else item, language, dice)[0]
        told = noise.told_language(language, list(LEXICONS), dice)
        if text not in seen:
            seen.add(text)
            yield Said(item.item_id, "query", text, told, float(dice.geometric(0.5)), wrong)


def board_text(seed: int, board: Board, item: int) -> Said:
    """The name of a board as a text about a product on it."""
    number, place = (int(part) for part in board.board_id.split("-")[1:])
    told = noise.told_language(board.language, list(LEXICONS), stream(seed, "board language", number, place))
    return Said(f"item-{item:06d}", "board", board.name, told, 1.0)


def query_text(seed: int, item: Product, language: str, dice: np.random.Generator) -> tuple[str, str]:
    """A query that somebody who wants such a product types, and its template."""
    lexicon = LEXICONS[language]
    words = facets(seed, item, lexicon, dice, loosely=True)
    chosen = template(spoken(lexicon.queries, item.pattern == "plain", dice), words, dice)
    return noise.typed(fill(chosen, words), language, lexicon.keyboard, dice), chosen


def scene_words(
    seed: int, number: int, things: Sequence[Product], style: str, kind: str, wrong: bool = False
) -> SceneWords:
    """What is written about scene `number`. things: its products; kind: a key of `casting.SCENES`."""
    dice = stream(seed, "scene words", number)
    concept = _scene_concept(things, style, kind, dice)
    language = draw_language(dice)
    lexicon = LEXICONS[language]
    look = lexicon.looks[concept.look].beside
    words = {
        "a": "",
        "place": said(dice, lexicon.places[concept.place]),
        "look": said(dice, look),
        "things": _things(things, lexicon, dice),
    }
    templates = lexicon.captions["things" if kind in _AT else "people"]
    caption = capital(fill(choose(dice, templates), words))
    caption = noise.decorate(caption, dice) if chance(dice, 2 * noise.EMOJI_TITLE) else caption
    if chance(dice, noise.SPAM):
        caption = f"{caption} {choose(dice, lexicon.spam)}"
    alt = f"{words['place']}: {words['things']}" if chance(dice, ALT) else ""
    alt = noise.slips(capital(alt), noise.SLIPS_LISTING, lexicon.keyboard, dice)
    names = tuple(dict.fromkeys(_pinned(concept, dice) for _ in range(int(dice.integers(0, 4)))))
    return SceneWords(caption, alt, names, language, concept, wrong)


def _scene_concept(things: Sequence[Product], style: str, kind: str, dice: np.random.Generator) -> Concept:
    """A style and a place that go with the scene."""
    home = kind in _AT
    places = {name: PLACES[name] for name in _AT.get(kind, tuple(OCCASIONS))}
    fits = {
        name: 0.05 + sum(item.category in kinds for item in things) ** 2 for name, kinds in places.items()
    }
    looks = {
        name: leaning.styles.get(style, 0.02)
        for name, leaning in LEANINGS.items()
        if ("home" if home else "fashion") in leaning.departments
    }
    return Concept(pick(dice, looks), pick(dice, fits))


def _things(things: Sequence[Product], lexicon: Lexicon, dice: np.random.Generator) -> str:
    """One to three of a scene's things as a list: "grey sofa, rug and table lamp"."""
    picked = [things[int(i)] for i in dice.permutation(len(things))[:3]]
    said_once: dict[str, str] = {}
    for item in picked:
        noun = lexicon.categories[item.category][0]
        colour = lexicon.colours[item.colour][0]
        form = lexicon.thing[int(chance(dice, 0.6))]
        said_once.setdefault(
            noun.one, form.format(category=noun.one, colour=colour, Colour=colour.capitalize())
        )
    *first, last = [*said_once.values()] or [""]
    return f"{', '.join(first)} {lexicon.conjunction} {last}" if first else last


def _pinned(concept: Concept, dice: np.random.Generator) -> str:
    """The name of a board that somebody saved the scene to."""
    lexicon = LEXICONS[draw_language(dice)]
    if chance(dice, 0.25):
        return board_name(lexicon, "vague", {}, dice)
    return board_name(lexicon, "phrase", {"phrase": phrase(concept, lexicon, dice, loosely=True)}, dice)
