"""Boards: named collections that people save products to.

Decided: a board has a theme, a style phrase, a category, a colour and category, or none ("things I love").
What is saved follows theme, taste and popularity, with a share of off-topic items, as people save to the
board that is open. Sizes have a long tail. Names are in the owner's language, with the noise of names typed
on a phone. A board is a pure function of (seed, person, its number).

Not here: the products' own texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from saccade.bazaar import noise
from saccade.bazaar.arrays import Doubles
from saccade.bazaar.lexicons.base import Lexicon
from saccade.bazaar.noise import chance, choose
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.phrases import Concept, concepts, phrase, said
from saccade.bazaar.products import STYLES
from saccade.bazaar.random import pick, stream
from saccade.bazaar.sellers import LEXICONS
from saccade.bazaar.tastes import Person, affinity, person
from saccade.bazaar.traits import COLOURS, KINDS, NEAR, Places, Traits, sample

OPENED = datetime(2025, 1, 1, tzinfo=UTC)
"""When the marketplace opened; everything happens in the year after it."""

THEMES: dict[str, float] = {"phrase": 0.45, "category": 0.2, "colour-category": 0.1, "vague": 0.25}
"""Share of boards by theme."""
OFF_TOPIC = 0.07
"""Share of saves that have nothing to do with the board's theme."""
MOST = 80
"""Items of the largest board."""

_POOL = 2000  # products that a person gets to see before filling a board


@dataclass(frozen=True)
class Board:
    """A board. kind: its theme's kind (a key of `THEMES`); concept, category, colour: the theme, "" where
    it has none. These four are the truth; the rest is what a shop knows.
    """

    board_id: str
    name: str
    owner: str
    language: str
    kind: str
    concept: str
    category: str
    colour: str


@dataclass(frozen=True)
class Saved:
    """A product on a board: product number, and when it was saved."""

    board_id: str
    item: int
    time: datetime


@dataclass(frozen=True)
class _Theme:
    kind: str
    concept: int = -1
    category: str = ""
    colour: str = ""


def boards_of(seed: int, number: int) -> Iterator[Board]:
    """The boards of person `number`: one to eight, most often two."""
    who = person(seed, number)
    count = int(min(1 + stream(seed, "boards", number).geometric(0.45), 8))
    for place in range(count):
        yield _board(seed, who, place)


def saved_to(seed: int, board: Board, all_traits: Traits) -> Iterator[Saved]:
    """What a board holds, in the order of saving."""
    number, place = (int(part) for part in board.board_id.split("-")[1:])
    who, dice = person(seed, number), stream(seed, "board items", number, place)
    theme = _theme(seed, who, stream(seed, "board", number, place))
    moment = OPENED + timedelta(days=float(dice.uniform(0, 280)))
    for item in _picked(seed, who, theme, all_traits, dice).tolist():
        moment += timedelta(days=float(dice.exponential(1.5)))
        yield Saved(board.board_id, item, moment.replace(microsecond=0))


def theme_fit(seed: int, concept: int, all_traits: Traits, items: Places | slice) -> Doubles:
    """How well products go with concept number `concept`, 0..1, (n,)."""
    found = concepts(seed)
    by_style = np.array([found.by_style[name][concept] for name in STYLES])
    by_kind = np.array([found.by_category[name][concept] for name in KINDS])
    by_colour = np.array([found.by_colour[name][concept] for name in COLOURS])
    by_pattern = np.array([found.by_pattern[name][concept] for name in PATTERNS])
    fit = by_style[all_traits.style[items]] / by_style.max() * by_kind[all_traits.category[items]]
    return fit * by_colour[all_traits.colour[items]] * by_pattern[all_traits.pattern[items]]


def board_name(lexicon: Lexicon, kind: str, words: dict[str, str], dice: np.random.Generator) -> str:
    """A name as its owner types it: capitals by chance, a slip now and then."""
    name = said(dice, lexicon.boards[kind]) if kind != "vague" else choose(dice, lexicon.boards[kind])
    name = name.format_map(words)
    name = name.lower() if chance(dice, 0.4) else name[:1].upper() + name[1:]
    return noise.slips(name, noise.SLIPS_BOARD, lexicon.keyboard, dice)


def _board(seed: int, who: Person, place: int) -> Board:
    dice = stream(seed, "board", who.number, place)
    theme = _theme(seed, who, dice)
    concept = concepts(seed).all[theme.concept] if theme.concept >= 0 else None
    name = board_name(LEXICONS[who.language], theme.kind, _words(theme, concept, who.language, dice), dice)
    return Board(
        f"board-{who.number:06d}-{place}", name, who.user_id, who.language, theme.kind,
        concept.concept_id if concept else "", theme.category, theme.colour,
    )  # fmt: skip


def _theme(seed: int, who: Person, dice: np.random.Generator) -> _Theme:
    kind = pick(dice, THEMES)
    if kind == "phrase":
        return _Theme(kind, _liked_concept(seed, who, dice))
    category = KINDS[int(dice.choice(len(KINDS), p=who.categories))]
    colour = COLOURS[int(dice.integers(len(COLOURS)))]
    if kind == "vague":
        return _Theme(kind)
    return _Theme(kind, category=category, colour=colour if kind == "colour-category" else "")


def _liked_concept(seed: int, who: Person, dice: np.random.Generator) -> int:
    """A concept by its popularity and by how well it goes with the person's styles."""
    found = concepts(seed)
    fit = sum(weight * found.by_style[name] for weight, name in zip(who.styles, STYLES, strict=True))
    edges = np.cumsum(found.weights * fit)
    return int(np.searchsorted(edges, dice.random() * edges[-1], side="right"))


def _words(
    theme: _Theme, concept: Concept | None, language: str, dice: np.random.Generator
) -> dict[str, str]:
    lexicon = LEXICONS[language]
    nouns = lexicon.categories[theme.category] if theme.category else ()
    noun = nouns[0 if dice.random() < 0.66 else int(dice.integers(len(nouns)))] if nouns else None
    colour = said(dice, lexicon.colours[theme.colour]) if theme.colour else ""
    return {
        "phrase": phrase(concept, lexicon, dice, loosely=True) if concept else "",
        "category": noun.one if noun else "",
        "categories": noun.many if noun else "",
        "colour": colour,
        "Colour": colour.capitalize(),
    }


def _picked(seed: int, who: Person, theme: _Theme, all_traits: Traits, dice: np.random.Generator) -> Places:
    """Numbers of the products on a board, first saved first."""
    size = min(3 + int(dice.pareto(1.3) * 5), MOST, len(all_traits))
    pool, reach = _seen(all_traits, dice)
    taste = (0.05 + affinity(who, all_traits, pool)) ** 1.5 * reach
    fit = _fit(seed, theme, all_traits, pool)
    on = sample(taste * (fit + 1e-9), size, dice)
    off = sample(reach, size, dice)
    mixed = np.where(dice.random(size) < OFF_TOPIC, off, on)
    return pool[np.array(list(dict.fromkeys(mixed.tolist())), np.int64)]


def _seen(all_traits: Traits, dice: np.random.Generator) -> tuple[Places, Doubles]:
    """Products that a person came across, and the weight that is left for each."""
    if len(all_traits) <= _POOL:
        return np.arange(len(all_traits)), all_traits.popularity
    edges = np.cumsum(all_traits.popularity)
    found = np.unique(np.searchsorted(edges, dice.random(_POOL) * edges[-1], side="right"))
    return found, np.ones(len(found))


def _fit(seed: int, theme: _Theme, all_traits: Traits, items: Places) -> Doubles:
    if theme.concept >= 0:
        return theme_fit(seed, theme.concept, all_traits, items)
    fit = np.ones(len(items))
    if theme.category:
        fit *= np.where(all_traits.category[items] == KINDS.index(theme.category), 1.0, 0.001)
    if theme.colour:
        fit *= NEAR[COLOURS.index(theme.colour)][all_traits.colour[items]] ** 2 + 0.01
    return fit
