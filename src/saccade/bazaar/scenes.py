"""Scenes: several products, and the people who wear them, in one picture, with exact boxes.

    shown = scene(seed=7, number=3, products=600, size=256)
    shown.pixels, [(thing.category, thing.box) for thing in shown.things]

Decided: everything of a scene stands in one world, in centimetres, and is drawn by one camera. Boxes are read
from the buffer in which every sample knows its face (two samples a pixel each way), after everything that
hides something. A rug lies on the ground before shadows fall; all else casts one. What would be too small or
too hidden to be found is not listed.

Not here: who and what is in a scene (`casting`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from saccade.bazaar.arrays import Floats, Ints, Pixels
from saccade.bazaar.camera import Lens, expose
from saccade.bazaar.casting import Cast, cast
from saccade.bazaar.layout import FORMATS, NOBODY, Layout, lay_out
from saccade.bazaar.places import backdrop
from saccade.bazaar.random import stream
from saccade.bazaar.render import OVERSAMPLE, Frame, aim, shoot
from saccade.bazaar.solid import Solid, put, together
from saccade.bazaar.studio import lay, paper
from saccade.bazaar.visible import alone, reach, tally
from saccade.errors import InputError
from saccade.vision.boxes import Box

__all__ = ["Cast", "Scene", "Thing", "cast", "owners", "scene"]

LEAST_VISIBLE = 0.15
"""Share of a thing that must be seen for it to be listed."""

LEAST_BOX = 0.01
"""Share of the picture that a listed box covers at least."""

SIZES = (64, 1024)
"""Shortest and longest longer side of a scene, in pixels."""


@dataclass(frozen=True)
class Thing:
    """Something in a scene.

    item: index of the product, None for a person; category: the product's, or "person"; box: exact bounds of
    its visible pixels; visible: share, 0..1, of its pixels that nothing hides and the frame does not
    cut (counted in every second sample of every second row);
    tone: Monk tone, 1..10, of a person. A person's pixels are those of the body and of all that is worn, but
    not of a bag.
    """

    kind: Literal["product", "person"]
    item: int | None
    category: str
    box: Box
    visible: float
    tone: int | None


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture (H, W, 3) uint8 RGB, and what it shows; kind: a key of `casting.SCENES`."""

    number: int
    kind: str
    pixels: Pixels
    things: tuple[Thing, ...]


@dataclass(frozen=True, eq=False)
class _World:
    """A laid out scene before the camera: solids in world units, the owner of each face, and the view. The
    first `rugs` faces lie on the ground, the `casting` after them cast shadows.
    """

    solid: Solid
    owner: Ints
    rugs: int
    casting: int
    view: Frame
    height: int
    width: int


def scene(seed: int, number: int, products: int, size: int) -> Scene:
    """Scene `number` (0 or more) of a marketplace; `size`: its longer side in pixels, 64..1024.

    Raises `InputError` for a size or a number of products that cannot be drawn (see `cast`).
    """
    who = cast(seed, number, products)
    plan = lay_out(seed, who)
    world = _world(plan, *_shape(who.kind, size))
    pixels, faces = _photograph(seed, number, plan, world)
    return Scene(number, who.kind, pixels, _things(who, world, faces))


def owners(seed: int, number: int, products: int, size: int) -> Ints:
    """Whose each sample of a scene is, (2H, 2W) int32: the place of a product among `cast(...).items`, -2 - k
    for person k, or -1 for anything else.
    """
    who = cast(seed, number, products)
    plan = lay_out(seed, who)
    world = _world(plan, *_shape(who.kind, size))
    faces = _photograph(seed, number, plan, world)[1]
    return np.where(faces >= 0, world.owner[faces], np.int32(-1)).astype(np.int32)


def _shape(kind: str, size: int) -> tuple[int, int]:
    """Height and width: even, so that shadows at half the size fit."""
    if not SIZES[0] <= size <= SIZES[1]:
        raise InputError(
            f"expected a size of {SIZES[0]} to {SIZES[1]} pixels, found {size}: choose one between"
        )
    across, down = FORMATS[kind]
    longer = max(across, down)
    return size * down // longer // 2 * 2, size * across // longer // 2 * 2


def _world(plan: Layout, height: int, width: int) -> _World:
    solid = put(together([body for _, body in plan.bodies]), 1 / plan.unit)
    owner = np.repeat([who for who, _ in plan.bodies], [len(body.faces) for _, body in plan.bodies])
    corners = (plan.corners / plan.unit).astype(np.float32)
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    view = aim(corners, middle, plan.pose, height, width)
    rugs = sum(len(body.faces) for _, body in plan.bodies[: plan.rugs])
    hung = sum(len(body.faces) for _, body in plan.bodies[len(plan.bodies) - plan.hung :])
    return _World(solid, owner.astype(np.int32), rugs, len(owner) - rugs - hung, view, height, width)


def _photograph(seed: int, number: int, plan: Layout, world: _World) -> tuple[Pixels, Ints]:
    """The picture, and the face that each sample sees (2H, 2W)."""
    dice = stream(seed, "scene photo", number)
    ground = _ground(plan, world, dice)
    below, above = _split(world.solid, world.rugs)
    faces = np.full((world.height * OVERSAMPLE, world.width * OVERSAMPLE), -1, np.int32)
    if world.rugs:
        shot, faces = shoot(below, world.view, plan.light, world.height, world.width)
        ground = ground * (1 - shot.rgba[:, :, 3:]) + shot.rgba[:, :, :3]
    shot, upper = shoot(above, world.view, plan.light, world.height, world.width, world.casting)
    picture = lay(ground, shot, 0.6)
    return expose(picture, _lens(dice), dice), np.where(upper >= 0, upper + world.rugs, faces)


def _split(solid: Solid, first: int) -> tuple[Solid, Solid]:
    """The first faces, and the others."""

    def some(rows: slice) -> Solid:
        return replace(solid, faces=solid.faces[rows], part=solid.part[rows], closed=solid.closed[rows])

    return some(slice(0, first)), some(slice(first, None))


def _ground(plan: Layout, world: _World, dice: np.random.Generator) -> Floats:
    if plan.paper is not None:
        return paper(plan.paper, world.height, world.width)
    assert plan.place is not None
    return backdrop(plan.place, world.view, plan.pose.yaw, world.height, world.width, dice)


def _lens(dice: np.random.Generator) -> Lens:
    """An ordinary camera, held well: skin keeps its tone."""
    warm, exposure = dice.normal(0, 0.02), dice.normal(0, 0.035)
    gains = np.exp(exposure + np.array([warm, 0.0, -warm]))
    return Lens(
        blur=0.12,
        shake=0.0,
        noise=float(dice.gamma(2.0, 0.5)),
        gains=(float(gains[0]), float(gains[1]), float(gains[2])),
        contrast=1 + float(dice.normal(0, 0.03)),
        quality=int(dice.integers(86, 96)),
        cover=0.0,
    )


def _things(who: Cast, world: _World, faces: Ints) -> tuple[Thing, ...]:
    """Everything that is seen well enough, products first."""
    products, people = len(who.roles), len(who.people)
    rows = _counted(who, world.owner)
    table = tally(faces, rows, products + people)
    groups = [(place,) for place in range(products)]
    groups += [(products + place, *_worn(who, place)) for place in range(people)]
    bits = np.zeros(products + people + 1, np.int32)
    for group, members in enumerate(groups):
        bits[list(members)] |= np.int32(1 << group)
    screen, stamp = _canvas(world, bits[rows])
    whole = alone(screen, world.solid.faces, world.solid.closed, bits[rows], stamp, len(groups))
    found: list[Thing] = []
    for name, members in enumerate(groups):
        seen = table[list(members)]
        box, visible = _box(seen, faces.shape), min(1.0, float(seen[:, 0].sum() / max(whole[name], 1)))
        if box is not None and box.area >= LEAST_BOX and visible >= LEAST_VISIBLE:
            found.append(_thing(who, name, box, visible))
    return tuple(found)


def _worn(who: Cast, person: int) -> list[int]:
    return [i for i, r in enumerate(who.roles) if r.person == person and r.slot not in ("hand", "back")]


def _counted(who: Cast, owner: Ints) -> Ints:
    """Owners as rows of the tally: products, then people; -1 for nobody."""
    return np.where(owner < NOBODY, len(who.roles) - 2 - owner, owner).astype(np.int32)


def _thing(who: Cast, name: int, box: Box, visible: float) -> Thing:
    if name >= len(who.roles):
        return Thing("person", None, "person", box, visible, who.people[name - len(who.roles)].tone)
    role = who.roles[name]
    return Thing("product", role.item, role.category, box, visible, None)


def _box(rows: Ints, shape: tuple[int, ...]) -> Box | None:
    """The bounds of several rows of a tally, as shares of the picture; None without samples."""
    left, top = rows[:, 1].min() / shape[1], rows[:, 2].min() / shape[0]
    right, bottom = rows[:, 3].max() / shape[1], rows[:, 4].max() / shape[0]
    if rows[:, 3].max() == 0:
        return None
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def _canvas(world: _World, bits: Ints) -> tuple[Floats, Ints]:
    """Vertices in every second sample of every second row, and a free buffer with room for all that is
    counted, up to two pictures beyond each edge.
    """
    samples = world.view.enlarged(OVERSAMPLE).pixels(world.solid.vertices)
    screen = (samples - np.float32(0.5)) * np.float32(0.5) + np.float32(0.5)
    height, width = world.height * OVERSAMPLE // 2, world.width * OVERSAMPLE // 2
    left, top, right, bottom = (int(edge) for edge in reach(screen, world.solid.faces, bits))
    left, top = max(min(left - 1, 0), -2 * width), max(min(top - 1, 0), -2 * height)
    right, bottom = min(max(right + 1, width), 3 * width), min(max(bottom + 1, height), 3 * height)
    return screen - np.array([left, top, 0], np.float32), np.zeros((bottom - top, right - left), np.int32)
