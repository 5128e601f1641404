"""People who wear what the shop sells: who they are, and the solids that they and their clothes are.

Decided: a person is chosen from few builds, poses and cuts of hair, each of whose shapes is made once a
process, and from continuous colours and heights. Tones are the Monk scale's (`figures.skin`). Clothes of no
shop (trousers, skirts, plain shoes) are plain and muted.

Not here: which products a person wears (`casting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from saccade.bazaar.arrays import Floats
from saccade.bazaar.figures import body, wear
from saccade.bazaar.figures.head import ENLARGED, Piece, head
from saccade.bazaar.figures.skin import HAIR, SKIN, hair_colour, hair_cut, swatch, tone
from saccade.bazaar.materials import MATERIALS, Material, Surface
from saccade.bazaar.palette import Rgb, mixed, rgb
from saccade.bazaar.products import Product
from saccade.bazaar.random import pick
from saccade.bazaar.solid import Part, Solid, assemble, put, together

_CLOTH = replace(MATERIALS["cotton"], period=60.0)
_WET = Material(0.6, 5.0, 0.05)
_DENIM = replace(MATERIALS["canvas"], period=14.0)
_TROUSERS: dict[str, dict[str, float]] = {
    "minimal": {"beige": 2, "grey": 2, "white": 1, "black": 1},
    "classic": {"navy": 3, "beige": 2, "charcoal": 1},
    "retro": {"brown": 2, "navy": 1, "beige": 1, "olive": 1},
    "boho": {"cream": 2, "tan": 2, "brown": 1, "denim": 1},
    "sporty": {"black": 2, "grey": 2, "navy": 2, "denim": 1},
    "rustic": {"denim": 3, "brown": 1, "olive": 1},
    "glam": {"black": 4, "white": 1, "charcoal": 1},
    "urban": {"black": 3, "charcoal": 2, "denim": 2},
}
_DENIM_BLUE: Rgb = (0.25, 0.34, 0.48)


@dataclass(frozen=True)
class Person:
    """Somebody. tone: Monk 1..10; build, pose, cut, legs: names in `figures`; cloth: the colour of what legs
    wear; height: factor of 175 cm, the top of the head.
    """

    tone: int
    build: str
    pose: str
    cut: str
    hair: Rgb
    legs: str
    cloth: str
    height: float


def person(
    dice: np.random.Generator, style: str, worn: Mapping[str, object], poses: Mapping[str, float]
) -> Person:
    """Somebody of a style who wears products in the slots `worn` and stands in one of `poses` (weights)."""
    own = tone(dice)
    cut = hair_cut(dice, own)
    if "head" in worn and cut in ("curls", "bun"):
        cut = "long" if cut == "bun" else "short"
    build = pick(dice, {"slim": 3, "regular": 4, "tall": 2, "full": 2})
    bottoms = {"slim": 3.0, "wide": 2.0, "skirt": 1.2, "shorts": 0.8}
    if "feet" in worn and worn["feet"] == "boot":
        bottoms["wide"] = 0.0
    legs = "bare" if worn.get("top") == "dress" else pick(dice, bottoms)
    return Person(
        tone=own,
        build=build,
        pose=pick(dice, dict(poses)),
        cut=cut,
        hair=hair_colour(dice, own),
        legs=legs,
        cloth=pick(dice, _TROUSERS[style]),
        height=body.BUILDS[build].height * float(np.clip(dice.normal(1, 0.025), 0.94, 1.06)),
    )


def figure(someone: Person, worn: Mapping[str, Product]) -> list[tuple[int | None, Solid]]:
    """The person and what they wear, standing on y = 0 about x = z = 0, facing z: solids, each with the index
    of its product or None, in centimetres of a person of height 1. `worn` maps slots ("top", "feet", "head",
    "eyes", "hand", "back") to products.
    """
    solids: list[tuple[int | None, Solid]] = [(None, _bare(someone, worn))]
    return solids + [(item.index, _worn(slot, item, someone)) for slot, item in worn.items()]


def _worn(slot: str, item: Product, someone: Person) -> Solid:
    if slot == "top":
        return wear.garment(item, someone.build, someone.pose)
    if slot == "feet":
        return wear.shoes(item, someone.pose)
    if slot == "head":
        return wear.hat(item)
    if slot == "eyes":
        return wear.glasses(item)
    if slot == "back":
        return wear.on_back(item, someone.build)
    return wear.in_hand(item, someone.build, someone.pose, 1.0)


def _bare(someone: Person, worn: Mapping[str, Product]) -> Solid:
    """The body in clothes of no shop."""
    shod = "plain" if "feet" not in worn else ("high" if worn["feet"].category == "boot" else "low")
    pieces = (
        *_upper(someone.build, someone.pose),
        *_lower(someone.build, someone.pose, someone.legs, shod),
        *_head(someone.cut),
    )
    coats = _coats(someone, "top" in worn)
    return together([replace(part, surfaces=coats[name]) for name, part in pieces])


def _coats(someone: Person, topped: bool) -> dict[str, Floats]:
    """The surface (1, 26) of every kind of piece on this person."""
    flesh = swatch(someone.tone)
    cloth = _DENIM_BLUE if someone.cloth == "denim" else rgb(someone.cloth)
    white, dark = (0.94, 0.93, 0.9), (0.1, 0.08, 0.07)
    surfaces = {
        "skin": Surface(flesh, SKIN),
        "torso": Surface(flesh, SKIN) if topped else Surface(mixed(cloth, white, 0.6), _CLOTH),
        "hair": Surface(someone.hair, HAIR),
        "stubble": Surface(mixed(someone.hair, flesh, 0.35), HAIR),
        "brow": Surface(mixed(someone.hair, dark, 0.4), HAIR),
        "lips": Surface(mixed(flesh, (0.55, 0.16, 0.16), 0.42), SKIN),
        "white": Surface(white, _WET),
        "pupil": Surface(dark, _WET),
        "trousers": Surface(cloth, _DENIM if someone.cloth == "denim" else _CLOTH),
        "shoe": Surface(mixed(cloth, dark, 0.65), MATERIALS["leather"], period=10.0),
        "sole": Surface((0.16, 0.15, 0.15), MATERIALS["rubber"], period=10.0),
    }
    return {name: np.array([surface.row()], np.float32) for name, surface in surfaces.items()}


Named = tuple[tuple[str, Solid], ...]
"""Solids with what they are of; without surfaces of their own."""


@lru_cache(maxsize=64)
def _upper(build: str, pose: str) -> Named:
    return _merged(body.upper(build, pose))


@lru_cache(maxsize=256)
def _lower(build: str, pose: str, legs: str, shod: str) -> Named:
    return _merged(body.lower(build, pose, legs, shod))


@lru_cache(maxsize=16)
def _head(cut: str) -> Named:
    return tuple((name, put(part, ENLARGED, (0.0, body.HEAD, 0.0))) for name, part in _merged(head(cut)))


def _merged(pieces: Iterable[Piece]) -> Named:
    """Pieces of one name as one solid with one surface."""
    kinds: dict[str, list[Part]] = {}
    for name, patch in pieces:
        kinds.setdefault(name, []).append(Part(patch, Surface((1.0, 1.0, 1.0), SKIN)))
    made = {name: assemble(parts) for name, parts in kinds.items()}
    return tuple(
        (name, replace(s, part=np.zeros_like(s.part), surfaces=s.surfaces[:1])) for name, s in made.items()
    )
