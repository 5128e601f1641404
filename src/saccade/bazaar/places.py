"""Where people take photos: a floor or table in perspective, a wall, and things that stand about.

Decided: floors are tiles drawn once a process and laid out by the camera's homography, so that they agree
with the product's perspective. Clutter comes from a fixed shelf of plain things that no shop of ours sells,
so that a photo always shows exactly one product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numba
import numpy as np

from saccade.bazaar.arrays import Doubles, Floats, Pixels, Scalar
from saccade.bazaar.materials import MATERIALS, Surface
from saccade.bazaar.mesh import block, curve, lathe, rotation, rounded, tube
from saccade.bazaar.palette import Rgb, rgb
from saccade.bazaar.random import stream
from saccade.bazaar.render import Frame
from saccade.bazaar.solid import Part, Solid, weld

FLOORS: tuple[str, ...] = ("planks", "parquet", "marble", "tiles", "cloth", "carpet", "stone", "grass")
SHELF = 20
"""How many things can stand about."""

_TILE = 256
_WALLS: tuple[Rgb, ...] = (
    (0.85, 0.83, 0.79),
    (0.7, 0.74, 0.76),
    (0.62, 0.68, 0.6),
    (0.76, 0.64, 0.55),
    (0.55, 0.58, 0.64),
    (0.82, 0.75, 0.66),
    (0.45, 0.42, 0.4),
    (0.72, 0.62, 0.64),
)


@dataclass(frozen=True)
class Place:
    """A corner of a home. turn: of the room about the product, degrees; depth: of the wall behind it, product
    units.
    """

    floor: str
    tint: tuple[float, float, float]
    wall: Rgb
    turn: float
    depth: float
    repeat: float
    busy: bool = True


def place(dice: np.random.Generator) -> Place:
    """A place by chance."""
    tint = np.exp(dice.normal(0, 0.06, 3) * [1, 0.5, 1] + dice.normal(0, 0.1))
    return Place(
        FLOORS[int(dice.integers(len(FLOORS)))],
        (float(tint[0]), float(tint[1]), float(tint[2])),
        _WALLS[int(dice.integers(len(_WALLS)))],
        float(dice.uniform(-25, 25)),
        float(dice.uniform(1.6, 3.4)),
        float(dice.uniform(2.2, 4.0)),
    )


def backdrop(
    where: Place, view: Frame, yaw: float, height: int, width: int, dice: np.random.Generator
) -> Floats:
    """The empty place as `view` sees it: float32 (H, W, 3), 0..1. `yaw` is the camera's, in degrees."""
    room = rotation(y=where.turn - yaw)
    corners = np.array([[-1.2, 0, -1.2], [1.2, 0, -1.2], [1.2, 0, 1.2], [-1.2, 0, 1.2]], np.float32)
    seen = view.pixels((corners @ room.T).astype(np.float32))[:, :2]
    texel = np.ascontiguousarray(corners[:, [0, 2]] / where.repeat * _TILE, np.float32)
    to_tile = cv2.getPerspectiveTransform(np.ascontiguousarray(seen), texel).astype(np.float32)
    ends = np.array([[-1.5, 0, -where.depth], [1.5, 0, -where.depth]], np.float32)
    (x0, y0, _), (x1, y1, _) = view.pixels(ends @ room.T)
    slope = (y1 - y0) / (x1 - x0 if abs(x1 - x0) > 1 else 1.0)
    out = np.empty((height, width, 3), np.float32)
    tint = np.array(where.tint, np.float32) / np.float32(255)
    _room(
        _floor(where.floor),
        to_tile,
        tint,
        _wall(where, height, width, dice),
        np.float32(y0 - x0 * slope),
        np.float32(slope),
        out,
    )
    return out


@numba.njit(cache=True, fastmath=True)
def _room(
    tile: Pixels, to_tile: Floats, tint: Floats, wall: Floats, start: Scalar, slope: Scalar, out: Floats
) -> None:
    """`wall` above the line `start + slope * x`; below it the floor's `tile`, lighter towards the viewer."""
    height, width, side = out.shape[0], out.shape[1], tile.shape[0]
    h = to_tile
    one, zero = np.float32(1.0), np.float32(0.0)
    for y in range(height):
        light = np.float32(0.72) + np.float32(0.32) * np.float32(y) / np.float32(height)
        for x in range(width):
            fx, fy = np.float32(x), np.float32(y)
            above = (start + slope * fx - fy) * np.float32(80) / np.float32(height) + np.float32(0.5)
            above = min(max(above, zero), one)
            if above >= one:
                for c in range(3):
                    out[y, x, c] = wall[y, x, c]
                continue
            w = one / (h[2, 0] * fx + h[2, 1] * fy + h[2, 2])
            u = (h[0, 0] * fx + h[0, 1] * fy + h[0, 2]) * w
            v = (h[1, 0] * fx + h[1, 1] * fy + h[1, 2]) * w
            iu, iv = math.floor(u), math.floor(v)
            du, dv = u - np.float32(iu), v - np.float32(iv)
            x0, y0 = iu & (side - 1), iv & (side - 1)
            x1, y1 = (x0 + 1) & (side - 1), (y0 + 1) & (side - 1)
            for c in range(3):
                upper = tile[y0, x0, c] * (one - du) + tile[y0, x1, c] * du
                lower = tile[y1, x0, c] * (one - du) + tile[y1, x1, c] * du
                value = (upper * (one - dv) + lower * dv) * tint[c] * light
                out[y, x, c] = value * (one - above) + wall[y, x, c] * above


@lru_cache(maxsize=1)
def _falloff() -> Floats:
    """Light on a wall: from above and a little from the right; (32, 32, 1)."""
    down, across = np.linspace(1.05, 0.85, 32), np.linspace(-0.08, 0.08, 32)
    return (down[:, None, None] + across[None, :, None]).astype(np.float32)


def _wall(where: Place, height: int, width: int, dice: np.random.Generator) -> Floats:
    """Paint with a gradient and two or three things out of focus on it."""
    small = np.full((32, 32, 3), where.wall, np.float32)
    small *= _falloff()
    for _ in range(int(dice.integers(1, 4)) if where.busy else 0):
        x, y, w, h = dice.integers(-6, 28), dice.integers(-8, 16), dice.integers(4, 14), dice.integers(5, 20)
        colour = tuple(float(c) for c in dice.uniform(0.15, 0.95, 3) * 0.3 + 0.7 * np.array(where.wall))
        cv2.rectangle(small, (int(x), int(y)), (int(x + w), int(y + h)), colour, -1)
    large = cv2.resize(cv2.GaussianBlur(small, (0, 0), 1.1), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)


@lru_cache(maxsize=len(FLOORS))
def _floor(kind: str) -> Pixels:
    """One tile of a floor: uint8 (256, 256, 3), wrapping."""
    dice = stream(0, "floor", FLOORS.index(kind))
    y, x = np.mgrid[0:_TILE, 0:_TILE] / _TILE
    fine, coarse = _cloud(dice, 0.9), _cloud(dice, 1.8)
    base, tone = {
        "planks": ((0.62, 0.45, 0.3), _planks(x, y, 6, 1, dice)),
        "parquet": ((0.7, 0.54, 0.36), _planks(x, y, 10, 2, dice)),
        "marble": ((0.88, 0.87, 0.85), 1 - 0.5 * np.exp(-np.abs(coarse) * 9) + 0.03 * fine),
        "tiles": ((0.72, 0.73, 0.72), _joints(x, y, 3) * (1 + 0.04 * coarse)),
        "cloth": (
            (0.78, 0.72, 0.66),
            1 + 0.09 * coarse + 0.03 * fine + 0.03 * np.sin(x * 400) * np.sin(y * 400),
        ),
        "carpet": ((0.5, 0.5, 0.54), 1 + 0.14 * fine + 0.06 * coarse),
        "stone": ((0.6, 0.58, 0.55), 1 + 0.1 * fine + 0.1 * coarse),
        "grass": ((0.36, 0.46, 0.22), 1 + 0.26 * fine + 0.12 * coarse),
    }[kind]
    grain = 1 + 0.07 * coarse * (kind in ("planks", "parquet"))
    return np.clip(np.array(base) * (tone * grain)[:, :, None] * 255, 0, 255).astype(np.uint8)


def _cloud(dice: np.random.Generator, roughness: float) -> Doubles:
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(_TILE, 1 / _TILE), np.fft.fftfreq(_TILE, 1 / _TILE)))
    field = np.fft.ifft2(
        np.fft.fft2(dice.standard_normal((_TILE, _TILE))) / np.maximum(f, 3) ** roughness
    ).real
    return field / field.std()


def _planks(x: Doubles, y: Doubles, rows: int, columns: int, dice: np.random.Generator) -> Doubles:
    row = np.floor(y * rows).astype(int)
    shifted = x * columns + 0.5 * (row % 2)
    tone = (
        1
        + 0.2
        * (dice.random((rows, columns + 1)) - 0.5)[row % rows, np.floor(shifted).astype(int) % (columns + 1)]
    )
    seam = np.minimum(
        np.abs(y * rows - np.round(y * rows)) / rows, np.abs(shifted - np.round(shifted)) / columns
    )
    return tone * np.where(seam < 0.004, 0.72, 1.0) + 0.04 * np.sin(
        y * rows * 44 + 4 * np.sin(x * 6.283 + row)
    )


def _joints(x: Doubles, y: Doubles, count: int) -> Doubles:
    near = np.minimum(np.abs(x * count - np.round(x * count)), np.abs(y * count - np.round(y * count)))
    return np.where(near < 0.03, 0.72, 1.0)


@lru_cache(maxsize=SHELF)
def thing(number: int) -> Solid:
    """Thing `number` (0..SHELF - 1) of the shelf: a book, a bowl, a ball, a box, a pot with leaves."""
    dice = stream(0, "thing", number)
    colour = rgb(
        ("teal", "cream", "charcoal", "mustard", "brown", "white", "olive", "burgundy", "sky", "grey")[
            number % 10
        ]
    )
    coat = Surface(colour, MATERIALS[("paper", "ceramic", "rubber", "linen", "stoneware")[number % 5]])
    white = Surface((0.93, 0.92, 0.89), MATERIALS["paper"])
    kind = number % 5
    if kind == 0:
        cover = block(rounded(0.9, 1.2, 12, 24), 0.16, 0.02)
        return weld(
            [
                Part(cover.turned(x=-90), coat),
                Part(block(rounded(0.87, 1.22, 12, 24), 0.11, 0.01).turned(x=-90), white),
            ]
        )
    if kind == 1:
        wall = curve([(0.3, 0), (0.75, 0.25), (0.95, dice.uniform(0.45, 0.8))], 12)
        return weld([Part(lathe([(0, 0), *wall, *(wall[::-1] - [0.05, -0.03]), (0, 0.06)], 28), coat)])
    if kind == 2:
        t = np.linspace(-np.pi / 2, np.pi / 2, 14)
        return weld([Part(lathe(np.column_stack([np.cos(t), np.sin(t)]), 24), coat)])
    if kind == 3:
        return weld([Part(block(rounded(1.2, 0.8, 10, 28), 0.8, 0.04), coat)])
    pot = lathe([(0, 0), (0.34, 0), (0.45, 0.6), (0.4, 0.6), (0.38, 0.5), (0, 0.5)], 24)
    green = Surface((0.25, 0.42, 0.22), MATERIALS["rubber"])
    leaves = [
        Part(
            tube(
                curve(
                    [
                        (0, 0.5, 0),
                        (0.3 * np.sin(a), 1.0, 0.3 * np.cos(a)),
                        (0.75 * np.sin(a), h, 0.75 * np.cos(a)),
                    ],
                    9,
                ),
                [0.02, 0.05, 0.1, 0.13, 0.14, 0.12, 0.09, 0.05, 0.01],
                6,
                flat=0.25,
            ),
            green,
        )
        for a, h in zip(np.linspace(0, 6.3, 9)[:-1], dice.uniform(0.9, 1.7, 8), strict=True)
    ]
    return weld([Part(pot, coat), *leaves])


def moved(solid: Solid, x: float, z: float, size: float, turn: float) -> Solid:
    """A solid scaled, turned about its middle and put at (x, z) on the ground."""
    matrix = rotation(y=turn)
    vertices = solid.vertices @ matrix.T * np.float32(size) + np.array([x, 0, z], np.float32)
    normals = solid.normals @ matrix.T
    return replace(solid, vertices=vertices.astype(np.float32), normals=normals.astype(np.float32))
