"""What listings say agrees with the truth, in the seller's language, but for the noise that is counted."""

from __future__ import annotations

import re
from dataclasses import fields
from string import Formatter

import pytest

from saccade.bazaar import noise
from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.leanings import LEANINGS, PLACES, SEASONS
from saccade.bazaar.lexicons.base import Lexicon
from saccade.bazaar.lexicons.english import ENGLISH
from saccade.bazaar.materials import MATERIALS
from saccade.bazaar.palette import HEX
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.products import STYLES, Product
from saccade.bazaar.sellers import LEXICONS, SHARES, brand, brands, seller
from saccade.bazaar.words import capital, fill

MARKET = Bazaar(seed=1, products=600)
LISTED = [MARKET.wording(index) for index in range(MARKET.products)]
KEYS = {
    "categories": set(CATEGORIES),
    "colours": set(HEX),
    "patterns": set(PATTERNS),
    "materials": set(MATERIALS),
    "styles": set(STYLES),
    "hardware": {"silver", "gold", "black"},
    "uses": {category.department for category in CATEGORIES.values()},
    "looks": set(LEANINGS),
    "places": set(PLACES),
    "seasons": set(SEASONS),
}
FILLED = {
    "titles": set("brand style colour Colour pattern material category phrase".split()),
    "plain_titles": set("brand style colour Colour pattern material category phrase".split()),
    "alts": set("a style colour Colour pattern material category phrase".split()),
    "queries": set("brand style colour Colour pattern material category categories phrase use".split()),
}


def language(index: int) -> str:
    return seller(MARKET.seed, brand(MARKET.product(index).design)).language


def says(text: str, words: tuple[str, ...]) -> bool:
    return any(word.lower() in text.lower() for word in words)


def nouns(lexicon: Lexicon, item: Product) -> tuple[str, ...]:
    return tuple(noun.one for noun in lexicon.categories[item.category])


@pytest.mark.parametrize("lexicon", LEXICONS.values(), ids=LEXICONS)
def test_every_language_knows_every_key_and_no_other(lexicon: Lexicon) -> None:
    assert {name: set(getattr(lexicon, name)) for name in KEYS} == KEYS
    for name in ("compose", "boards", "captions"):
        assert set(getattr(lexicon, name)) == set(getattr(ENGLISH, name))
    for field in fields(lexicon):
        value = getattr(lexicon, field.name)
        assert field.name == "articles" or (all(value.values()) if isinstance(value, dict) else value)
    assert {noun.gender for several in lexicon.categories.values() for noun in several} <= set(
        lexicon.articles
    )


@pytest.mark.parametrize("lexicon", LEXICONS.values(), ids=LEXICONS)
@pytest.mark.parametrize("name", FILLED)
def test_templates_use_known_fields(lexicon: Lexicon, name: str) -> None:
    for template in getattr(lexicon, name):
        assert {field for _, field, _, _ in Formatter().parse(template) if field} <= FILLED[name]


def test_words_of_one_language_do_not_mean_two_things() -> None:
    """A colour or a category that two keys share could not be told apart again."""
    for lexicon in LEXICONS.values():
        for table in (lexicon.colours, lexicon.patterns, lexicon.materials):
            every = [word for words in table.values() for word in words]
            assert len(set(every)) == len(every)
        every = [noun.one for several in lexicon.categories.values() for noun in several]
        assert len(set(every)) == len(every)


def test_clean_titles_name_category_colour_and_material() -> None:
    clean = [i for i, said in enumerate(LISTED) if not said.flaws]
    assert len(clean) > 150
    hits = {"category": 0, "colour": 0, "material": 0, "pattern": 0}
    for index in clean:
        item, title, lexicon = MARKET.product(index), LISTED[index].title, LEXICONS[language(index)]
        hits["category"] += says(title, nouns(lexicon, item))
        hits["colour"] += says(title, lexicon.colours[item.colour])
        hits["material"] += says(title, lexicon.materials[item.material])
        hits["pattern"] += item.pattern == "plain" or says(title, lexicon.patterns[item.pattern])
    # One word in a hundred has a slip, and a name has one to three words.
    assert min(hits.values()) > 0.93 * len(clean)


def test_attributes_are_english_and_true() -> None:
    for index, said in enumerate(LISTED):
        item, told = MARKET.product(index), dict(said.attributes)
        assert told["colour"] == ENGLISH.colours[item.colour][0]
        assert told["pattern"] == ENGLISH.patterns[item.pattern][0]
        assert told["brand"] == brand(item.design)


def test_texts_vary_and_leave_no_gap() -> None:
    assert len({said.title for said in LISTED}) > 560
    assert len({said.description for said in LISTED}) > 560
    for said in LISTED:
        text = said.title + said.description
        assert not re.search(r"[{}]|  | [.,]|^ | $", text), text


def test_flaws_come_at_their_rates() -> None:
    market = Bazaar(seed=2, products=3000)
    flaws = [market.wording(index).flaws for index in range(market.products)]
    rates = {"stuffed": noise.STUFFED, "shouted": noise.SHOUTED, "wrong-product": noise.WRONG_TITLE}
    for name, rate in rates.items():
        share = sum(name in found for found in flaws) / len(flaws)
        assert 0.5 * rate < share < 2 * rate, name


def test_a_loud_seller_is_loud_in_every_listing() -> None:
    market = Bazaar(seed=2, products=3000)
    shares = {0.3: [0, 0], 1.0: [0, 0], 3.0: [0, 0]}
    for index in range(market.products):
        said = market.wording(index)
        found = shares[seller(2, said.brand).loudness]
        found[0] += "stuffed" in said.flaws
        found[1] += 1
    sober, usual, loud = (found[0] / found[1] for found in shares.values())
    assert sober < usual < loud


def test_sellers_speak_three_languages_unevenly() -> None:
    found = [seller(seed, name).language for seed in range(5) for name in brands()]
    assert {name: round(found.count(name) / len(found), 1) for name in SHARES} == {
        "en": 0.6,
        "de": pytest.approx(0.25, abs=0.06),
        "es": pytest.approx(0.15, abs=0.06),
    }


def test_colourways_share_a_brand() -> None:
    assert brand(3) == brand(3)
    assert len({brand(d) for d in range(12)} | {brand(1000 + i) for i in range(300)}) > 40


def test_articles_and_capitals() -> None:
    words = {"a": "a", "style": "urban", "colour": "olive", "category": "mug", "material": "wool"}
    assert fill("{a} {style} {category}", words) == "an urban mug"
    assert fill("{a} unique {category}", words) == "a unique mug"
    assert fill("{a} {style} {category}", {**words, "a": ""}) == "urban mug"
    assert capital("¿buscas tazas?") == "¿Buscas tazas?"
    assert capital("70s mug") == "70s mug"
