"""How a person wears what the shop sells: garments on the body, shoes on the feet, a hat on the head.

Decided: a garment is the product's own solid, laid over the body: hung from the neckline, pushed outwards
where it would cut into the body, its sleeves turned with the arms. So its pattern, folds and trims are the
product's. Everything is in centimetres, in the space of `body`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from saccade.bazaar.arrays import Doubles, Floats
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.figures import body
from saccade.bazaar.figures.head import ENLARGED, EYES
from saccade.bazaar.products import Product, solid
from saccade.bazaar.solid import Solid, put, together

_SOLE = 14.0
"""Centimetres to a unit of a shoe, which is two units long."""


def garment(item: Product, build: str, pose: str) -> Solid:
    """A dress or a T-shirt on a body."""
    made, form = solid(item), dict(item.form)
    ease, drop = (1.2, 1.16) if item.category == "t-shirt" else (1.1, 1.08)
    wide = body.shoulder(build) * ease / form["shoulder"]
    raw = _measures(made)
    points = np.column_stack([raw[:, 0], raw[:, 1] - form["length"], raw[:, 2] * 1.3]) * wide
    points[:, 1] = points[:, 1] * drop + body.NECK + 0.8
    owner = np.zeros(len(points), np.int64)
    owner[made.faces] = made.part[:, None]
    sleeve, normals = np.zeros(len(points)), made.normals.copy()
    for part in range(len(made.surfaces)):
        rows = np.flatnonzero(owner == part)
        x = np.abs(raw[rows, 0])
        if x.min() > 0.05 and x.max() > form["shoulder"]:  # all on one side, and past the shoulder
            side = float(np.sign(raw[rows[0], 0]))
            points[rows], normals[rows] = _turned(points[rows], normals[rows], build, pose, side)
            sleeve[rows] = 1
    body_rows = sleeve == 0
    points[body_rows] = _outside(points[body_rows], build, pose)
    factor = wide / made.scale
    resized = put(made, factor)
    return replace(resized, vertices=points.astype(np.float32), normals=normals.astype(np.float32))


def _measures(made: Solid) -> Doubles:
    """Vertices in the units of the product's form."""
    return made.vertices.astype(np.float64) / made.scale + np.array(made.origin)


def _turned(points: Doubles, normals: Floats, build: str, pose: str, side: float) -> tuple[Doubles, Floats]:
    """A sleeve turned with its arm, less near the body."""
    hinge = body.joint(build, side)
    matrix = body.turn_of(body.STANCES[pose], side).astype(np.float64)
    out = np.clip((points[:, 0] * side - abs(hinge[0]) + 4) / 9, 0, 1)[:, None]
    share = out * out * (3 - 2 * out)
    moved = (points - hinge) @ matrix.T + hinge
    return points * (1 - share) + moved * share, (normals @ matrix.T).astype(np.float32)


def _outside(points: Doubles, build: str, pose: str) -> Doubles:
    """Points pushed out of the torso and the legs."""
    table = body.sections(build)
    walking = pose == "walking"
    low = np.array([(0, 14.0, 20.0 * walking + 8), (50, 17.0, 12.0 * walking + 10), (78, 18.6, 13.5)])
    low[:, 1:] *= body.BUILDS[build].hips
    table = np.vstack([low, table])
    y = points[:, 1]
    wide, deep = np.interp(y, table[:, 0], table[:, 1]) + 0.9, np.interp(y, table[:, 0], table[:, 2]) + 0.9
    inside = np.hypot(points[:, 0] / wide, points[:, 2] / deep)
    # A smooth maximum of 1 and the distance: what lies over the cloth (belts, pockets) stays over it.
    outside = (np.maximum(inside, 0.35) ** 8 + 1) ** (1 / 8)
    push = 1 + (outside / np.maximum(inside, 0.35) - 1) * np.clip((143 - y) / 9, 0, 1)
    return _lowered(points * np.column_stack([push, np.ones(len(y)), push]), build)


def _lowered(points: Doubles, build: str) -> Doubles:
    """Straps that stand over the shoulders, laid on them."""
    table = body.sections(build)[8:12][::-1]
    across = np.abs(points[:, 0])
    lies = np.interp(across, table[:, 1], table[:, 0]) + 1.3
    share = np.clip((across - 7.5) / 4.0, 0, 1)
    over = np.maximum(points[:, 1] - lies, 0) * (points[:, 1] > 134) * share
    return points - over[:, None] * np.array([0, 1, 0])


def shoes(item: Product, pose: str) -> Solid:
    """Both shoes of a pair, on the feet of a pose."""
    made = solid(item)
    raw, pair = _measures(made) + np.array([0.5, 0, 0]), []
    stretch = np.array([_SOLE, _SOLE, _SOLE * (1.22 if item.category == "boot" else 1.1)])
    base = replace(put(made, _SOLE / made.scale), vertices=(raw * stretch).astype(np.float32))
    for side in (-1.0, 1.0):
        at, turn, lifted = body.foot(pose, side)
        tipped = put(base, turn=(0, 0, -lifted))
        pair.append(put(tipped, at=(at[0], at[1] + 0.2 * lifted, at[2]), turn=(0, turn - 90, 0)))
    return together(pair)


def hat(item: Product) -> Solid:
    """A hat on the head."""
    made, form = solid(item), dict(item.form)
    beanie = form["kind"] > 2
    size = ENLARGED * 9.4 / (0.6 if beanie else 0.55)
    raw = _measures(made) * [1, 1, 1.14 if beanie else 1.0] * size
    worn = replace(put(made, size / made.scale), vertices=raw.astype(np.float32))
    return put(worn, at=(0.0, body.HEAD + ENLARGED * (3.4 if beanie else 4.6), -0.6), turn=(-5, 0, 0))


def glasses(item: Product) -> Solid:
    """Sunglasses on the nose."""
    made, form = solid(item), dict(item.form)
    size = ENLARGED * 14.4 / (form["bridge"] + 2 * form["width"])
    raw = _measures(made) * size
    worn = replace(put(made, size / made.scale), vertices=raw.astype(np.float32))
    return put(worn, at=(0.0, body.HEAD + ENLARGED * (EYES - 0.2), ENLARGED * 9.6))


def in_hand(item: Product, build: str, pose: str, side: float) -> Solid:
    """A bag that hangs from a hand."""
    made, size = solid(item), CATEGORIES[item.category].size / 2
    held = body.hand(build, pose, side)
    top = float(made.bounds[1, 1]) * size
    return put(made, size, (held[0] + side * 2.0, held[1] - top + 2.5, held[2] + 1.5), (0, side * 14, 0))


def on_back(item: Product, build: str) -> Solid:
    """A backpack on the back."""
    made, size = solid(item), CATEGORIES[item.category].size / 2
    behind = float(body.sections(build)[:, 2].max()) - float(made.bounds[0, 2]) * size * 0.8
    top = float(made.bounds[1, 1]) * size
    return put(made, size, (0.0, 146.0 - top, -behind), (0, 180, 0))
