"""The categories of the marketplace: their shapes, what they come in, and how a shop shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.shapes import accessories, bags, clothing, footwear, furniture, tableware, textiles
from saccade.bazaar.solid import Part


@dataclass(frozen=True)
class Category:
    """What may be made, and from where it is photographed.

    materials: choice by weight; patterns: share of products that carry one; size: longest side in
    centimetres; yaw, pitch: degrees that a shop's photographer chooses from; period: size of a pattern's
    repeat; price: middle, in euros.
    """

    name: str
    department: str
    shape: Callable[[Form, Look], list[Part]]
    ranges: Ranges
    materials: dict[str, float]
    patterned: float
    size: float
    price: float
    yaw: tuple[float, float]
    pitch: tuple[float, float]
    period: float = 0.3


_CATEGORIES = (
    Category(
        "sneaker",
        "fashion",
        footwear.sneaker,
        footwear.SNEAKER,
        {"leather": 3, "canvas": 3, "suede": 2},
        0.22,
        29,
        85,
        (-28, 38),
        (8, 26),
    ),
    Category(
        "boot",
        "fashion",
        footwear.boot,
        footwear.BOOT,
        {"leather": 5, "suede": 3, "rubber": 1},
        0.12,
        32,
        140,
        (-30, 35),
        (6, 20),
    ),
    Category(
        "dress",
        "fashion",
        clothing.dress,
        clothing.DRESS,
        {"cotton": 3, "silk": 2, "linen": 2, "wool": 1, "velvet": 1},
        0.62,
        110,
        70,
        (-30, 30),
        (-2, 10),
        0.22,
    ),
    Category(
        "t-shirt",
        "fashion",
        clothing.shirt,
        clothing.SHIRT,
        {"cotton": 6, "linen": 2, "wool": 1},
        0.5,
        75,
        25,
        (-28, 28),
        (-2, 10),
        0.24,
    ),
    Category(
        "handbag",
        "fashion",
        bags.handbag,
        bags.HANDBAG,
        {"leather": 5, "suede": 2, "canvas": 2, "rattan": 1.3},
        0.3,
        34,
        130,
        (-38, 38),
        (6, 22),
    ),
    Category(
        "backpack",
        "fashion",
        bags.backpack,
        bags.BACKPACK,
        {"canvas": 5, "leather": 2, "plastic": 0.6},
        0.35,
        46,
        75,
        (-38, 38),
        (4, 20),
    ),
    Category(
        "hat",
        "fashion",
        accessories.hat,
        accessories.HAT,
        {"wool": 4, "rattan": 2, "cotton": 2, "suede": 1},
        0.25,
        34,
        35,
        (-35, 35),
        (10, 28),
    ),
    Category(
        "watch",
        "fashion",
        accessories.watch,
        accessories.WATCH,
        {"leather": 5, "rubber": 2, "canvas": 1},
        0.14,
        12,
        160,
        (-34, 34),
        (-8, 22),
        0.2,
    ),
    Category(
        "sunglasses",
        "fashion",
        accessories.glasses,
        accessories.GLASSES,
        {"plastic": 5, "metal": 2},
        0.1,
        15,
        95,
        (-36, 36),
        (4, 24),
        0.16,
    ),
    Category(
        "mug",
        "home",
        tableware.mug,
        tableware.MUG,
        {"ceramic": 5, "stoneware": 3, "metal": 0.7},
        0.5,
        11,
        16,
        (-50, 45),
        (12, 30),
        0.34,
    ),
    Category(
        "vase",
        "home",
        tableware.vase,
        tableware.VASE,
        {"ceramic": 4, "stoneware": 3, "glass": 2, "metal": 0.8},
        0.35,
        28,
        45,
        (-40, 40),
        (8, 26),
        0.32,
    ),
    Category(
        "lamp",
        "home",
        furniture.lamp,
        furniture.LAMP,
        {"linen": 4, "paper": 2, "metal": 1.4, "rattan": 1.4},
        0.3,
        52,
        80,
        (-30, 30),
        (2, 16),
        0.28,
    ),
    Category(
        "chair",
        "home",
        furniture.chair,
        furniture.CHAIR,
        {"wood": 3, "velvet": 2, "leather": 2, "plastic": 1.6, "linen": 1.5, "rattan": 1},
        0.2,
        88,
        150,
        (-48, 48),
        (8, 24),
        0.26,
    ),
    Category(
        "sofa",
        "home",
        furniture.sofa,
        furniture.SOFA,
        {"linen": 3, "velvet": 3, "leather": 2, "wool": 1},
        0.2,
        210,
        780,
        (-36, 36),
        (8, 24),
        0.2,
    ),
    Category(
        "cushion",
        "home",
        textiles.cushion,
        textiles.CUSHION,
        {"cotton": 3, "linen": 3, "velvet": 2, "wool": 2},
        0.68,
        48,
        28,
        (-34, 34),
        (4, 24),
        0.42,
    ),
    Category(
        "rug",
        "home",
        textiles.rug,
        textiles.RUG,
        {"wool": 5, "cotton": 2, "linen": 1},
        0.82,
        200,
        190,
        (-40, 40),
        (34, 68),
        0.4,
    ),
)

CATEGORIES: dict[str, Category] = {category.name: category for category in _CATEGORIES}
