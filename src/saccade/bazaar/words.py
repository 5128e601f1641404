"""What sellers write. Everything that belongs to one language is in one `Lexicon`; this file holds English.

Decided: truth uses keys ("striped", "leather"), text uses a lexicon's words for them, with several words for
one thing. Another language is another `Lexicon` with the same keys. A title always names category, colour,
material and pattern.

Not here: queries, boards, misspellings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.products import Product
from saccade.bazaar.random import stream

Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Lexicon:
    """The words of one language: several for each key, the most usual first.

    titles and openings are templates over `{brand} {style} {colour} {pattern} {material} {category}`;
    openings and details also know `{second} {hardware} {use} {size}`.
    """

    language: str
    categories: Words
    colours: Words
    patterns: Words
    materials: Words
    styles: Words
    hardware: Words
    uses: Words
    titles: tuple[str, ...]
    openings: tuple[str, ...]
    details: tuple[str, ...]

    def first(self, words: Words, key: str) -> str:
        """The usual word for a key, as used in attributes."""
        return words[key][0]


@dataclass(frozen=True)
class Wording:
    """What one listing says."""

    title: str
    description: str
    brand: str
    attributes: tuple[tuple[str, str], ...]


ENGLISH = Lexicon(
    language="en",
    categories={
        "sneaker": ("sneakers", "trainers", "tennis shoes"),
        "boot": ("boots", "ankle boots"),
        "dress": ("dress", "frock"),
        "t-shirt": ("t-shirt", "tee", "jersey top"),
        "handbag": ("handbag", "purse", "tote bag"),
        "backpack": ("backpack", "rucksack", "daypack"),
        "hat": ("hat",),
        "watch": ("watch", "wristwatch"),
        "sunglasses": ("sunglasses", "shades"),
        "mug": ("mug", "coffee cup", "tea cup"),
        "vase": ("vase", "flower vase"),
        "lamp": ("table lamp", "bedside lamp", "lamp"),
        "chair": ("chair", "dining chair", "side chair"),
        "sofa": ("sofa", "couch", "settee"),
        "cushion": ("cushion", "throw pillow", "scatter cushion"),
        "rug": ("rug", "area rug", "carpet"),
    },
    colours={
        "black": ("black", "jet black"),
        "charcoal": ("charcoal", "anthracite"),
        "grey": ("grey", "ash grey"),
        "white": ("white", "off-white"),
        "cream": ("cream", "ivory"),
        "beige": ("beige", "sand"),
        "tan": ("tan", "camel"),
        "brown": ("brown", "chocolate"),
        "burgundy": ("burgundy", "wine red"),
        "red": ("red", "cherry red"),
        "coral": ("coral", "salmon"),
        "orange": ("orange", "tangerine"),
        "mustard": ("mustard", "ochre"),
        "yellow": ("yellow", "lemon"),
        "olive": ("olive", "khaki"),
        "green": ("green", "emerald"),
        "mint": ("mint", "seafoam"),
        "teal": ("teal", "petrol"),
        "sky": ("sky blue", "light blue"),
        "blue": ("blue", "royal blue"),
        "navy": ("navy", "midnight blue"),
        "purple": ("purple", "violet"),
        "lilac": ("lilac", "lavender"),
        "pink": ("pink", "blush"),
        "fuchsia": ("fuchsia", "magenta"),
    },
    patterns={
        "plain": ("plain", "solid"),
        "striped": ("striped", "stripe"),
        "checked": ("checked", "plaid", "gingham"),
        "dotted": ("dotted", "polka dot", "spotted"),
        "zigzag": ("zigzag", "chevron"),
        "floral": ("floral", "flower print"),
        "diamond": ("diamond", "argyle", "harlequin"),
        "colour-block": ("colour-block", "two-tone"),
    },
    materials={
        "leather": ("leather",),
        "suede": ("suede",),
        "canvas": ("canvas",),
        "cotton": ("cotton",),
        "linen": ("linen",),
        "wool": ("wool", "woollen"),
        "velvet": ("velvet",),
        "silk": ("silk", "satin"),
        "wood": ("wood", "wooden"),
        "rattan": ("rattan", "wicker"),
        "ceramic": ("ceramic", "porcelain"),
        "stoneware": ("stoneware", "earthenware"),
        "glass": ("glass",),
        "metal": ("metal",),
        "plastic": ("plastic", "acetate"),
        "rubber": ("rubber",),
        "paper": ("paper",),
    },
    styles={
        "minimal": ("minimal", "minimalist"),
        "classic": ("classic", "timeless"),
        "retro": ("retro", "vintage style"),
        "boho": ("boho", "bohemian"),
        "sporty": ("sporty", "casual"),
        "rustic": ("rustic", "farmhouse"),
        "glam": ("glam", "elegant"),
        "urban": ("urban", "modern"),
    },
    hardware={"silver": ("silver",), "gold": ("gold", "brass"), "black": ("black",)},
    uses={
        "fashion": ("everyday wear", "the weekend", "a day in town", "travelling light", "a summer party"),
        "home": ("the living room", "a small flat", "a quiet corner", "a housewarming gift", "slow mornings"),
    },
    titles=(
        "{brand} {style} {colour} {pattern} {material} {category}",
        "{colour} {pattern} {category} in {material}, {style}, by {brand}",
        "{style} {material} {category} - {pattern}, {colour}",
        "{brand} {category}: {pattern} {material}, {colour}",
        "{pattern} {colour} {material} {category} | {brand}",
    ),
    openings=(
        "A {style} {category} in {colour} {material}.",
        "Our {brand} {category}, made of {material}.",
        "Meet a {style} {category} for {use}.",
        "{colour} {material}, made with care for {use}.",
    ),
    details=(
        "Trims in {second}.",
        "The finish is {pattern}.",
        "Details in {hardware}.",
        "A favourite for {use}.",
        "Every piece differs a little.",
        "Goes well with {second}.",
        "New, in its box.",
        "Made in small batches.",
        "About {size} cm at its longest.",
    ),
)

_STARTS = (
    "Al",
    "Bel",
    "Cor",
    "Dun",
    "El",
    "Fen",
    "Gar",
    "Hol",
    "Il",
    "Jun",
    "Kes",
    "Lor",
    "Mar",
    "Nor",
    "Or",
    "Pel",
)
_ENDS = (
    "da",
    "bury",
    "vik",
    "lo",
    "mont",
    "ska",
    "wood",
    "ine",
    "ora",
    "ton",
    "essa",
    "ley",
    "gate",
    "quist",
)


def brand(design: int) -> str:
    """A made-up brand; colourways of one design share it."""
    return _STARTS[design * 7 % len(_STARTS)] + _ENDS[design * 5 // 3 % len(_ENDS)]


def wording(seed: int, item: Product, lexicon: Lexicon = ENGLISH) -> Wording:
    """Title, description and attributes of a product in one language."""
    dice = stream(seed, "words", item.index)
    category = CATEGORIES[item.category]
    words = {
        "brand": brand(item.design),
        "style": _say(dice, lexicon.styles[item.style]),
        "colour": _say(dice, lexicon.colours[item.colour]),
        "pattern": _say(dice, lexicon.patterns[item.pattern]),
        "material": _say(dice, lexicon.materials[item.material]),
        "category": _say(dice, lexicon.categories[item.category]),
        "second": _say(dice, lexicon.colours[item.second]),
        "hardware": _say(dice, lexicon.hardware[item.hardware]),
        "use": _say(dice, lexicon.uses[category.department]),
        "size": f"{category.size:.0f}",
    }
    title = _choose(dice, lexicon.titles).format_map(words)
    details = dice.choice(len(lexicon.details), 2, replace=False)
    lines = [_choose(dice, lexicon.openings), *(lexicon.details[int(i)] for i in details)]
    description = " ".join(_capital(line.format_map(words)) for line in lines)
    return Wording(
        _capital(title),
        description,
        words["brand"],
        _attributes(item, category.department, words["brand"], lexicon),
    )


def _attributes(item: Product, department: str, maker: str, lexicon: Lexicon) -> tuple[tuple[str, str], ...]:
    return (
        ("brand", maker),
        ("department", department),
        ("colour", lexicon.first(lexicon.colours, item.colour)),
        ("pattern", lexicon.first(lexicon.patterns, item.pattern)),
        ("material", lexicon.first(lexicon.materials, item.material)),
        ("style", lexicon.first(lexicon.styles, item.style)),
    )


def _say(dice: np.random.Generator, words: tuple[str, ...]) -> str:
    """The usual word two times in three, else any."""
    return words[0] if dice.random() < 0.66 else words[int(dice.integers(len(words)))]


def _choose(dice: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(dice.integers(len(options)))]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
