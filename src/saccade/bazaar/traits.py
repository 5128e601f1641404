"""All products at once, as arrays: what tastes, boards and clicks compute with.

Decided: made once a process and kept, about 70 bytes a product. Popularity is Pareto with the tenth of the
products that sells best holding half of it (weights u ** -0.7, our own choice). What sells well also
appeals more when it is seen, at most twice as much: some products are simply better photographed, or
better."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from saccade.bazaar.arrays import Doubles
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.leanings import FAMILIES
from saccade.bazaar.palette import HEX
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.products import STYLES, product
from saccade.bazaar.random import stream

Places = NDArray[np.int64]
"""Numbers of products, or places in a list of names."""

COLOURS = tuple(HEX)
KINDS = tuple(CATEGORIES)

NEAR: Doubles = np.array(
    [
        [1.0 if a == b else 0.6 * any(a in f and b in f for f in FAMILIES.values()) for b in COLOURS]
        for a in COLOURS
    ]
)
"""How alike two colours are to a shopper: 1 the same, 0.6 one family, else 0; (colours, colours)."""


@dataclass(frozen=True, eq=False)
class Traits:
    """Per product, (N,): places in KINDS, STYLES, COLOURS and PATTERNS, design, `level` (log of the price
    over the category's middle price), `popularity` (float64, sums to 1), `appeal` (0.5..1, rises with it).
    """

    category: Places
    style: Places
    colour: Places
    pattern: Places
    design: Places
    level: Doubles
    popularity: Doubles
    appeal: Doubles

    def __len__(self) -> int:
        return len(self.category)


@lru_cache(maxsize=4)
def traits(seed: int, products: int) -> Traits:
    """The traits of the first `products` products of marketplace `seed`."""
    places = np.zeros((5, products), np.int64)
    level, luck = np.zeros(products), np.zeros(products)
    for index in range(products):
        item = product(seed, index)
        places[:, index] = (
            KINDS.index(item.category), STYLES.index(item.style), COLOURS.index(item.colour),
            PATTERNS.index(item.pattern), item.design,
        )  # fmt: skip
        level[index] = np.log(item.price / CATEGORIES[item.category].price)
        luck[index] = stream(seed, "popularity", index).random()
    popularity = (1.0 - luck) ** -0.7
    category, style, colour, pattern, design = places
    share = popularity / max(float(popularity.sum()), 1e-12)
    return Traits(category, style, colour, pattern, design, level, share, 0.5 + luck / 2)


def sample(weights: Doubles, count: int, dice: np.random.Generator) -> Places:
    """Places of `count` different entries, drawn one after another by weight, likely ones first.

    Exponential keys (Efraimidis and Spirakis 2006). Entries of weight 0 come last.
    """
    with np.errstate(divide="ignore"):
        keys = -np.log1p(-dice.random(len(weights))) / weights
    return np.argsort(keys, kind="stable")[:count]
