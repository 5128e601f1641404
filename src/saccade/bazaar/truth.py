"""What is true, as rows for evaluators: products, who likes what, what phrases mean, what photos and scenes
show.

Decided: these rows go to `truth/` and nowhere else. Whoever trains or searches must not read that folder.

Not here: the files (`tables`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.leanings import FAMILIES
from saccade.bazaar.phrases import concepts, forms, product_concepts
from saccade.bazaar.products import STYLES
from saccade.bazaar.sellers import LEXICONS, brand, seller
from saccade.bazaar.tastes import person
from saccade.bazaar.traits import traits

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar
    from saccade.bazaar.scenes import Scene

Row = dict[str, object]

SEEN = 0.25
"""Share of a thing that must be visible for a scene to count as showing it."""


def products(market: Bazaar) -> Iterator[Row]:
    """Everything about each product: how it was made, what may be said of it, what is wrong with its
    listing.
    """
    every = traits(market.seed, market.products)
    for index in range(market.products):
        item, said = market.product(index), market.wording(index)
        alt = market.alt_text(index)
        yield {
            "item_id": item.item_id,
            **asdict(item),
            "form": dict(item.form),
            "concepts": [concept.concept_id for concept in product_concepts(market.seed, item)],
            "seller": said.brand,
            "language": seller(market.seed, brand(item.design)).language,
            "flaws": [*said.flaws, *(["wrong-alt"] if alt and alt.wrong else [])],
            "popularity": float(every.popularity[index]),
            "appeal": float(every.appeal[index]),
        }


def phrases(market: Bazaar) -> Iterator[Row]:
    """Every concept that is said of a product, most frequent first, with its forms in each language."""
    counts = Counter(
        concept.concept_id
        for index in range(market.products)
        for concept in product_concepts(market.seed, market.product(index))
    )
    known = {concept.concept_id: concept for concept in concepts(market.seed).all}
    for concept_id, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        concept = known[concept_id]
        said = {language: list(forms(concept, lexicon)) for language, lexicon in LEXICONS.items()}
        yield {
            "concept": concept_id, "kind": concept.kind, "look": concept.look, "place": concept.place,
            "season": concept.season, "colour": concept.colour, "products": count, "forms": said,
        }  # fmt: skip


def tastes(market: Bazaar) -> Iterator[Row]:
    """What each shopper likes; weights by name."""
    for number in range(market.shoppers):
        who = person(market.seed, number)
        yield {
            "user": who.user_id,
            "language": who.language,
            "styles": dict(zip(STYLES, who.styles, strict=True)),
            "colours": dict(zip(FAMILIES, who.families, strict=True)),
            "categories": dict(zip(CATEGORIES, who.categories, strict=True)),
            "level": who.level,
            "tolerance": who.tolerance,
        }


def boards(market: Bazaar) -> Iterator[Row]:
    """What each board is really about."""
    for board in market.boards():
        row = asdict(board)
        yield {name: row[name] for name in ("board_id", "language", "kind", "concept", "category", "colour")}


def texts(market: Bazaar) -> Iterator[Row]:
    """Texts of `texts.jsonl` that are about another product."""
    for said in market.texts():
        if said.wrong:
            yield {"item_id": said.item_id, "source": said.source, "text": said.text}


def scene(market: Bazaar, drawn: Scene) -> Row:
    """Everything in a scene: boxes x, y, width, height in 0..1, share visible, item or skin tone."""
    words = market.scene_words(drawn.number)
    things = [
        {
            "kind": thing.kind,
            "item_id": None if thing.item is None else market.product(thing.item).item_id,
            "category": thing.category,
            "box": [thing.box.x, thing.box.y, thing.box.width, thing.box.height],
            "visible": float(thing.visible),
            "tone": thing.tone,
        }
        for thing in drawn.things
    ]
    return {
        "scene": market.scene_id(drawn.number), "number": drawn.number, "kind": drawn.kind,
        "width": drawn.pixels.shape[1], "height": drawn.pixels.shape[0],
        "concept": words.concept.concept_id, "wrong_words": words.wrong, "things": things,
    }  # fmt: skip
