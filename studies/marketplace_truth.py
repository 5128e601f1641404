"""Which phrase is true of which product of the marketplace: the judge that weak labels are measured by.

    truth = Truth(Bazaar(seed=7, products=2000))
    truth.concepts_of("de", "dunkelblau")           # {"colour:navy"}
    truth.judge("item-000003", "en", "navy sofa")   # True, False, or None: the truth cannot say
    truth.judge_many(items, languages, phrases)     # int8 [N]: 1, 0, -1

Decided, as somebody would say who looks at the product and knows what it is made of:
- Category, material, pattern and style are the product's own, and no other.
- Colours are the main one and, in a pattern, the second: both fill the picture. The colour of trims and
  fittings is not the product's colour ("details in black"). What a language calls a kind of blue is blue too.
- A look is true where the seller could say it (`product_concepts`) or where style, colour and pattern go with
  it (`boards.theme_fit` of at least `FITS`): a judge sees what it looks like, not who said it. With `strict`,
  only what could be said counts.
- A place is true of what belongs there, a season of its colours, and both where they could be said.
- A phrase of several parts ("japandi kitchen", "navy velvet sofa") is true where all of them are.
- "silver", "gold" are true of products with such fittings; the maker's name is true of what it makes.
- Anything else ("handmade", "gift for her", a slip of the finger) cannot be judged.

`statements` gives every text about products with what is wrong with it, so that the precision of a source is
known and not estimated. Evaluators only: nothing that learns labels may import this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from marketplace_words import Meaning, Normalise, Words, broader_colours, name_of, plain_words
from numpy.typing import NDArray

from saccade.bazaar import Bazaar
from saccade.bazaar.boards import theme_fit
from saccade.bazaar.leanings import LEANINGS, PLACES, SEASONS
from saccade.bazaar.phrases import Concept, concepts, product_concepts
from saccade.bazaar.sellers import brand
from saccade.bazaar.traits import traits

FITS = 0.14
"""`theme_fit` from which a judge says that a product has a look: its main style in any colour (0.15) unless
the look is about colours (0.01), or half the style with all else. Of the looks that sellers could say of a
product, seven in ten fit as well as that: the judge is about as strict as the marketplace is."""

CANNOT_SAY = -1
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Statement:
    """A text about a product. wrong: it is about another one; flaws: what else is wrong with it."""

    item_id: str
    source: str
    text: str
    language: str | None
    weight: float
    wrong: bool
    flaws: tuple[str, ...] = ()


class Truth:
    """What is true of the products of one marketplace. normalise: that of the texts' lemmas."""

    def __init__(self, market: Bazaar, normalise: Normalise = plain_words, strict: bool = False) -> None:
        self.market, self.words, self.strict = market, Words(normalise), strict
        self._columns: dict[tuple[str, str], Flags | None] = {}

    def concepts_of(self, language: str, phrase: str) -> frozenset[str]:
        """What a phrase, as text or as lemmas, may mean: ids as in `name_of`; empty where unknown."""
        return frozenset(name_of(meaning) for meaning in self.words.meanings(language, phrase))

    def true_of(self, item_id: str) -> frozenset[str]:
        """Facts and concepts that are true of a product."""
        row = self.facts[number(item_id)]
        facts = {fact for fact, place in self.places.items() if row[place]}
        return frozenset(facts | {name for meaning, name in self._named.items() if meaning <= facts})

    def judge(self, item_id: str, language: str, phrase: str) -> bool | None:
        """Whether a phrase is true of a product; None where the truth cannot say."""
        column = self.column(language, phrase)
        return None if column is None else bool(column[number(item_id)])

    def judge_many(
        self, items: Sequence[str], languages: Sequence[str], phrases: Sequence[str]
    ) -> NDArray[np.int8]:
        """int8 [N]: 1 true, 0 false, `CANNOT_SAY`; N items with a language and a phrase each."""
        pairs = list(zip(languages, phrases, strict=True))
        kinds = {pair: place for place, pair in enumerate(dict.fromkeys(pairs))}
        which = np.array([kinds[pair] for pair in pairs], np.int64)
        rows = np.array([number(item) for item in items], np.int64)
        out, order = np.full(len(pairs), CANNOT_SAY, np.int8), np.argsort(which, kind="stable")
        edges = np.searchsorted(which[order], np.arange(len(kinds) + 1))
        for pair, place in kinds.items():
            chosen, column = order[edges[place] : edges[place + 1]], self.column(*pair)
            if column is not None:
                out[chosen] = column[rows[chosen]]
        return out

    def column(self, language: str, phrase: str) -> Flags | None:
        """bool [products]: of which products a phrase is true; None where the truth cannot say."""
        key = (language, phrase)
        if key not in self._columns:
            meanings = [m for m in self.words.meanings(language, phrase) if m <= self.places.keys()]
            columns = [self._all(meaning) for meaning in meanings]
            self._columns[key] = np.asarray(np.stack(columns).any(axis=0)) if columns else None
        return self._columns[key]

    def of_meaning(self, meaning: Meaning) -> Flags:
        """bool [products]: of which products all these facts are true."""
        return self._all(meaning)

    @cached_property
    def _named(self) -> dict[Meaning, str]:
        return {meaning: name_of(meaning) for meaning in map(facts_of, concepts(self.market.seed).all)}

    @cached_property
    def places(self) -> dict[str, int]:
        """Column of each fact in `facts`."""
        return {fact: place for place, fact in enumerate(self.words.facts)}

    @cached_property
    def facts(self) -> Flags:
        """bool [products, facts]."""
        found = np.zeros((self.market.products, len(self.places)), bool)
        for index in range(self.market.products):
            for fact in self._own(index):
                found[index, self.places[fact]] = True
        if not self.strict:
            self._add_looks(found)
        return found

    def _all(self, meaning: Meaning) -> Flags:
        held = self.facts[:, [self.places[fact] for fact in sorted(meaning)]]
        return np.asarray(held.all(axis=1))

    def _own(self, index: int) -> Iterator[str]:
        """Facts of a product itself, and those of what sellers may say of it."""
        item = self.market.product(index)
        yield from (f"category:{item.category}", f"material:{item.material}", f"pattern:{item.pattern}")
        yield from (f"style:{item.style}", f"brand:{brand(item.design)}")
        yield from (f"hardware:{item.hardware}",) if item.hardware != "black" else ()
        for colour in (item.colour, *((item.second,) if item.pattern != "plain" else ())):
            yield from (f"colour:{name}" for name in (colour, *_BROADER.get(colour, ())))
        for concept in product_concepts(self.market.seed, item):
            yield from facts_of(concept)
        if not self.strict:
            yield from (f"place:{place}" for place, kinds in PLACES.items() if item.category in kinds)
            yield from (f"season:{season}" for season, liked in SEASONS.items() if item.colour in liked)

    def _add_looks(self, found: Flags) -> None:
        """Looks that go with how a product is."""
        every, all_traits = concepts(self.market.seed).all, traits(self.market.seed, self.market.products)
        for look in LEANINGS:
            fit = theme_fit(self.market.seed, every.index(Concept(look)), all_traits, slice(None))
            found[:, self.places[f"look:{look}"]] |= fit >= FITS


def statements(market: Bazaar) -> Iterator[Statement]:
    """Titles, descriptions, alt texts, queries and names of boards, each with what is wrong with it."""
    for index in range(market.products):
        said, item = market.wording(index), market.product(index)
        wrong = "wrong-product" in said.flaws
        for source, text in (("title", said.title), ("description", said.description)):
            yield Statement(item.item_id, source, text, None, 1.0, wrong, said.flaws)
    for text in market.texts():
        yield Statement(text.item_id, text.source, text.text, text.language, text.weight, text.wrong)


def number(item_id: str) -> int:
    """The product's number in its id."""
    return int(item_id.rpartition("-")[2])


def facts_of(concept: Concept) -> Meaning:
    """The facts that a concept is made of."""
    kinds = {"look": concept.look, "place": concept.place, "season": concept.season, "colour": concept.colour}
    return frozenset(f"{kind}:{key}" for kind, key in kinds.items() if key)


_BROADER = broader_colours()
