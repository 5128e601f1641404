"""Where things stand in a scene, what is about them, and from where they are seen.

Decided: one function a kind of scene; each places solids in centimetres (x right, y up, z towards the
viewer), furniture of no shop among them, and names the corners that the camera must have in its frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from saccade.bazaar import rooms
from saccade.bazaar.arrays import Floats
from saccade.bazaar.casting import Cast
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.palette import Rgb
from saccade.bazaar.people import figure
from saccade.bazaar.places import SHELF, Place, thing
from saccade.bazaar.products import Product, product, solid
from saccade.bazaar.random import stream
from saccade.bazaar.render import Pose
from saccade.bazaar.shade import Light
from saccade.bazaar.solid import Solid, put
from saccade.bazaar.studio import GROUNDS

FORMATS: dict[str, tuple[int, int]] = {
    "outfit": (3, 4),
    "portrait": (3, 4),
    "street": (3, 4),
    "living-room": (4, 3),
    "corner": (4, 3),
    "hall": (4, 3),
    "table": (1, 1),
}
"""Width to height of every kind of scene."""

NOBODY = -1
"""Owner of what no shop sells."""

Bodies = list[tuple[int, Solid]]
Vector3 = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Layout:
    """A scene before it is drawn.

    bodies: (owner, solid) in centimetres; owner is the place of a product among the cast's roles, -2 - the
    place of a person, or `NOBODY`; the first `rugs` lie on the ground, the last `hung` are on the wall and
    cast no shadow. corners (N, 3): what must be in the
    frame; unit: centimetres to a unit of the world. Before a sweep of paper, or in a place.
    """

    bodies: Bodies
    rugs: int
    corners: Floats
    unit: float
    pose: Pose
    light: Light
    paper: Rgb | None
    place: Place | None
    hung: int = 0


def lay_out(seed: int, who: Cast) -> Layout:
    """The layout of a cast."""
    return _KINDS[who.kind](seed, who, stream(seed, "layout", who.number))


def _light(dice: np.random.Generator) -> Light:
    side = -1.0 if dice.random() < 0.6 else 1.0
    key = (side * float(dice.uniform(0.3, 0.6)), float(dice.uniform(0.55, 0.85)), 0.6)
    return Light(key, float(dice.uniform(0.74, 0.86)), float(dice.uniform(0.58, 0.66)), window=0.7)


def _products(seed: int, who: Cast) -> dict[str, tuple[int, Product]]:
    """Slot → place among the roles and product, of a scene without people."""
    return {role.slot: (place, product(seed, role.item)) for place, role in enumerate(who.roles)}


def _stood(item: Product, at: Vector3, turn: Vector3 = (0.0, 0.0, 0.0)) -> Solid:
    """A product at its real size."""
    return put(solid(item), CATEGORIES[item.category].size / 2, at, turn)


def _box(low: Vector3, high: Vector3) -> Floats:
    """The eight corners of a box."""
    ends = np.array([low, high], np.float32)
    return np.array([(ends[i, 0], ends[j, 1], ends[k, 2]) for i in (0, 1) for j in (0, 1) for k in (0, 1)])


def _bounds(bodies: Bodies) -> Floats:
    """The corners of the box about some solids, or of an empty corner of a room."""
    if not bodies:
        return _box((-60, 0, -30), (60, 90, 30))
    low = np.min([body.bounds[0] for _, body in bodies], axis=0)
    high = np.max([body.bounds[1] for _, body in bodies], axis=0)
    return _box(tuple(low), tuple(high))


# People


def _person(seed: int, who: Cast, place: int, x: float, z: float, turn: float) -> Bodies:
    """A person and what they wear, at (x, z) on the ground, turned by degrees."""
    roles = {role.slot: (i, role) for i, role in enumerate(who.roles) if role.person == place}
    worn = {slot: product(seed, role.item) for slot, (_, role) in roles.items()}
    owner = {role.item: i for i, role in roles.values()}
    size = who.people[place].height
    return [
        (-2 - place if index is None else owner[index], put(body, size, (x, 0.0, z), (0.0, turn, 0.0)))
        for index, body in figure(who.people[place], worn)
    ]


def _turn(dice: np.random.Generator, who: Cast, place: int) -> float:
    """Towards the viewer, or away from them for a backpack to be seen."""
    carried = any(role.slot == "back" and role.person == place for role in who.roles)
    return float(dice.uniform(-24, 24)) + (180.0 if carried else 0.0)


def _wall(dice: np.random.Generator, depth: float, outside: bool) -> Bodies:
    """Windows of a house, or in a room a skirting board and perhaps a picture, on the wall."""
    if outside:
        kind, start = int(dice.integers(12)), float(dice.uniform(-70, 70))
        return [
            (NOBODY, put(rooms.window(kind), 1.0, (start + 190 * i, 165, -depth + 3))) for i in (-1, 0, 1)
        ]
    board = (NOBODY, put(rooms.skirting(), at=(0, 0, -depth + 1)))
    if dice.random() < 0.35:
        return [board]
    x, kind = float(dice.uniform(-60, 60)), int(dice.integers(rooms.PICTURES))
    return [board, (NOBODY, put(rooms.picture(kind), 1.0, (x, 160, -depth + 2)))]


def _studio_or_place(dice: np.random.Generator, unit: float) -> tuple[Rgb | None, Place | None, Bodies]:
    chance = float(dice.random())
    if chance < 0.4:
        return GROUNDS[int(dice.integers(len(GROUNDS)))], None, []
    outside = chance > 0.72
    depth = 130.0 if outside else 70.0
    place = rooms.setting(dice, "street" if outside else "home", 0.0, depth / unit, 230 / unit)
    return None, place, _wall(dice, depth, outside)


def _outfit(seed: int, who: Cast, dice: np.random.Generator) -> Layout:
    people = _person(seed, who, 0, 0, 0, _turn(dice, who, 0))
    paper, place, behind = _studio_or_place(dice, 90.0)
    pose = Pose(0.0, float(dice.uniform(3, 9)), 0.0, 6.0, float(dice.uniform(0.88, 0.94)))
    return Layout([*people, *behind], 0, _bounds(people), 90.0, pose, _light(dice), paper, place, len(behind))


def _portrait(seed: int, who: Cast, dice: np.random.Generator) -> Layout:
    people = _person(seed, who, 0, 0, 0, float(dice.uniform(-26, 26)))
    top = float(max(body.bounds[1, 1] for _, body in people))
    low = float(dice.uniform(100, 112)) - 12 * any(role.category == "dress" for role in who.roles)
    corners = _box((-22, low, -8), (22, top, 8))
    paper, place, behind = _studio_or_place(dice, 40.0)
    pose = Pose(0.0, float(dice.uniform(-1, 5)), 0.0, 6.0, float(dice.uniform(0.92, 0.97)), (0.0, -0.03))
    return Layout([*people, *behind], 0, corners, 40.0, pose, _light(dice), paper, place, len(behind))


def _street(seed: int, who: Cast, dice: np.random.Generator) -> Layout:
    gap, near = float(dice.uniform(37, 43)), float(dice.uniform(-12, 12))
    people = [
        *_person(seed, who, 0, -gap, near, _turn(dice, who, 0) * 0.8),
        *_person(seed, who, 1, gap, -near, _turn(dice, who, 1)),
    ]
    depth = float(dice.uniform(110, 190))
    windows = _wall(dice, depth, True)
    place = rooms.setting(dice, "street", 0.0, depth / 90, 260 / 90)
    pose = Pose(0.0, float(dice.uniform(2, 7)), 0.0, 5.5, float(dice.uniform(0.92, 0.97)))
    return Layout(
        [*people, *windows], 0, _bounds(people), 90.0, pose, _light(dice), None, place, len(windows)
    )


# Rooms


def _living_room(seed: int, who: Cast, dice: np.random.Generator) -> Layout:
    have = _products(seed, who)
    bodies, rugs, half = Bodies(), 0, 105.0
    side = 1.0 if dice.random() < 0.5 else -1.0
    if "rug" in have:
        place, item = have["rug"]
        bodies.append((place, _stood(item, (float(dice.uniform(-15, 15)), 0, 88), (0, 90, 0))))
        rugs = 1
    if "sofa" in have:
        place, item = have["sofa"]
        bodies.append((place, _stood(item, (0, 0, 0))))
        half = float(bodies[-1][1].bounds[1, 0])
        bodies += _cushions(have, item, bodies[-1][1], dice)
    bodies += _beside(have, side * (half + 34), -14.0, dice)
    if "chair" in have:
        place, item = have["chair"]
        bodies.append((place, _stood(item, (-side * (half + 30), 0, 62), (0, side * 52, 0))))
    corners = _bounds(bodies)
    hung = [(NOBODY, put(rooms.skirting(), at=(0, 0, -69)))] + [
        (NOBODY, put(rooms.picture(int(dice.integers(rooms.PICTURES))), 1.25, (x, 142, -68)))
        for x in ([-40.0, 40.0] if dice.random() < 0.5 else [0.0])
    ]
    plant = (
        [] if "chair" in have or dice.random() < 0.4 else [(NOBODY, _plant(-side * (half + 38), -22, dice))]
    )
    yaw = float(dice.uniform(-15, 15))
    setting = rooms.setting(dice, "home", yaw, 70 / 130, 260 / 130)
    pose = Pose(yaw, float(dice.uniform(9, 17)), 0.0, 4.6, 0.95, (0.0, -0.15))
    return Layout(
        [*bodies, *plant, *hung], rugs, corners, 130.0, pose, _light(dice), None, setting, len(hung)
    )


def _cushions(
    have: dict[str, tuple[int, Product]], sofa: Product, body: Solid, dice: np.random.Generator
) -> Bodies:
    """Cushions leaning against a sofa's back, where the sofa has no pillows of its own."""
    form, unit = dict(sofa.form), CATEGORIES["sofa"].size / 2 * solid(sofa).scale
    seat, inner = (form["legs"] + 0.47) * unit, (form["width"] - 2 * form["arm"]) * unit / 2
    origin = np.array(solid(sofa).origin) * unit
    depth = 0.0 - origin[2] + 0.02 * unit
    taken = {-1: form["cushions"] > 0.5, 1: form["cushions"] > 0}
    spots = [s for s in (-1, 1) if not taken[s]] or [0]
    places = [spots[0] * (inner - 27), (spots[-1] * (inner - 27)) if len(spots) > 1 else 8.0 + spots[0] * -14]
    out = Bodies()
    for slot, x in zip(("cushion", "cushion-2"), places, strict=True):
        if slot in have:
            place, item = have[slot]
            turn = (-10.0, float(dice.uniform(-12, 12)) - np.sign(x) * 12, float(dice.uniform(-5, 5)))
            out.append((place, _stood(item, (x, seat - 1.5, depth), turn)))
    return out


def _beside(have: dict[str, tuple[int, Product]], x: float, z: float, dice: np.random.Generator) -> Bodies:
    """A side table, and on it what fills the slot `side`."""
    if "side" not in have:
        return []
    place, item = have["side"]
    table = put(rooms.side_table(int(dice.integers(12))), 1.0, (x, 0, z))
    return [
        (NOBODY, table),
        (place, _stood(item, (x, rooms.SIDE_TABLE, z), (0, float(dice.uniform(-30, 30)), 0))),
    ]


def _plant(x: float, z: float, dice: np.random.Generator) -> Solid:
    """One of the shelf's plants, knee-high to waist-high."""
    kind = int(dice.integers(SHELF // 5)) * 5 + 4
    return put(thing(kind), float(dice.uniform(42, 55)), (x, 0, z), (0, float(dice.uniform(0, 360)), 0))


def _corner(seed: int, who: Cast, dice: np.random.Generator) -> Layout:
    have = _products(seed, who)
    bodies, rugs = Bodies(), 0
    side = 1.0 if dice.random() < 0.5 else -1.0
    if "rug" in have:
        place, item = have["rug"]
        bodies.append((place, _stood(item, (0, 0, 30), (0, 90, 0))))
        rugs = 1
    if "chair" in have:
        place, item = have["chair"]
        turn = side * float(dice.uniform(14, 34))
        bodies.append((place, _stood(item, (-side * 34, 0, 8), (0, turn, 0))))
        if "cushion" in have:
            bodies.append(_on_chair(have["cushion"], item, (-side * 34, 8.0), turn))
    bodies += _beside(have, side * 30, -4.0, dice)
    if "floor" in have:
        place, item = have["floor"]
        bodies.append((place, _stood(item, (side * 18, 0, 40), (0, -side * 16, 0))))
    corners = np.vstack([_bounds(bodies[rugs:] or bodies), _box((-72, 0, -20), (72, 100, 50))])
    hung = [
        (NOBODY, put(rooms.picture(int(dice.integers(rooms.PICTURES))), 1.0, (side * 26, 130, -46))),
        (NOBODY, put(rooms.skirting(), at=(0, 0, -47))),
    ]
    yaw = float(dice.uniform(-14, 14))
    setting = rooms.setting(dice, "home", yaw, 48 / 75, 220 / 75)
    pose = Pose(yaw, float(dice.uniform(8, 16)), 0.0, 5.0, 0.96, (0.0, -0.02))
    return Layout([*bodies, *hung], rugs, corners, 75.0, pose, _light(dice), None, setting, len(hung))


def _on_chair(
    filled: tuple[int, Product], chair: Product, at: tuple[float, float], turn: float
) -> tuple[int, Solid]:
    """A cushion on a chair's seat, against its back."""
    form, unit = dict(chair.form), CATEGORIES["chair"].size / 2 * solid(chair).scale
    angle, back = np.radians(turn), -0.17 * unit
    x, z = at[0] + back * np.sin(angle), at[1] + back * np.cos(angle)
    place, item = filled
    body = put(solid(item), min(CATEGORIES["cushion"].size, form["width"] * unit * 0.92) / 2)
    return place, put(body, 1.0, (x, (form["legs"] + form["seat"]) * unit - 1.0, z), (-6.0, turn, 0.0))


def _hall(seed: int, who: Cast, dice: np.random.Generator) -> Layout:
    have = _products(seed, who)
    bodies: Bodies = [(NOBODY, rooms.bench(int(dice.integers(12))))]
    side = 1.0 if dice.random() < 0.5 else -1.0
    for slot, x, turn in (
        ("bench", side * 30.0, -side * 12),
        ("bench-2", -side * 4.0, 20.0),
        ("bench-3", -side * 40.0, side * 8),
    ):
        if slot in have:
            place, item = have[slot]
            bodies.append(
                (place, _stood(item, (x, rooms.BENCH, -2), (0, turn + float(dice.uniform(-8, 8)), 0)))
            )
    if "under" in have:
        place, item = have["under"]
        x = float(dice.uniform(-10, 24)) * -side
        for shift, turn in ((-9, -72), (9, -84)):
            bodies.append((place, _stood(item, (x + shift, 0, 26), (0, turn + side * 24, 0))))
    corners = np.vstack([_bounds(bodies), _box((-62, 0, -18), (62, 84, 40))])
    hung = [
        (NOBODY, put(rooms.picture(int(dice.integers(rooms.PICTURES))), 1.0, (-side * 34, 124, -24))),
        (NOBODY, put(rooms.skirting(), at=(0, 0, -25))),
    ]
    yaw = float(dice.uniform(-12, 12))
    setting = rooms.setting(dice, "home", yaw, 26 / 65, 200 / 65)
    pose = Pose(yaw, float(dice.uniform(10, 18)), 0.0, 5.0, 0.95)
    return Layout([*bodies, *hung], 0, corners, 65.0, pose, _light(dice), None, setting, len(hung))


def _table(seed: int, who: Cast, dice: np.random.Generator) -> Layout:
    have = _products(seed, who)
    side = 1.0 if dice.random() < 0.5 else -1.0
    spots: dict[str, tuple[float, float, Vector3]] = {
        "vase": (side * 11, -13, (0, 0, 0)),
        "mug": (-side * 9, -5, (0, 20, 0)),
        "mug-2": (
            side * 11 if "vase" not in have else -side * 21,
            -5 if "vase" not in have else -12,
            (0, 0, 0),
        ),
        "watch": (side * 12, 8, (-90, side * 40, 0)),
        "sunglasses": (-side * 6, 11, (0, side * 18, 0)),
    }
    bodies = Bodies()
    for slot, (place, item) in have.items():
        x, z, turn = spots[slot]
        own = float(dice.uniform(-14, 14))
        lying = _stood(item, (x + float(dice.uniform(-1, 1)), 0, z), (turn[0], turn[1] + own, 0))
        lift = -float(lying.bounds[0, 1])
        bodies.append((place, put(lying, 1.0, (0, lift, 0))))
    corners = _bounds(bodies)
    if dice.random() < 0.6:
        book = put(
            thing(int(dice.integers(SHELF // 5)) * 5),
            11.0,
            (side * 27, 0, -2),
            (0, float(dice.uniform(-40, 40)), 0),
        )
        bodies.append((NOBODY, book))
    setting = rooms.setting(dice, "table", float(dice.uniform(-30, 30)), 5.0, 48 / 25)
    pose = Pose(float(dice.uniform(-16, 16)), float(dice.uniform(28, 42)), 0.0, 5.0, 0.9)
    return Layout(bodies, 0, corners, 25.0, pose, _light(dice), None, setting)


_KINDS: dict[str, Callable[[int, Cast, np.random.Generator], Layout]] = {
    "outfit": _outfit,
    "portrait": _portrait,
    "street": _street,
    "living-room": _living_room,
    "corner": _corner,
    "hall": _hall,
    "table": _table,
}
