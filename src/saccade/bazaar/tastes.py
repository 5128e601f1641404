"""People: what each of them likes, and how much a product is to their taste.

Decided: a taste is a mixture over styles, families of colours and categories, and a level of price. Dirichlet
weights below one make most people care for two or three styles and a handful of categories. Affinity is a
product of four factors in 0..1, none of which can forbid a product. Our own model; the figures are chosen so
that a person's best product is liked about six times as much as the average one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from saccade.bazaar.arrays import Doubles
from saccade.bazaar.leanings import FAMILIES
from saccade.bazaar.products import STYLES
from saccade.bazaar.random import stream
from saccade.bazaar.sellers import draw_language
from saccade.bazaar.traits import COLOURS, KINDS, Places, Traits

_IN_FAMILY: Doubles = np.array([[float(c in names) for c in COLOURS] for names in FAMILIES.values()])


@dataclass(frozen=True)
class Person:
    """Somebody's taste. styles, families, categories: weights that sum to 1, in the order of `STYLES`,
    `leanings.FAMILIES` and `CATEGORIES`; level, tolerance: liked log price ratio and how far from it still
    goes.
    """

    number: int
    language: str
    styles: tuple[float, ...]
    families: tuple[float, ...]
    categories: tuple[float, ...]
    level: float
    tolerance: float

    @property
    def user_id(self) -> str:
        """The name under which logs and boards know the person."""
        return user_id(self.number)


def user_id(number: int) -> str:
    """The name of person `number`."""
    return f"user-{number:06d}"


@lru_cache(maxsize=4096)
def person(seed: int, number: int) -> Person:
    """Person `number` (0 or more) of marketplace `seed`."""
    dice = stream(seed, "person", number)
    return Person(
        number,
        draw_language(dice),
        tuple(dice.dirichlet([0.35] * len(STYLES)).tolist()),
        tuple(dice.dirichlet([0.6] * len(FAMILIES)).tolist()),
        tuple(dice.dirichlet([0.5] * len(KINDS)).tolist()),
        float(dice.normal(0, 0.4)),
        float(dice.uniform(0.3, 0.9)),
    )


def affinity(who: Person, all_traits: Traits, items: Places | slice = slice(None)) -> Doubles:
    """How much products are to somebody's taste, 0..1; `items` are numbers of products, (n,)."""
    style = np.array(who.styles)[all_traits.style[items]] / max(who.styles)
    liked = (np.array(who.families)[:, None] * _IN_FAMILY).max(axis=0)
    colour = liked[all_traits.colour[items]] / max(float(liked.max()), 1e-12)
    category = np.sqrt(np.array(who.categories)[all_traits.category[items]] / max(who.categories))
    price = np.exp(-(((all_traits.level[items] - who.level) / who.tolerance) ** 2) / 2)
    return (0.15 + 0.85 * style) * (0.4 + 0.6 * colour) * (0.4 + 0.6 * category) * (0.5 + 0.5 * price)
