"""Styles: the taste that a product is made in, and what it does to materials, colours, patterns and shapes.

Decided: a style is a cause, not a word that is stuck on afterwards. It shifts odds and forbids little, so a
classifier finds it in most products and in no single sign. How popular a style is depends on the category:
nobody sells a sporty vase. All figures are our own choice, tuned by eye.

Not here: which words sellers have for a style (`words`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from saccade.bazaar.arrays import Doubles

_USUAL = 0.3
"""Weight of a material or pattern, relative to one that a style is known for, that it does not name."""

_RARE = 0.12
"""The same for colours, of which there are more."""


@dataclass(frozen=True)
class Style:
    """What a taste prefers; every number is a weight beside others of its kind.

    popularity: over all categories; homes: factors for categories; patterned: factor of the share of products
    with a pattern; scale: factor of a pattern's repeat; frames: what legs and stands are made of (woods of
    `products`, "metal" or "ceramic"); form: how measures of a silhouette lean, from -1 (small) to 1 (large).
    """

    popularity: float
    homes: Mapping[str, float]
    materials: Mapping[str, float]
    colours: Mapping[str, float]
    patterned: float
    patterns: Mapping[str, float]
    hardware: Mapping[str, float]
    frames: tuple[str, ...]
    scale: float = 1.0
    form: Mapping[str, float] = field(default_factory=dict[str, float])

    def material(self, offered: Mapping[str, float]) -> dict[str, float]:
        """A category's materials, weighed by this taste."""
        return {name: weight * self.materials.get(name, _USUAL) for name, weight in offered.items()}

    def colour(self, offered: Mapping[str, float]) -> dict[str, float]:
        """Colours with their general popularity, weighed by this taste."""
        return {name: weight * self.colours.get(name, _RARE) for name, weight in offered.items()}

    def pattern(self, names: tuple[str, ...]) -> dict[str, float]:
        """Weights of patterns."""
        return {name: self.patterns.get(name, _USUAL * 0.4) for name in names}


TASTES: dict[str, Style] = {
    "minimal": Style(
        popularity=1.5,
        homes={"vase": 1.6, "lamp": 1.5, "watch": 1.4, "sofa": 1.3, "chair": 1.3, "rug": 0.6, "dress": 0.7},
        materials={"ceramic": 2.0, "leather": 1.0, "linen": 1.4, "cotton": 1.4, "metal": 1.2, "paper": 1.6},
        colours={"white": 3.0, "cream": 2.2, "grey": 2.4, "beige": 1.6, "black": 1.2, "charcoal": 0.8},
        patterned=0.18,
        patterns={"striped": 1.0, "colour-block": 0.5},
        hardware={"silver": 5.0, "gold": 0.4, "black": 1.2},
        frames=("ash", "ash", "metal"),
        form={
            "rim": -1.0,
            "band": -1.0,
            "tassels": -1.0,
            "piping": -1.0,
            "clasp": -0.8,
            "flap": -0.6,
            "handles": -1.0,
            "marks": -1.0,
            "subdial": -1.0,
            "bezel": -0.8,
            "belly": -0.5,
            "folds": -0.8,
            "hem": -0.5,
            "fringe": -1.0,
            "arm": -0.7,
            "stripe": -0.7,
            "pocket": -0.6,
            "belt": -0.6,
            "leg": -0.7,
        },
    ),
    "classic": Style(
        popularity=1.7,
        homes={"watch": 1.6, "sofa": 1.4, "handbag": 1.3, "boot": 1.2, "sneaker": 0.6, "backpack": 0.5},
        materials={"leather": 2.2, "wool": 1.6, "cotton": 1.0, "ceramic": 1.2, "linen": 1.0, "wood": 1.2},
        colours={"navy": 3.0, "burgundy": 2.6, "white": 1.2, "cream": 1.0, "green": 1.2, "red": 1.0},
        patterned=0.9,
        patterns={"striped": 2.4, "checked": 1.4, "dotted": 1.2, "diamond": 1.4},
        hardware={"silver": 1.0, "gold": 3.0, "black": 0.3},
        frames=("walnut", "walnut", "ceramic"),
        scale=0.9,
        form={"laces": 0.5, "collar": 0.6, "piping": 0.8, "round": 0.4, "belt": 0.5, "cat": -0.3},
    ),
    "retro": Style(
        popularity=1.0,
        homes={"lamp": 1.8, "sunglasses": 1.7, "mug": 1.4, "chair": 1.4, "rug": 1.2, "boot": 0.6},
        materials={"plastic": 2.0, "velvet": 1.2, "ceramic": 1.2, "suede": 1.6, "cotton": 1.0, "wood": 1.0},
        colours={"mustard": 4.0, "teal": 3.2, "orange": 4.0, "olive": 1.8, "brown": 1.0, "yellow": 1.2},
        patterned=1.4,
        patterns={"zigzag": 2.6, "dotted": 2.4, "colour-block": 0.8, "diamond": 0.8},
        hardware={"silver": 1.6, "gold": 1.6, "black": 0.4},
        frames=("walnut", "oak", "walnut"),
        scale=1.3,
        form={"cat": 0.9, "dome": 1.0, "belly": 0.5, "splay": 0.9, "rim": 0.8, "hem": 0.6, "legs": 0.6},
    ),
    "boho": Style(
        popularity=1.2,
        homes={
            "rug": 2.4,
            "cushion": 1.9,
            "dress": 1.8,
            "hat": 1.5,
            "watch": 0.3,
            "sneaker": 0.4,
            "sofa": 0.8,
        },
        materials={"rattan": 6.0, "linen": 3.0, "suede": 1.4, "cotton": 1.0, "stoneware": 0.8},
        colours={
            "coral": 3.0,
            "tan": 2.4,
            "cream": 1.4,
            "mustard": 1.4,
            "burgundy": 1.2,
            "orange": 1.4,
            "mint": 0.8,
        },
        patterned=1.8,
        patterns={"floral": 3.0, "zigzag": 1.6, "diamond": 2.2},
        hardware={"silver": 0.4, "gold": 3.2, "black": 0.3},
        frames=("oak", "ash", "oak"),
        scale=1.15,
        form={
            "tassels": 1.0,
            "fringe": 1.0,
            "folds": 0.7,
            "depth": 0.8,
            "hem": 0.9,
            "length": 0.5,
            "wave": 1.0,
            "brim": 0.8,
            "ears": 0.5,
        },
    ),
    "sporty": Style(
        popularity=1.2,
        homes={
            "sneaker": 4.5,
            "backpack": 3.4,
            "t-shirt": 2.4,
            "watch": 1.8,
            "sunglasses": 1.5,
            "hat": 1.4,
            "dress": 0.5,
            "handbag": 0.3,
            "sofa": 0.08,
            "vase": 0.08,
            "rug": 0.15,
            "lamp": 0.1,
            "chair": 0.15,
            "cushion": 0.2,
            "mug": 0.35,
            "boot": 0.3,
        },
        materials={"canvas": 2.6, "rubber": 3.0, "plastic": 2.2, "cotton": 1.2},
        colours={
            "blue": 3.2,
            "red": 2.6,
            "white": 1.0,
            "yellow": 2.2,
            "orange": 1.4,
            "black": 0.6,
            "mint": 1.0,
            "sky": 1.8,
        },
        patterned=1.5,
        patterns={"colour-block": 3.4, "striped": 1.6},
        hardware={"silver": 1.6, "gold": 0.1, "black": 3.0},
        frames=("metal", "ash"),
        scale=1.4,
        form={
            "stripe": 1.0,
            "cap": 0.7,
            "sole": 0.6,
            "pale_sole": 0.7,
            "patch": 0.8,
            "print": 0.8,
            "collar": 0.4,
            "laces": 0.6,
            "hem": -0.3,
            "square": 0.4,
        },
    ),
    "rustic": Style(
        popularity=0.9,
        homes={
            "mug": 2.2,
            "boot": 1.8,
            "chair": 1.7,
            "vase": 1.6,
            "rug": 1.2,
            "dress": 0.4,
            "sunglasses": 0.2,
            "sneaker": 0.3,
            "handbag": 0.8,
        },
        materials={
            "wood": 3.0,
            "stoneware": 4.0,
            "wool": 3.0,
            "suede": 1.2,
            "leather": 1.0,
            "linen": 1.0,
            "canvas": 0.8,
        },
        colours={
            "brown": 4.0,
            "tan": 2.4,
            "olive": 3.0,
            "beige": 2.2,
            "cream": 1.0,
            "burgundy": 0.8,
            "green": 0.8,
        },
        patterned=1.0,
        patterns={"checked": 4.0, "striped": 0.8},
        hardware={"silver": 0.4, "gold": 1.4, "black": 2.2},
        frames=("oak", "walnut", "oak"),
        scale=1.1,
        form={"dip": 0.8, "leg": 0.9, "grip": 0.7, "laces": 0.5, "shaft": 0.4, "fringe": 0.5, "slats": 0.8},
    ),
    "glam": Style(
        popularity=0.9,
        homes={
            "handbag": 2.4,
            "dress": 2.4,
            "lamp": 1.3,
            "cushion": 1.3,
            "sunglasses": 1.4,
            "vase": 1.2,
            "backpack": 0.2,
            "sneaker": 0.4,
            "mug": 0.6,
            "boot": 0.7,
            "hat": 0.5,
        },
        materials={"velvet": 4.0, "silk": 5.0, "glass": 2.0, "metal": 3.0, "leather": 1.0, "ceramic": 0.8},
        colours={
            "fuchsia": 4.0,
            "purple": 3.6,
            "burgundy": 1.8,
            "black": 1.0,
            "red": 1.4,
            "pink": 2.2,
            "lilac": 1.2,
            "green": 0.8,
        },
        patterned=0.7,
        patterns={"diamond": 1.4, "dotted": 1.2, "floral": 1.2},
        hardware={"silver": 0.8, "gold": 6.0, "black": 0.1},
        frames=("metal", "metal", "ceramic"),
        scale=0.85,
        form={
            "cat": 0.8,
            "clasp": 1.0,
            "bezel": 0.6,
            "heel": 0.7,
            "point": -0.6,
            "waist": -0.6,
            "neck": 0.6,
            "length": 0.3,
            "belt": 0.7,
            "tassels": 0.5,
            "piping": 0.7,
            "double": 0.5,
        },
    ),
    "urban": Style(
        popularity=1.3,
        homes={
            "sneaker": 1.6,
            "backpack": 1.7,
            "boot": 1.6,
            "hat": 1.5,
            "t-shirt": 1.3,
            "sunglasses": 1.2,
            "dress": 0.5,
            "vase": 0.5,
            "cushion": 0.5,
            "rug": 0.6,
            "mug": 0.7,
        },
        materials={"leather": 1.4, "metal": 2.2, "canvas": 1.4, "plastic": 1.2, "rubber": 1.6, "cotton": 1.0},
        colours={"black": 4.0, "charcoal": 5.0, "grey": 1.6, "olive": 0.8, "white": 0.4, "navy": 0.6},
        patterned=0.5,
        patterns={"colour-block": 1.4, "striped": 0.8, "checked": 0.6},
        hardware={"silver": 1.0, "gold": 0.1, "black": 5.0},
        frames=("metal", "metal", "walnut"),
        scale=1.1,
        form={
            "sole": 0.8,
            "pale_sole": -0.6,
            "laces": 0.8,
            "square": 0.7,
            "cuff": 0.4,
            "lid": 0.5,
            "arm": 0.4,
            "dark_dial": 0.9,
        },
    ),
}

STYLES: tuple[str, ...] = tuple(TASTES)

RELATED: dict[str, tuple[str, ...]] = {
    "minimal": ("classic", "urban"),
    "classic": ("minimal", "glam"),
    "retro": ("boho", "classic"),
    "boho": ("rustic", "retro"),
    "sporty": ("urban", "minimal"),
    "rustic": ("boho", "classic"),
    "glam": ("classic", "urban"),
    "urban": ("sporty", "minimal"),
}
"""With what a style goes, the nearest first."""


def popularity(category: str) -> dict[str, float]:
    """How often a product of a category is of each style (weights)."""
    return {name: taste.popularity * taste.homes.get(category, 1.0) for name, taste in TASTES.items()}


@lru_cache(maxsize=4)
def shares(categories: tuple[str, ...]) -> Doubles:
    """Cumulative shares (categories, styles): the last column is 1."""
    weights = np.array([list(popularity(category).values()) for category in categories])
    return np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)


def leaning(style: str, measure: str, at: float) -> float:
    """A place in a measure's range, 0..1, moved the way in which a style leans."""
    lean = TASTES[style].form.get(measure, 0.0)
    return float(at ** np.exp(-1.1 * lean))
