"""What exists: one product's whole truth, drawn from (seed, index), and the solid that it is.

Decided: a product is a colourway of a design. Some products share a design ("also in blue"), many share
category and colour, and each has small differences of its own: telling them apart needs more than a colour
histogram. A style is a cause of what a product is made of and looks like (see `styles`); a well-known design
has one style. Category, design and style come from a hash of the index that works on whole arrays, so that
`kinds` finds what a scene needs among thousands of products without making them.

Not here: words (`words`), pictures (`studio`, `camera`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.bazaar.arrays import Doubles
from saccade.bazaar.categories import CATEGORIES, Category
from saccade.bazaar.looks import Look
from saccade.bazaar.materials import MATERIALS, Surface
from saccade.bazaar.mesh import Patch
from saccade.bazaar.palette import HEX, Rgb, mixed, partner, rgb, shade
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.random import pick, stream
from saccade.bazaar.solid import Part, Solid, weld
from saccade.bazaar.styles import STYLES, TASTES, Style, leaning, shares

__all__ = ["STYLES", "Kinds", "Product", "kinds", "look", "product", "solid"]

_HARDWARE: dict[str, Rgb] = {
    "silver": (0.72, 0.73, 0.75),
    "gold": (0.83, 0.66, 0.36),
    "black": (0.2, 0.2, 0.22),
}
_WOODS: dict[str, Rgb] = {"oak": (0.72, 0.53, 0.34), "walnut": (0.42, 0.28, 0.18), "ash": (0.83, 0.72, 0.56)}


_SHARED = 0.33
_DESIGNS = 12


@dataclass(frozen=True)
class Product:
    """The truth about one product.

    index: its number, 0 or more; design: products of one category with the same design are colourways of one
    shape; colour, second, third: names in `palette.HEX`; shades: their displayed colours for this product;
    form: measures (name, value) of its silhouette; scale, angle, phase: of its pattern; price in euros.
    """

    index: int
    category: str
    design: int
    style: str
    material: str
    pattern: str
    colour: str
    second: str
    third: str
    hardware: str
    shades: tuple[Rgb, Rgb, Rgb]
    form: tuple[tuple[str, float], ...]
    scale: float
    angle: float
    phase: tuple[float, float]
    price: float

    @property
    def item_id(self) -> str:
        """The name under which the catalogue lists it."""
        return f"item-{self.index:06d}"


@dataclass(frozen=True, eq=False)
class Kinds:
    """What some products are, in short: places in `CATEGORIES` and in `STYLES`, and designs; each (N,)
    int64.
    """

    category: NDArray[np.int64]
    style: NDArray[np.int64]
    design: NDArray[np.int64]


def kinds(seed: int, indexes: ArrayLike) -> Kinds:
    """Category, style and design of many products at once; `indexes` (N,) are 0 or more."""
    table = _kinds(np.uint64(seed), np.asarray(indexes, np.uint64), shares(tuple(CATEGORIES)))
    return Kinds(table[0], table[1], table[2])


@numba.njit(cache=True)
def _kinds(seed: np.uint64, indexes: NDArray[np.uint64], edges: Doubles) -> NDArray[np.int64]:
    """Category, style and design (3, N); `edges` (categories, styles) are cumulative shares of styles."""
    out = np.empty((3, len(indexes)), np.int64)
    for i in range(len(indexes)):
        own = indexes[i]
        category = int(_chance(seed, 1, own) * edges.shape[0])
        place, design = _chance(seed, 4, own), 1000 + np.int64(own)
        if _chance(seed, 2, own) < _SHARED:
            # A third of the products are colourways of a few well-known designs.
            design = np.int64(_chance(seed, 3, own) * _DESIGNS)
            place = _chance(seed, 5, np.uint64(category * _DESIGNS + design))
        out[0, i], out[2, i] = category, design
        out[1, i] = min(np.searchsorted(edges[category], place, side="right"), edges.shape[1] - 1)
    return out


@numba.njit(cache=True)
def _chance(seed: np.uint64, what: int, number: np.uint64) -> float:
    """A number in [0, 1): two rounds of the SplitMix64 finaliser."""
    z = number * np.uint64(0x9E3779B97F4A7C15) + np.uint64(what) * np.uint64(0xD1B54A32D192ED03)
    z ^= seed * np.uint64(0xBF58476D1CE4E5B9)
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        z += seed
    return float(z >> np.uint64(11)) / 2.0**53


@lru_cache(maxsize=1024)
def product(seed: int, index: int) -> Product:
    """Product number `index` of the marketplace `seed`. Kept for the next pictures of the same product."""
    dice = stream(seed, "product", index)
    kind = kinds(seed, [index])
    category = CATEGORIES[list(CATEGORIES)[int(kind.category[0])]]
    style, design = STYLES[int(kind.style[0])], int(kind.design[0])
    taste = TASTES[style]
    material = pick(dice, taste.material(category.materials))
    colour = pick(dice, taste.colour(_colour_weights(material)))
    pattern = _pattern(dice, category, material, taste)
    second = partner(colour, dice, taste.colours)
    third = partner(second, dice, taste.colours)
    return Product(
        index=index,
        category=category.name,
        design=design,
        style=style,
        material=material,
        pattern=pattern,
        colour=colour,
        second=second,
        third=third,
        hardware=pick(dice, {name: taste.hardware[name] for name in _HARDWARE}),
        shades=(shade(colour, dice), shade(second, dice), shade(third, dice)),
        form=_form(seed, category, design, style, dice),
        scale=taste.scale * float(np.exp(dice.normal(0, 0.22))),
        angle=_angle(dice, pattern),
        phase=(float(dice.random()), float(dice.random())),
        price=_price(dice, category.price, material),
    )


@lru_cache(maxsize=32)
def _colour_weights(material: str) -> dict[str, float]:
    """How popular colours are over all styles; glass and metal come in few."""
    if material == "metal":
        return {"grey": 4, "mustard": 2, "tan": 2, "charcoal": 2, "white": 1}
    if material == "rattan":
        return {"beige": 4, "tan": 4, "brown": 2, "cream": 2}
    first = (
        "black",
        "white",
        "navy",
        "beige",
        "red",
        "blue",
        "green",
        "brown",
        "grey",
        "pink",
        "teal",
        "mustard",
    )
    order = [*first, *(name for name in HEX if name not in first)]
    return {name: (place + 8.0) ** -0.5 for place, name in enumerate(order)}


def _pattern(dice: np.random.Generator, category: Category, material: str, taste: Style) -> str:
    bare = material in ("metal", "glass", "rattan", "suede") and category.name != "rug"
    if bare or dice.random() > min(category.patterned * taste.patterned, 0.94):
        return "plain"
    return pick(dice, taste.pattern(PATTERNS[1:]))


def _angle(dice: np.random.Generator, pattern: str) -> float:
    if pattern == "striped":
        return float(dice.choice([0.0, 0.0, 90.0, 45.0]))
    return 45.0 if pattern == "checked" and dice.random() < 0.2 else 0.0


def _form(
    seed: int, category: Category, design: int, style: str, dice: np.random.Generator
) -> tuple[tuple[str, float], ...]:
    """The design's measures, leaning as its style does, each moved by up to 2% of its range for this
    product.
    """
    place = list(CATEGORIES).index(category.name)
    free = stream(seed, "design", place, design).random(len(category.ranges))
    base = np.array([leaning(style, name, at) for name, at in zip(category.ranges, free, strict=True)])
    own = np.clip(base + dice.uniform(-0.02, 0.02, len(base)), 0, 1)
    pairs = zip(category.ranges.items(), own, strict=True)
    return tuple((name, low + (high - low) * float(at)) for (name, (low, high)), at in pairs)


def _price(dice: np.random.Generator, middle: float, material: str) -> float:
    dear = {"leather": 1.4, "silk": 1.5, "velvet": 1.2, "wool": 1.2, "plastic": 0.7, "cotton": 0.9}.get(
        material, 1.0
    )
    return round(middle * dear * float(np.exp(dice.normal(0, 0.35)))) - 0.05


def look(item: Product) -> Look:
    """The surfaces that a product wears."""
    category = CATEGORIES[item.category]
    base, second, third = item.shades
    material = MATERIALS[item.material]
    if item.material == "wood":  # painted wood lets the grain through
        base = mixed(base, _WOODS["oak"], 0.25) if item.colour not in ("brown", "tan", "beige") else base
    main = Surface(
        base, material, item.pattern, second, third, category.period * item.scale, item.angle, item.phase
    )
    if item.pattern == "colour-block":
        main = replace(main, phase=(0.0, 0.0), angle=0.0)
    accent = Surface(second, material)
    if item.category in ("chair", "lamp"):
        accent = _frame(item)
    elif material.metal or item.material in ("glass", "rattan"):
        accent = Surface(mixed(base, (0.15, 0.1, 0.08), 0.45), material)
    return Look(main, accent, Surface(_HARDWARE[item.hardware], MATERIALS["metal"]))


def _frame(item: Product) -> Surface:
    """Legs and stands, as the style has them: wood, metal or ceramic."""
    frames = TASTES[item.style].frames
    choice = frames[sum(map(ord, item.third)) % len(frames)]
    if choice in _WOODS:
        return Surface(_WOODS[choice], MATERIALS["wood"])
    if choice == "metal":
        return Surface(_HARDWARE[item.hardware], MATERIALS["metal"])
    return Surface(item.shades[1] if item.category == "lamp" else rgb("charcoal"), MATERIALS["ceramic"])


@lru_cache(maxsize=256)
def solid(item: Product) -> Solid:
    """The product as triangles. Kept for the next pictures of the same product."""
    parts = CATEGORIES[item.category].shape(dict(item.form), look(item))
    return weld(_blocked(parts, item.phase[1]) if item.pattern == "colour-block" else parts)


def _blocked(parts: list[Part], share: float) -> list[Part]:
    """One border for the whole product: its cloth is measured up (along z, if it lies flat) from there."""
    dyed = [part.patch.points for part in parts if part.surface.pattern != "plain"]
    ranges = [
        (min(p[:, :, axis].min() for p in dyed), max(p[:, :, axis].max() for p in dyed)) for axis in (1, 2)
    ]
    axis = 1 if ranges[0][1] - ranges[0][0] > 0.2 else 2
    low, high = ranges[axis - 1]
    border = low + (high - low) * (0.3 + 0.4 * share)
    return [
        Part(
            Patch(
                p.patch.points,
                np.stack([p.patch.cloth[:, :, 0], p.patch.points[:, :, axis] - border], axis=2),
            ),
            p.surface,
        )
        for p in parts
    ]
