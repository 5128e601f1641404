"""What a shopper wants at one moment, and how relevant each product is to it: the truth behind every click.

Decided: relevance is in 0..1 and has three factors: how well a product answers what was asked (the words of
the query, the product or photo in hand), how much it is to the shopper's taste, and its appeal to anybody.
It is the same function whatever recommender is asked, so a better one gets more clicks and a method's gain
can be checked against the truth.

Not here: how relevance turns into clicks (`clicks`, `shoppers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

import numpy as np

from saccade.bazaar.arrays import Doubles
from saccade.bazaar.tastes import Person, affinity
from saccade.bazaar.traits import NEAR, Places, Traits

_TASTE = 0.65
"""Share of relevance that taste decides where something was asked for."""


@dataclass(frozen=True)
class Wish:
    """kind: `search`, `related` or `home`; item: the product in mind or in hand, -1 for none; facets: what
    the query's words name, out of the fields of a template (`category`, `colour`, `phrase`, ...).
    """

    kind: str
    item: int = -1
    facets: frozenset[str] = frozenset()


def named(template: str) -> frozenset[str]:
    """The fields that a template of a query uses."""
    return frozenset(field.lower() for _, field, _, _ in Formatter().parse(template) if field)


def relevance(who: Person, wish: Wish, all_traits: Traits, items: Places | slice = slice(None)) -> Doubles:
    """How relevant products (numbers, (n,)) are to a shopper with a wish: (n,), 0..1."""
    taste, appeal = affinity(who, all_traits, items), all_traits.appeal[items]
    if wish.item < 0:
        return taste * appeal
    match = _similar(wish, all_traits, items) if wish.kind == "related" else _answers(wish, all_traits, items)
    return match * appeal * ((1 - _TASTE) + _TASTE * taste)


def _similar(wish: Wish, all_traits: Traits, items: Places | slice) -> Doubles:
    """Alike in category, style and colour; the same design in another colour counts as alike in colour."""
    hand = wish.item
    category = np.where(all_traits.category[items] == all_traits.category[hand], 1.0, 0.25)
    style = np.where(all_traits.style[items] == all_traits.style[hand], 1.0, 0.4)
    colour = 0.3 + 0.7 * NEAR[all_traits.colour[hand]][all_traits.colour[items]]
    same = (all_traits.design[items] == all_traits.design[hand]) & (category == 1.0)
    return category * style * np.where(same, 1.0, colour)


def _answers(wish: Wish, all_traits: Traits, items: Places | slice) -> Doubles:
    """Has what the query names, and is a little like what the shopper has in mind beyond that."""
    hand, facets = wish.item, wish.facets
    match = np.ones(len(all_traits))[items]
    if facets & {"category", "categories"}:
        match = match * np.where(all_traits.category[items] == all_traits.category[hand], 1.0, 0.05)
    if "colour" in facets:
        match = match * (0.2 + 0.8 * NEAR[all_traits.colour[hand]][all_traits.colour[items]])
    if "pattern" in facets:
        match = match * np.where(all_traits.pattern[items] == all_traits.pattern[hand], 1.0, 0.25)
    if facets & {"style", "phrase"}:
        match = match * np.where(all_traits.style[items] == all_traits.style[hand], 1.0, 0.25)
    if "brand" in facets:
        match = match * np.where(all_traits.design[items] == all_traits.design[hand], 1.0, 0.5)
    return match
