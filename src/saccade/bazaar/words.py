"""What a seller writes about a product: title, description and attributes, with the seller's mistakes.

Decided: truth uses keys ("striped", "leather"), text uses a lexicon's words for them, with several words
for one thing. A listing is in its seller's language. Attributes are structured data and stay in English
keys. A clean title names category, colour, material and pattern (unless plain); noise comes on top, and
what it did is kept for evaluators.

Not here: alt texts, queries, captions (`texts`), boards, the noise itself (`noise`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from saccade.bazaar import noise
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.lexicons.base import Lexicon
from saccade.bazaar.lexicons.english import ENGLISH
from saccade.bazaar.noise import chance, choose
from saccade.bazaar.phrases import phrase, product_concepts, said
from saccade.bazaar.products import Product
from saccade.bazaar.random import stream
from saccade.bazaar.sellers import LEXICONS, Seller, brand, brands, seller

_PLAIN_SAID = 0.15  # share of queries and alt texts that may say of a plain product that it is plain
_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeio]|u(?!ni|s))", re.IGNORECASE)


@dataclass(frozen=True)
class Wording:
    """What one listing says, and `flaws`: what is wrong with it, for evaluators only.

    flaws are out of `wrong-product`, `stuffed`, `wrong-brand`, `shouted`, `emoji`, `boilerplate`, `spam`.
    """

    title: str
    description: str
    brand: str
    attributes: tuple[tuple[str, str], ...]
    flaws: tuple[str, ...] = ()


def wording(seed: int, item: Product, instead: Product | None = None) -> Wording:
    """Title, description and attributes of a product, in its seller's language.

    instead: another product, whose title and description land here at the rate `noise.WRONG_TITLE`.
    """
    dice = stream(seed, "words", item.index)
    maker = seller(seed, brand(item.design))
    lexicon = LEXICONS[maker.language]
    wrong = instead is not None and chance(dice, noise.WRONG_TITLE)
    about = instead if instead is not None and wrong else item
    words = facets(seed, about, lexicon, dice)
    flaws = ["wrong-product"] if wrong else []
    title = _title(about, words, maker, lexicon, dice, flaws)
    description = _description(words, maker, lexicon, dice, flaws)
    return Wording(title, description, maker.name, _attributes(item, maker.name), tuple(flaws))


def facets(
    seed: int, item: Product, lexicon: Lexicon, dice: np.random.Generator, loosely: bool = False
) -> dict[str, str]:
    """What templates are filled with, for one product. `phrase` is "" for a product without a concept;
    `loosely` as in `phrases.phrase`.
    """
    category = CATEGORIES[item.category]
    noun = lexicon.categories[item.category][_usual(dice, len(lexicon.categories[item.category]))]
    known = product_concepts(seed, item)
    words = {
        "brand": brand(item.design),
        "a": lexicon.articles[noun.gender],
        "category": noun.one,
        "categories": noun.many,
        "style": said(dice, lexicon.styles[item.style]),
        "colour": said(dice, lexicon.colours[item.colour]),
        "pattern": said(dice, lexicon.patterns[item.pattern]),
        "material": said(dice, lexicon.materials[item.material]),
        "second": said(dice, lexicon.colours[item.second]),
        "hardware": said(dice, lexicon.hardware[item.hardware]),
        "use": said(dice, lexicon.uses[category.department]),
        "size": f"{category.size:.0f}",
        "phrase": phrase(known[int(dice.integers(len(known)))], lexicon, dice, loosely) if known else "",
    }
    return {**words, "Colour": words["colour"].capitalize(), "Second": words["second"].capitalize()}


def template(templates: tuple[str, ...], words: dict[str, str], dice: np.random.Generator) -> str:
    """A template that the words can fill; those that speak of a phrase need one."""
    return choose(dice, [one for one in templates if words["phrase"] or "{phrase}" not in one])


def spoken(templates: tuple[str, ...], plain: bool, dice: np.random.Generator) -> tuple[str, ...]:
    """The templates that people use freely: few mention that a thing has no pattern."""
    quiet = plain and not chance(dice, _PLAIN_SAID)
    return tuple(one for one in templates if "{pattern}" not in one) if quiet else templates


def fill(one: str, words: dict[str, str]) -> str:
    """A template with its words, "an" before a vowel, no doubled or leading spaces."""
    text = re.sub(" +", " ", one.format_map(words)).strip()
    return _BEFORE_VOWEL.sub(r"\1n ", text) if words["a"] in ("a", "") and "{a}" in one else text


def capital(text: str) -> str:
    """With a capital letter in front, behind marks such as ¿."""
    at = next((i for i, letter in enumerate(text) if letter.isalnum()), 0)
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def _title(
    item: Product, words: dict[str, str], maker: Seller, lexicon: Lexicon, dice: np.random.Generator,
    flaws: list[str],
) -> str:  # fmt: skip
    plain = item.pattern == "plain"
    title = capital(fill(template(lexicon.plain_titles if plain else lexicon.titles, words, dice), words))
    title = noise.slips(title, noise.SLIPS_LISTING, lexicon.keyboard, dice)
    if _does(dice, noise.STUFFED, maker, flaws, "stuffed"):
        others = [nouns[0].many for nouns in lexicon.categories.values()]
        looks = [look.alone[0] for look in lexicon.looks.values()]
        title = noise.stuff(title, (*lexicon.stuffing, choose(dice, others), choose(dice, looks)), dice)
    if _does(dice, noise.WRONG_BRAND, maker, flaws, "wrong-brand"):
        title = f"{title} {choose(dice, (lexicon.like, '~', '/'))} {choose(dice, brands())}"
    if _does(dice, noise.SHOUTED, maker, flaws, "shouted"):
        title = noise.shout(title, dice)
    if _does(dice, noise.EMOJI_TITLE, maker, flaws, "emoji"):
        title = noise.decorate(title, dice)
    return title


def _description(
    words: dict[str, str], maker: Seller, lexicon: Lexicon, dice: np.random.Generator, flaws: list[str]
) -> str:
    picked = dice.choice(len(lexicon.details), 2, replace=False)
    chosen = [template(lexicon.openings, words, dice), *(lexicon.details[int(i)] for i in picked)]
    if words["phrase"] and chance(dice, 0.6):
        chosen.append(template(lexicon.mentions, words, dice))
    lines = [
        noise.slips(capital(fill(line, words)), noise.SLIPS_LISTING, lexicon.keyboard, dice)
        for line in chosen
    ]
    if maker.sentence and chance(dice, noise.BOILERPLATE):
        lines.append(maker.sentence)
        flaws.append("boilerplate")
    if _does(dice, noise.SPAM, maker, flaws, "spam"):
        lines.insert(int(dice.integers(len(lines) + 1)), choose(dice, lexicon.spam))
    if chance(dice, noise.HASHTAGS):
        tags = [words[key] for key in ("phrase", "category", "colour", "style", "material")]
        lines.append(noise.hashtags([*tags, choose(dice, lexicon.stuffing)], dice))
    return " ".join(lines)


def _does(dice: np.random.Generator, rate: float, maker: Seller, flaws: list[str], name: str) -> bool:
    """Whether a loud or a sober seller does this here; noted if so."""
    done = chance(dice, min(rate * maker.loudness, 1.0))
    flaws += [name] if done else []
    return done


def _attributes(item: Product, maker: str) -> tuple[tuple[str, str], ...]:
    return (
        ("brand", maker),
        ("department", CATEGORIES[item.category].department),
        ("colour", ENGLISH.colours[item.colour][0]),
        ("pattern", ENGLISH.patterns[item.pattern][0]),
        ("material", ENGLISH.materials[item.material][0]),
        ("style", ENGLISH.styles[item.style][0]),
    )


def _usual(dice: np.random.Generator, count: int) -> int:
    """The first two times in three, else any."""
    return 0 if dice.random() < 0.66 else int(dice.integers(count))
