"""What exists: one product's whole truth, drawn from (seed, index), and the solid that it is.

Decided: a product is a colourway of a design. Some products share a design ("also in blue"), many share
category and colour, and each has small differences of its own: telling them apart needs more than a colour
histogram.

Not here: words (`words`), pictures (`studio`, `camera`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from saccade.bazaar.categories import CATEGORIES, Category
from saccade.bazaar.looks import Look
from saccade.bazaar.materials import MATERIALS, Surface
from saccade.bazaar.mesh import Patch
from saccade.bazaar.palette import HEX, Rgb, mixed, partner, rgb, shade
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.random import pick, stream
from saccade.bazaar.solid import Part, Solid, weld

STYLES: tuple[str, ...] = ("minimal", "classic", "retro", "boho", "sporty", "rustic", "glam", "urban")

_HARDWARE: dict[str, Rgb] = {
    "silver": (0.72, 0.73, 0.75),
    "gold": (0.83, 0.66, 0.36),
    "black": (0.2, 0.2, 0.22),
}
_WOODS: dict[str, Rgb] = {"oak": (0.72, 0.53, 0.34), "walnut": (0.42, 0.28, 0.18), "ash": (0.83, 0.72, 0.56)}


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


def product(seed: int, index: int) -> Product:
    """Product number `index` of the marketplace `seed`."""
    dice = stream(seed, "product", index)
    category = CATEGORIES[list(CATEGORIES)[int(dice.integers(len(CATEGORIES)))]]
    # A third of the products are colourways of a few well-known designs; the rest have a shape of their own.
    design = int(dice.integers(12)) if dice.random() < 0.33 else 1000 + index
    material = pick(dice, category.materials)
    colour = pick(dice, _colour_weights(material))
    pattern = _pattern(dice, category, material)
    second = partner(colour, dice)
    third = partner(second, dice)
    return Product(
        index=index,
        category=category.name,
        design=design,
        style=STYLES[int(dice.integers(len(STYLES)))],
        material=material,
        pattern=pattern,
        colour=colour,
        second=second,
        third=third,
        hardware=list(_HARDWARE)[int(dice.integers(len(_HARDWARE)))],
        shades=(shade(colour, dice), shade(second, dice), shade(third, dice)),
        form=_form(seed, category, design, dice),
        scale=float(np.exp(dice.normal(0, 0.28))),
        angle=_angle(dice, pattern),
        phase=(float(dice.random()), float(dice.random())),
        price=_price(dice, category.price, material),
    )


def _colour_weights(material: str) -> dict[str, float]:
    """A power law over colours, so that several products share one; glass and metal come in few."""
    if material == "metal":
        return {"grey": 4, "mustard": 2, "tan": 2, "charcoal": 2, "white": 1}
    if material == "rattan":
        return {"beige": 4, "tan": 4, "brown": 2, "cream": 2}
    popular = (
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
    order = [*popular, *(name for name in HEX if name not in popular)]
    return {name: (place + 4.0) ** -0.7 for place, name in enumerate(order)}


def _pattern(dice: np.random.Generator, category: Category, material: str) -> str:
    bare = material in ("metal", "glass", "rattan", "suede") and category.name != "rug"
    if bare or dice.random() > category.patterned:
        return "plain"
    return PATTERNS[1 + int(dice.integers(len(PATTERNS) - 1))]


def _angle(dice: np.random.Generator, pattern: str) -> float:
    if pattern == "striped":
        return float(dice.choice([0.0, 0.0, 90.0, 45.0]))
    return 45.0 if pattern == "checked" and dice.random() < 0.2 else 0.0


def _form(
    seed: int, category: Category, design: int, dice: np.random.Generator
) -> tuple[tuple[str, float], ...]:
    """The design's measures, each moved by up to 2% of its range for this product."""
    place = list(CATEGORIES).index(category.name)
    base = stream(seed, "design", place, design).random(len(category.ranges))
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
    """Legs and stands: wood, metal or ceramic, by the product's third colour."""
    choice = sum(map(ord, item.third)) % 4
    if choice < 2:
        return Surface(list(_WOODS.values())[sum(map(ord, item.second)) % 3], MATERIALS["wood"])
    if choice == 2:
        return Surface(_HARDWARE[item.hardware], MATERIALS["metal"])
    return Surface(item.shades[1] if item.category == "lamp" else rgb("charcoal"), MATERIALS["ceramic"])


@lru_cache(maxsize=64)
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
