"""Bodies: a torso of elliptic sections, arms and legs as tubes along their joints; centimetres, facing z.

Decided: builds scale one set of sections, poses are directions of limbs. Arms hang from the shoulder in the
direction in which the sleeves of the shop's garments are cut and are turned from there; whoever fits a
garment turns its sleeves alike (`wear`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.bazaar.arrays import Floats
from saccade.bazaar.figures.head import Piece, ball
from saccade.bazaar.mesh import Patch, block, curve, rotation, skin, tube

Vector = NDArray[np.float64]

NECK = 147.0
"""Height of the neckline, where garments hang from."""

HEAD = 162.5
"""Height of the middle of the head."""

ARM = np.array([0.45, -0.893, 0.0])
"""Direction of an upper arm (side 1) before it is turned."""

_SECTIONS = np.array(
    [
        (80, 13.0, 9.0),
        (84, 16.3, 11.0),
        (91, 17.0, 11.4),
        (98, 15.4, 10.4),
        (105, 13.2, 9.2),
        (114, 14.2, 9.8),
        (123, 16.2, 10.8),
        (131, 16.8, 10.6),
        (137, 16.4, 9.6),
        (141.5, 14.4, 8.6),
        (145, 10.2, 7.6),
        (148.5, 6.0, 5.9),
        (152, 4.9, 5.1),
        (158, 4.9, 5.1),
    ]
)
"""Height, half width and half depth of the torso, from the seat to under the chin."""


@dataclass(frozen=True)
class Build:
    """Factors of half widths at the hips, the waist and the shoulders, of limbs, and of the whole height."""

    hips: float
    waist: float
    shoulders: float
    limbs: float
    height: float


BUILDS: dict[str, Build] = {
    "slim": Build(0.94, 0.94, 0.96, 0.92, 1.0),
    "regular": Build(1.0, 1.03, 1.02, 1.0, 0.99),
    "tall": Build(0.96, 1.02, 1.1, 1.04, 1.06),
    "full": Build(1.16, 1.24, 1.08, 1.16, 0.98),
}


@dataclass(frozen=True)
class Stance:
    """A pose. For the arms of side -1 and 1: lift (degrees outwards from `ARM`), swing (degrees forwards) and
    the direction of the forearm (for side 1); for the legs: knee and ankle, moved from where they stand.
    """

    lift: tuple[float, float]
    swing: tuple[float, float]
    forearm: tuple[tuple[float, float, float], tuple[float, float, float]]
    knee: tuple[tuple[float, float, float], tuple[float, float, float]] = ((0, 0, 0), (0, 0, 0))
    ankle: tuple[tuple[float, float, float], tuple[float, float, float]] = ((0, 0, 0), (0, 0, 0))


_DOWN = (0.06, -1.0, 0.16)
STANCES: dict[str, Stance] = {
    "standing": Stance((-13, -13), (0, 0), (_DOWN, _DOWN)),
    "open": Stance((1, 1), (4, 4), ((0.3, -0.95, 0.25), (0.3, -0.95, 0.25))),
    "hip": Stance((20, -13), (-22, 0), ((-0.62, -0.7, 0.5), _DOWN), ankle=((0, 0, 2), (3, 0, 3))),
    "walking": Stance(
        (-13, -13),
        (16, -14),
        ((0.0, -0.9, 0.5), (0.05, -1.0, 0.05)),
        knee=((0, -1, -2), (0, 1, 9)),
        ankle=((0, 3, -19), (0, 0, 13)),
    ),
    "waving": Stance((-13, 22), (0, 8), (_DOWN, (0.25, 0.95, 0.25))),
}
"""Side 1 (the viewer's right) keeps its hand low, for a bag, in all but "waving"."""


def sections(build: str) -> NDArray[np.float64]:
    """The torso's sections (R, 3) of a build: height, half width, half depth."""
    shape, out = BUILDS[build], _SECTIONS.copy()
    y = out[:, 0]
    factor = np.interp(
        y, [91, 105, 131, 141.5, 148], [shape.hips, shape.waist, shape.shoulders, shape.shoulders, 1]
    )
    out[:, 1] *= factor
    out[:, 2] *= 1 + 0.8 * (factor - 1)
    return out


def shoulder(build: str) -> float:
    """Half the width of the shoulders, in centimetres, over the joints."""
    return 17.2 * BUILDS[build].shoulders


def joint(build: str, side: float) -> Vector:
    """Where an arm is hung."""
    return np.array([side * (shoulder(build) - 2.2), NECK - 8.5, -0.5])


def turn_of(stance: Stance, side: float) -> Floats:
    """The matrix (3, 3) that turns an arm, or a sleeve, about its joint."""
    which = int(side > 0)
    return (
        rotation(z=side * stance.lift[which])
        if stance.swing[which] == 0
        else rotation(x=-stance.swing[which]) @ rotation(z=side * stance.lift[which])
    )


def arm(build: str, pose: str, side: float) -> tuple[Vector, Vector, Vector]:
    """Elbow, wrist and direction of the hand."""
    stance = STANCES[pose]
    upper = turn_of(stance, side) @ (ARM * [side, 1, 1])
    fore = np.array(stance.forearm[int(side > 0)]) * [side, 1, 1]
    fore /= np.linalg.norm(fore)
    elbow = joint(build, side) + 28.5 * upper
    return elbow, elbow + 24.0 * fore, fore


def hand(build: str, pose: str, side: float) -> Vector:
    """The middle of a closed hand."""
    _, wrist, fore = arm(build, pose, side)
    return wrist + 7.5 * fore


def upper(build: str, pose: str) -> tuple[Piece, ...]:
    """Torso, neck and arms."""
    pieces: list[Piece] = [("torso", _torso(build))]
    for side in (-1.0, 1.0):
        pieces += _arm(build, pose, side)
    return tuple(pieces)


def _torso(build: str) -> Patch:
    table = curve(sections(build), 24).astype(np.float64)
    t = np.linspace(-np.pi, np.pi, 29)
    x = table[:, 1:2] * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** 0.9
    z = table[:, 2:3] * np.cos(t)
    return skin(np.stack([x, np.broadcast_to(table[:, :1], x.shape), z], axis=2))


def _arm(build: str, pose: str, side: float) -> list[Piece]:
    elbow, wrist, fore = arm(build, pose, side)
    start, thick = joint(build, side), BUILDS[build].limbs
    path = curve([start, (start + elbow) / 2, elbow, (elbow + wrist) / 2, wrist], 13)
    radii = np.interp(np.linspace(0, 4, 13), [0, 0.5, 1, 2, 2.6, 4], [4.6, 4.9, 4.5, 3.5, 3.6, 2.5]) * thick
    pieces: list[Piece] = [
        ("skin", tube(path, radii, 12)),
        ("skin", ball(*start, *(np.array([4.9, 4.9, 4.7]) * thick))),
    ]
    palm = curve([wrist - fore, wrist + 4 * fore, wrist + 9 * fore, wrist + 15 * fore + [0, 0, 1.5]], 11)
    pieces.append(
        ("skin", tube(palm, [2.3, 2.5, 2.9, 3.5, 3.9, 4.0, 3.8, 3.5, 3.0, 2.4, 1.4], 12, flat=0.62))
    )
    thumb = curve(
        [wrist + 3 * fore, wrist + 6 * fore + [0, 0, 3.2], wrist + 10 * fore + [-side * 1.0, 0, 4.0]], 7
    )
    pieces.append(("skin", tube(thumb, [1.2, 1.3, 1.3, 1.25, 1.2, 1.1, 0.8], 8)))
    return pieces


def foot(pose: str, side: float) -> tuple[Vector, float, float]:
    """Where an ankle is over the ground (x, height of the sole, z), the foot's turn outwards and how far its
    heel is lifted, in degrees.
    """
    moved = STANCES[pose].ankle[int(side > 0)]
    return np.array([side * (9.6 + moved[0]), moved[1], moved[2] - 2.0]), side * 13.0, 26.0 * (moved[2] < -10)


LEGS: dict[str, tuple[str, float, tuple[float, ...]]] = {
    "bare": ("skin", 9.0, ()),
    "slim": ("trousers", 9.5, (9.6, 8.6, 6.7, 6.0, 5.0, 4.8)),
    "wide": ("trousers", 5.0, (9.8, 9.6, 9.0, 9.2, 9.6, 10.0)),
    "shorts": ("trousers", 54.0, (10.0, 10.2, 10.2, 10.4)),
    "skirt": ("trousers", 58.0, ()),
}
"""What legs wear: of which piece, down to which height, half widths from the hip down."""


def lower(build: str, pose: str, wearing: str, shod: str) -> tuple[Piece, ...]:
    """Hips and legs in what they wear; `shod` is "plain" (slip-ons of no shop), "low" or "high" (boots: legs
    that fit in).
    """
    pieces: list[Piece] = []
    for side in (-1.0, 1.0):
        pieces += _leg(build, pose, side, wearing, shod == "high")
        if shod == "plain":
            pieces += _shoe(pose, side)
    if wearing != "bare":
        pieces.append(("trousers", _hips(build, wearing == "skirt")))
    return tuple(pieces)


def _bones(build: str, pose: str, side: float) -> Floats:
    """A leg's line from the hip to the ankle (17, 3)."""
    stance, which = STANCES[pose], int(side > 0)
    at, _, lifted = foot(pose, side)
    ankle = at + np.array([0, 8.0 + 0.25 * lifted, 0])
    knee = np.array([side * 9.3, 48.0, 1.2]) + np.array(stance.knee[which]) * [side, 1, 1]
    hip = np.array([side * 8.6 * BUILDS[build].hips, 86.0, 0.0])
    return curve([hip, (hip + knee) / 2, knee, (knee + ankle) / 2 - [0, 0, 0.8], ankle], 17)


def _leg(build: str, pose: str, side: float, wearing: str, booted: bool) -> list[Piece]:
    path, thick = _bones(build, pose, side), BUILDS[build].limbs
    flesh = np.interp(
        np.linspace(0, 4, 17),
        [0, 1, 1.9, 2.1, 2.7, 3.5, 4],
        np.array([8.6, 7.6, 5.6, 5.3, 5.5, 4.0, 3.4]) * thick,
    )
    inside = np.interp(path[:, 1], [30, 44], [3.7, 20.0]) if booted else np.full(17, 20.0)
    flesh = np.minimum(flesh, inside)
    pieces: list[Piece] = [("skin", tube(path, flesh, 14))]
    name, low, cut = LEGS[wearing]
    if cut:
        count = 2 + int((path[:, 1] > low).sum())
        rows = path[:count]
        width = np.maximum(
            np.interp(np.linspace(0, 1, len(rows)), np.linspace(0, 1, len(cut)), cut),
            flesh[: len(rows)] + 0.7,
        )
        pieces.append(
            (
                name,
                tube(
                    rows, np.minimum(width * (0.4 + 0.6 * thick), inside[: len(rows)] + 0.4), 18, capped=False
                ),
            )
        )
    return pieces


def _hips(build: str, skirt: bool) -> Patch:
    table = curve(sections(build), 32).astype(np.float64)
    table = table[(table[:, 0] > 79) & (table[:, 0] < 103.5)] + [0, 0.9, 0.9]
    if skirt:
        wide = table[table[:, 0] > 88]
        hem = np.linspace(58, 87, 12)[:, None]
        flare = np.interp(hem, [58, 88], [1.36, 1.0])
        table = np.vstack([np.hstack([hem, flare * wide[0, 1], flare * 1.1 * wide[0, 2]]), wide])
    t = np.linspace(-np.pi, np.pi, 37)
    fold = 1 + 0.045 * np.cos(9 * t) * np.clip((84 - table[:, :1]) / 26, 0, 1)
    x, z = table[:, 1:2] * np.sin(t) * fold, table[:, 2:3] * np.cos(t) * fold
    return skin(np.stack([x, np.broadcast_to(table[:, :1], x.shape), z], axis=2))


def _shoe(pose: str, side: float) -> list[Piece]:
    """A plain slip-on."""
    outline = curve(
        [(-9, 0), (-6, -3.9), (3, -4.2), (12, -4.6), (18.5, 0), (12, 4.6), (3, 4.2), (-6, 3.9), (-9, 0)], 33
    )
    low = block(outline[::-1] if _area(outline) < 0 else outline, 2.2, 0.6).turned(x=-90).moved(y=1.1)
    y = np.linspace(2.0, 8.0, 7)
    t = np.linspace(0, 2 * np.pi, 29)
    rise = np.clip((y - 2) / 6, 0, 1)[:, None]
    reach = np.where(np.cos(t) > 0, 17.8 * (1 - rise**0.6) + 5.6 * rise**0.6, 8.4 - 1.5 * rise)
    x = reach * np.cos(t)
    z = (4.5 - 0.9 * rise) * np.sin(t) * (1 - 0.12 * (np.cos(t) > 0.8))
    top = skin(np.stack([x, np.broadcast_to(y[:, None], x.shape), z], axis=2))
    at, turn, lifted = foot(pose, side)
    return [
        (name, patch.turned(z=-lifted).turned(y=turn - 90).moved(*(at + np.array([0, 0.2 * lifted, 0]))))
        for name, patch in (("sole", low), ("shoe", top))
    ]


def _area(outline: ArrayLike) -> float:
    p = np.asarray(outline, np.float64)
    return float(np.sum(p[:-1, 0] * p[1:, 1] - p[1:, 0] * p[:-1, 1]))
