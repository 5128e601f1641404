"""Patterns printed or woven into a product: how much of the second and third colour a point of its cloth has.

Decided: a pattern is a pure function of cloth coordinates, not a picture, so it stays sharp in a close-up and
follows the cloth around every bend. `soft` is the width of a pixel, which keeps far views free of moiré.

Not here: texture of the material itself (`materials`).
"""

from __future__ import annotations

import math

import numba

from saccade.bazaar.arrays import Scalar

PATTERNS: tuple[str, ...] = (
    "plain",
    "striped",
    "checked",
    "dotted",
    "zigzag",
    "floral",
    "diamond",
    "colour-block",
)
"""Names; the number that the kernel knows a pattern by is its place here."""


@numba.njit(cache=True, inline="always", fastmath=True)
def _step(edge: Scalar, value: Scalar, soft: Scalar) -> Scalar:
    t = (value - edge) / (2 * soft) + 0.5
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)


@numba.njit(cache=True, inline="always", fastmath=True)
def _saw(value: Scalar) -> Scalar:
    """A triangle wave: 0 at whole numbers, 1 half way between."""
    return 1 - abs((value - math.floor(value)) * 2 - 1)


@numba.njit(cache=True, inline="always", fastmath=True)
def _hash(i: int, j: int) -> Scalar:
    n = math.sin(i * 127.1 + j * 311.7) * 43758.547
    return n - math.floor(n)


@numba.njit(cache=True, fastmath=True)
def _flower(u: Scalar, v: Scalar, soft: Scalar) -> tuple[Scalar, Scalar]:
    """Five-petalled flowers, one a cell of a staggered grid, turned and sized by chance, and leaves."""
    row = math.floor(v)
    column = math.floor(u + 0.5 * (row % 2))
    chance = _hash(column, row)
    x = u + 0.5 * (row % 2) - column - 0.5 + 0.16 * (chance - 0.5)
    y = v - row - 0.5 + 0.16 * (_hash(row, column) - 0.5)
    radius = math.sqrt(x * x + y * y)
    petal = (0.27 + 0.1 * chance) * (0.72 + 0.28 * math.cos(5 * (math.atan2(y, x) + 6.3 * chance)))
    bloom = 1 - _step(petal, radius, soft)
    heart = 1 - _step(0.09, radius, soft)
    lx, ly = x - 0.36 * math.cos(9 * chance), y - 0.36 * math.sin(9 * chance)
    leaf = 1 - _step(0.085, math.sqrt(lx * lx + 2.2 * ly * ly), soft)
    return max(bloom - heart, 0.0), max(heart, leaf * (1 - bloom))


@numba.njit(cache=True, fastmath=True)
def weights(kind: int, u: Scalar, v: Scalar, soft: Scalar) -> tuple[Scalar, Scalar]:
    """(share of second colour, share of third) at (u, v), which are in periods of the pattern."""
    soft = min(max(soft, 0.01), 0.5)
    fade = 1 - min(max((soft - 0.3) * 5, 0.0), 1.0)
    second, third = 0.0, 0.0
    if kind == 1:
        second = _step(0.5, _saw(v), 2 * soft)
    elif kind == 2:
        a, b = _step(0.5, _saw(u), 2 * soft), _step(0.5, _saw(v), 2 * soft)
        line = max(_step(0.9, _saw(u + 0.5), 2 * soft), _step(0.9, _saw(v + 0.5), 2 * soft))
        second, third = 0.5 * (a + b), 0.55 * line * (1 - 0.5 * (a + b))
    elif kind == 3:
        row = math.floor(v)
        x = u + 0.5 * (row % 2)
        x -= math.floor(x) + 0.5
        second = 1 - _step(0.26, math.sqrt(x * x + (v - row - 0.5) ** 2), soft)
    elif kind == 4:
        second = _step(0.5, _saw(v + 0.55 * _saw(u)), 2.6 * soft)
    elif kind == 5:
        second, third = _flower(u, v, soft)
    elif kind == 6:
        x, y = _saw(u), _saw(v * 0.62)
        second = _step(1.0, x + y, 2 * soft)
        third = (1 - _step(0.07, abs(x - y), 2 * soft)) * 0.8
        second *= 1 - third
    elif kind == 7:
        second = _step(0.0, v, soft)
    if kind == 7:
        return second, third
    return second * fade + (1 - fade) * 0.4 * min(kind, 1), third * fade
