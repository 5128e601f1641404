"""Recommenders to start from: random, popular, same category, the shop's own mix, and one that knows the
truth.

Decided: all but the oracle use only what a shop knows, the catalogue and its sales. `HouseMix` fills the
log: it shows popular products of the category asked for, some popular ones of any, and some at random; and
one request in ten is answered in random order altogether, so that a ranker may be trained on data without
position or policy bias (Liu et al. 2017 do this for Related Pins).

Not here: anything learned.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from saccade.bazaar.arrays import Doubles
from saccade.bazaar.random import stream
from saccade.bazaar.sellers import LEXICONS
from saccade.bazaar.shoppers import Request
from saccade.bazaar.tastes import Person
from saccade.bazaar.traits import KINDS, Places, Traits, sample, traits
from saccade.bazaar.wishes import Wish, relevance

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar

EXPLORED = 0.1
"""Share of logged requests that are answered at random."""


@dataclass(frozen=True)
class _Baseline:
    market: Bazaar

    @cached_property
    def _traits(self) -> Traits:
        return traits(self.market.seed, self.market.products)

    def _ids(self, items: Places, request: Request) -> list[str]:
        """The first k, without the item in hand."""
        names = (f"item-{item:06d}" for item in items[: request.k + 1].tolist())
        return [name for name in names if name != request.item_id][: request.k]


class Random(_Baseline):
    """Any products, in any order; the same request gets the same answer."""

    def __call__(self, request: Request) -> Sequence[str]:
        dice = _dice(self.market, "random", request)
        count = min(request.k + 1, self.market.products)
        return self._ids(dice.choice(self.market.products, count, replace=False), request)


class Popular(_Baseline):
    """What sells best, to everybody."""

    @cached_property
    def _order(self) -> Places:
        return np.argsort(-self._traits.popularity, kind="stable")

    def __call__(self, request: Request) -> Sequence[str]:
        return self._ids(self._order, request)


class SameCategory(_Baseline):
    """What sells best in the category asked for, by the item in hand or by the words of the query."""

    @cached_property
    def _words(self) -> list[tuple[re.Pattern[str], int]]:
        """A pattern of every word for a category, the longest first."""
        words = {
            word.lower(): KINDS.index(kind)
            for lexicon in LEXICONS.values()
            for kind, nouns in lexicon.categories.items()
            for noun in nouns
            for word in (noun.one, noun.many)
        }
        ordered = sorted(words, key=lambda word: (-len(word), word))
        return [(re.compile(rf"\b{re.escape(word)}\b"), words[word]) for word in ordered]

    def category(self, request: Request) -> int:
        """The category asked for, -1 if that is not clear."""
        if request.item_id:
            return int(self._traits.category[int(request.item_id[5:])])
        text = (request.query or "").lower()
        return next((kind for pattern, kind in self._words if pattern.search(text)), -1)

    def weights(self, request: Request) -> Doubles:
        """Popularity in the category, far above all others."""
        kind = self.category(request)
        inside = self._traits.category == kind if kind >= 0 else np.ones(len(self._traits), bool)
        return self._traits.popularity * np.where(inside, 1.0, 1e-9)

    def __call__(self, request: Request) -> Sequence[str]:
        return self._ids(np.argsort(-self.weights(request), kind="stable"), request)


class HouseMix(SameCategory):
    """The shop's own, which fills the log: popular ones of the category, of any, and random ones."""

    shares = (0.6, 0.25, 0.15)

    def __call__(self, request: Request) -> Sequence[str]:
        dice = _dice(self.market, "house", request)
        if self.variant(request) == "random":
            return Random(self.market)(request)
        alike = np.ones(len(self._traits))
        sources = [self.weights(request), self._traits.popularity, alike]
        drawn = [sample(weights, request.k + 1, dice) for weights in sources]
        count = min(request.k + 1, len(self._traits))
        picks = dice.choice(3, count, p=self.shares)
        mixed = [int(drawn[source][place]) for place, source in enumerate(picks)]
        rest = drawn[0].tolist()
        return self._ids(np.array(list(dict.fromkeys(mixed + rest)), np.int64), request)

    def variant(self, request: Request) -> str:
        """`random` for the requests that are answered at random, `shop` for the rest."""
        return "random" if _dice(self.market, "explore", request).random() < EXPLORED else "shop"


class Oracle(_Baseline):
    """The most relevant products by the shopper's true wish and taste. For evaluators only."""

    def informed(self, request: Request, who: Person, wish: Wish) -> Sequence[str]:
        """Item ids by true relevance, the item in hand left out."""
        wanted = relevance(who, wish, self._traits)
        return self._ids(np.argsort(-wanted, kind="stable"), request)


def _dice(market: Bazaar, what: str, request: Request) -> np.random.Generator:
    """A stream of the request's own."""
    asked = f"{request.user} {request.time.isoformat()} {request.surface} {request.query} {request.item_id}"
    return stream(market.seed, what, zlib.crc32(asked.encode()))
