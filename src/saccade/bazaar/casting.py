"""Who and what is in a scene: decided from numbers alone, before anything is drawn.

Decided: a scene is somebody's taste. It has one style; its products are of that style or of one that goes
with it, and their colours go with the first one's. Products are found in a handful of drawn indexes (`POOL`),
so the work does not grow with the marketplace; where it has none of a category, the scene has fewer things.

Not here: where things stand (`scenes`), and what people say about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.palette import lab, rgb
from saccade.bazaar.people import Person, person
from saccade.bazaar.products import Kinds, Product, kinds, product
from saccade.bazaar.random import pick, stream
from saccade.bazaar.styles import RELATED, STYLES, TASTES, popularity
from saccade.errors import InputError

POOL = 1024
"""How many indexes a scene looks at: about 60 of each category, 8 of each style in it."""

_TRIED = 3
"""How many products that fit by style are compared by colour."""

SCENES: dict[str, float] = {
    "outfit": 0.26,
    "portrait": 0.14,
    "street": 0.14,
    "living-room": 0.17,
    "corner": 0.12,
    "table": 0.1,
    "hall": 0.07,
}
"""Kinds of scene and their shares."""

_PEOPLE = {"outfit": 1, "portrait": 1, "street": 2}

Ints64 = NDArray[np.int64]
Wish = tuple[str, str]
"""A slot and the category that is to fill it."""


@dataclass(frozen=True)
class Role:
    """A product's place in a scene. slot: where it is worn or stands; person: who wears it, or None."""

    slot: str
    item: int
    category: str
    person: int | None


@dataclass(frozen=True)
class Cast:
    """Who and what is in scene `number`. kind: a key of `SCENES`; style: of `STYLES`."""

    number: int
    kind: str
    style: str
    roles: tuple[Role, ...]
    people: tuple[Person, ...]

    @property
    def items(self) -> tuple[int, ...]:
        """The products, by index; the first is what the scene was put together around."""
        return tuple(role.item for role in self.roles)

    @property
    def tones(self) -> tuple[int, ...]:
        """Monk tone, 1..10, of each person."""
        return tuple(someone.tone for someone in self.people)

    @property
    def tone(self) -> int | None:
        """Monk tone of the first person, None in scenes without people."""
        return self.tones[0] if self.people else None


@lru_cache(maxsize=256)
def cast(seed: int, number: int, products: int) -> Cast:
    """Who and what is in scene `number` (0 or more) of a marketplace of `products`.

    With few products (below about 200) some categories are missing, and scenes have fewer things. Raises
    `InputError` for a marketplace without products, and for negative numbers.
    """
    if products < 1:
        raise InputError(
            f"expected 1 product or more for a scene, found {products}: make a larger marketplace"
        )
    dice = stream(seed, "cast", number)
    kind = pick(dice, SCENES)
    pool = _Pool(seed, products, dice)
    style = pick(dice, _styles(kind))
    roles: list[Role] = []
    for who in range(_PEOPLE.get(kind, 1)):
        for slot, category in _WISHES[kind](dice, style, who):
            item = pool.best(category, style)
            if item is not None:
                roles.append(Role(slot, item.index, category, who if kind in _PEOPLE else None))
    people = [
        person(dice, style, {r.slot: r.category for r in roles if r.person == who}, _poses(kind, roles, who))
        for who in range(_PEOPLE.get(kind, 0))
    ]
    return Cast(number, kind, style, tuple(roles), tuple(people))


@lru_cache(maxsize=16)
def _styles(kind: str) -> dict[str, float]:
    """Styles as popular as in the category that a kind of scene is about."""
    about = {"living-room": "sofa", "corner": "chair", "table": "mug", "hall": "handbag"}.get(kind)
    return popularity(about) if about else {name: taste.popularity for name, taste in TASTES.items()}


class _Pool:
    """Some products of a marketplace, by what they are; hands out each at most once."""

    def __init__(self, seed: int, products: int, dice: np.random.Generator) -> None:
        self.seed = seed
        self.indexes: Ints64 = (
            dice.permutation(products) if products <= POOL else dice.integers(products, size=POOL)
        )
        self.kinds: Kinds = kinds(seed, self.indexes)
        self.taken: set[int] = set()
        self.first: Product | None = None

    def best(self, category: str, style: str) -> Product | None:
        """A product of a category that goes with the style and with the first one's colour."""
        place = list(CATEGORIES).index(category)
        rows = np.flatnonzero(self.kinds.category == place)
        distance = _apart(style)[self.kinds.style[rows]]
        order = rows[np.argsort(distance, kind="stable")]
        near = [int(i) for i in self.indexes[order[: _TRIED + len(self.taken)]] if int(i) not in self.taken]
        if not near:
            return None
        if self.first is None:
            found = self.first = product(self.seed, near[0])
        else:
            first = self.first
            found = min((product(self.seed, i) for i in near[:_TRIED]), key=lambda item: _clash(first, item))
        self.taken.add(found.index)
        return found


@lru_cache(maxsize=16)
def _apart(style: str) -> NDArray[np.float64]:
    """How far every style is from one: 0 itself, 1 and 2 what goes with it, 3 the others."""
    near = (style, *RELATED[style])
    return np.array([float(near.index(name)) if name in near else 3.0 for name in STYLES])


def _clash(a: Product, b: Product) -> float:
    """How badly two products go together, 0 and up: by style, then by hue; greys go with everything."""
    return 0.7 * float(_apart(a.style)[STYLES.index(b.style)]) + _hues(a.colour, b.colour)


@lru_cache(maxsize=1024)
def _hues(one: str, other: str) -> float:
    (_, a1, b1), (_, a2, b2) = lab(rgb(one)), lab(rgb(other))
    if min(np.hypot(a1, b1), np.hypot(a2, b2)) < 18:
        return 0.3
    apart = abs((np.degrees(np.arctan2(b1, a1) - np.arctan2(b2, a2)) + 180) % 360 - 180)
    return 0.0 if apart < 35 else (0.5 if apart > 140 else 1.0)


def _one_of(dice: np.random.Generator, style: str, *names: str) -> str:
    """One of several categories, by how much the style is at home in them."""
    return pick(dice, {name: TASTES[style].homes.get(name, 1.0) for name in names})


def _outfit(dice: np.random.Generator, style: str, who: int) -> list[Wish]:
    top = _one_of(dice, style, "dress", "t-shirt")
    wishes = [("top", top), ("feet", _one_of(dice, style, "boot", "sneaker"))]
    carried = _one_of(dice, style, "handbag", "backpack")
    chance = dice.random(3)
    if chance[0] < 0.62:
        wishes.append(("hand", "handbag") if carried == "handbag" else ("back", "backpack"))
    if chance[1] < 0.42:
        wishes.append(("head", "hat"))
    return wishes


def _street(dice: np.random.Generator, style: str, who: int) -> list[Wish]:
    wishes = _outfit(dice, style, who)
    return [wish for wish in wishes if wish[0] != "back" or who == 1]


def _portrait(dice: np.random.Generator, style: str, who: int) -> list[Wish]:
    wishes = [("top", _one_of(dice, style, "dress", "t-shirt"))]
    chance = dice.random(2)
    if chance[0] < 0.72:
        wishes.append(("eyes", "sunglasses"))
    if chance[1] < 0.5 or chance[0] >= 0.72:
        wishes.append(("head", "hat"))
    return wishes


def _living_room(dice: np.random.Generator, style: str, who: int) -> list[Wish]:
    chance = dice.random(4)
    wishes = [("sofa", "sofa"), ("cushion", "cushion")]
    if chance[0] < 0.5:
        wishes.append(("cushion-2", "cushion"))
    if chance[1] < 0.8:
        wishes.append(("rug", "rug"))
    if chance[2] < 0.75:
        wishes.append(("side", "lamp"))
    if chance[3] < 0.35:
        wishes.append(("chair", "chair"))
    return wishes


def _corner(dice: np.random.Generator, style: str, who: int) -> list[Wish]:
    chance = dice.random(3)
    wishes = [("chair", "chair"), ("side", "lamp" if chance[0] < 0.55 else "vase")]
    if chance[1] < 0.6:
        wishes.append(("rug", "rug"))
    if chance[2] < 0.35:
        wishes.append(("floor", _one_of(dice, style, "handbag", "backpack")))
    elif chance[2] < 0.75:
        wishes.append(("cushion", "cushion"))
    return wishes


def _table(dice: np.random.Generator, style: str, who: int) -> list[Wish]:
    wishes = [("mug", "mug")]
    for slot, category, chance in (
        ("mug-2", "mug", 0.45),
        ("vase", "vase", 0.6),
        ("watch", "watch", 0.6),
        ("sunglasses", "sunglasses", 0.65),
    ):
        if dice.random() < chance:
            wishes.append((slot, category))
    return wishes if len(wishes) > 1 else [*wishes, ("watch", "watch")]


def _hall(dice: np.random.Generator, style: str, who: int) -> list[Wish]:
    wishes = [
        ("bench", _one_of(dice, style, "handbag", "backpack")),
        ("under", _one_of(dice, style, "boot", "sneaker")),
    ]
    if dice.random() < 0.6:
        wishes.append(("bench-2", "hat"))
    if dice.random() < 0.55:
        wishes.append(("bench-3", "cushion"))
    return wishes


_WISHES = {
    "outfit": _outfit,
    "portrait": _portrait,
    "street": _street,
    "living-room": _living_room,
    "corner": _corner,
    "table": _table,
    "hall": _hall,
}


def _poses(kind: str, roles: list[Role], who: int) -> dict[str, float]:
    """Poses that leave room for what is carried."""
    slots = {role.slot for role in roles if role.person == who}
    poses = {"standing": 3.0, "open": 1.0, "hip": 2.0, "walking": 2.0, "waving": 0.7}
    if "hand" in slots:
        poses["waving"] = 0.0
    if kind == "portrait":
        poses = {"standing": 3.0, "hip": 1.0}
    if kind == "street":
        poses["open"] = 0.0
    return poses
