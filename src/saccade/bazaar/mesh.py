"""Surfaces in space: the few ways in which every product of the marketplace is put together.

A patch is a grid of points (R, C, 3) with a grid of cloth coordinates (R, C, 2), both in the same unit, so
that a pattern keeps its scale and its right angles wherever it lies. x runs right, y up, z towards the
viewer.

Decided: grids instead of free triangles. Lathes, tubes, blocks and skins over sections are all grids, normals
come from grid differences, and a builder is a handful of array expressions.

Not here: looks (see `materials`), and the shapes of particular products (see `shapes/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin

import numba
import numpy as np
from numpy.typing import ArrayLike

from saccade.bazaar.arrays import Doubles, Floats


@dataclass(frozen=True, eq=False)
class Patch:
    """A grid of points (R, C, 3) and of cloth coordinates (R, C, 2), float32."""

    points: Floats
    cloth: Floats

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Patch:
        """The patch elsewhere."""
        return Patch(self.points + np.array([x, y, z], np.float32), self.cloth)

    def turned(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Patch:
        """The patch turned about the axes by degrees: first x, then y, then z."""
        return Patch((self.points @ rotation(x, y, z).T).astype(np.float32), self.cloth)

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Patch:
        """The patch stretched along the axes; a negative factor mirrors it. Cloth is not stretched."""
        return Patch(self.points * np.array([x, y, z], np.float32), self.cloth)


def rotation(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Floats:
    """The matrix (3, 3) that turns columns about x, then y, then z, by degrees."""
    (cx, cy, cz), (sx, sy, sz) = zip(
        *((cos(a), sin(a)) for a in (radians(x), radians(y), radians(z))), strict=True
    )
    rows = [
        [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
        [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
        [-sy, cy * sx, cy * cx],
    ]
    return np.array(rows, np.float32)


@lru_cache(maxsize=64)
def _circle(segments: int) -> tuple[Doubles, Doubles]:
    """Cosine and sine (1, segments + 1, 1) of a full turn."""
    angle = np.linspace(0, 2 * np.pi, segments + 1)[None, :, None]
    return np.cos(angle), np.sin(angle)


def skin(points: ArrayLike) -> Patch:
    """A surface over sections (R, C, 3); cloth coordinates are arc lengths, centred across each section."""
    grid = np.ascontiguousarray(points, np.float32)
    return Patch(grid, _lengths(grid))


@numba.njit(cache=True)
def _lengths(grid: Floats) -> Floats:
    """Arc lengths (R, C, 2): across each section from its middle, and along (mean over a row)."""
    rows, columns = grid.shape[:2]
    out = np.zeros((rows, columns, 2), np.float32)
    run = np.float32(0.0)
    for i in range(rows):
        if i > 0:
            total = np.float32(0.0)
            for j in range(columns):
                dx, dy = grid[i, j, 0] - grid[i - 1, j, 0], grid[i, j, 1] - grid[i - 1, j, 1]
                dz = grid[i, j, 2] - grid[i - 1, j, 2]
                total += np.sqrt(dx * dx + dy * dy + dz * dz)
            run += total / np.float32(columns)
        for j in range(columns):
            out[i, j, 1] = run
            if j > 0:
                dx, dy = grid[i, j, 0] - grid[i, j - 1, 0], grid[i, j, 1] - grid[i, j - 1, 1]
                dz = grid[i, j, 2] - grid[i, j - 1, 2]
                out[i, j, 0] = out[i, j - 1, 0] + np.sqrt(dx * dx + dy * dy + dz * dz)
        half = out[i, columns - 1, 0] / np.float32(2.0)
        for j in range(columns):
            out[i, j, 0] -= half
    return out


def lathe(profile: ArrayLike, segments: int = 40, squash: float = 1.0) -> Patch:
    """A profile of (radius, height) pairs turned about the y axis; `squash` flattens it along z."""
    rings = np.asarray(profile, np.float32)
    angle = np.linspace(0, 2 * np.pi, segments + 1, dtype=np.float32) - np.pi
    x = rings[:, :1] * np.sin(angle)
    z = rings[:, :1] * np.cos(angle) * squash
    y = np.broadcast_to(rings[:, 1:], x.shape)
    patch = skin(np.stack([x, y, z], axis=2))
    # One width for all rings keeps stripes upright and checks closed at the seam behind.
    patch.cloth[:, :, 0] = angle * max(float(rings[:, 0].mean()), 1e-3)
    return patch


def curve(knots: ArrayLike, count: int = 24) -> Floats:
    """A smooth line (count, D) through knots (K, D): Catmull-Rom, ends included."""
    k = np.asarray(knots, np.float64)
    padded = np.vstack([2 * k[0] - k[1], k, 2 * k[-1] - k[-2]])
    at = np.linspace(0, len(k) - 1, count)
    cell = np.minimum(at.astype(int), len(k) - 2)
    t = (at - cell)[:, None]
    a, b, c, d = (padded[cell + i] for i in range(4))
    line = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return line.astype(np.float32)


def tube(
    path: ArrayLike, radius: ArrayLike, segments: int = 10, flat: float = 1.0, capped: bool = True
) -> Patch:
    """A tube around a path (R, 3); `radius` is a number or one for each point; `flat` thins it one way.

    The thin side faces along the path's second normal, which starts as near to z as the path allows.
    """
    line = np.asarray(path, np.float64)
    radii = np.broadcast_to(np.asarray(radius, np.float64), len(line)).copy()
    tangent = np.empty_like(line)
    tangent[1:-1] = (line[2:] - line[:-2]) / 2
    tangent[0], tangent[-1] = line[1] - line[0], line[-1] - line[-2]
    tangent /= np.maximum(np.sqrt((tangent * tangent).sum(axis=1, keepdims=True)), 1e-9)
    if capped:
        line, tangent = (
            np.vstack([line[:1], line, line[-1:]]),
            np.vstack([tangent[:1], tangent, tangent[-1:]]),
        )
        radii = np.concatenate([[0.0], radii, [0.0]])
    side, other = _frames(tangent)
    right, up = _circle(segments)
    ring = right * side[:, None, :] + up * other[:, None, :] * flat
    return skin(line[:, None, :] + ring * radii[:, None, None])


@numba.njit(cache=True)
def _frames(tangent: Doubles) -> tuple[Doubles, Doubles]:
    """Two unit normals (R, 3) at each point, carried along so that they do not spin."""
    side, other = np.empty_like(tangent), np.empty_like(tangent)
    x, y, z = (0.0, 0.0, 1.0) if abs(tangent[0, 2]) < 0.9 else (0.0, 1.0, 0.0)
    for i in range(tangent.shape[0]):
        tx, ty, tz = tangent[i, 0], tangent[i, 1], tangent[i, 2]
        along = x * tx + y * ty + z * tz
        x, y, z = x - along * tx, y - along * ty, z - along * tz
        length = max(np.sqrt(x * x + y * y + z * z), 1e-9)
        x, y, z = x / length, y / length, z / length
        other[i, 0], other[i, 1], other[i, 2] = x, y, z
        side[i, 0], side[i, 1], side[i, 2] = y * tz - z * ty, z * tx - x * tz, x * ty - y * tx
    return side, other


def block(outline: ArrayLike, depth: float, bevel: float, steps: int = 3) -> Patch:
    """A closed outline (C, 2), counter-clockwise in xy, given depth along z with rounded edges; solid at both
    ends.
    """
    flat = np.asarray(outline, np.float64)
    flat = np.vstack([flat, flat[:1]]) if not np.allclose(flat[0], flat[-1]) else flat
    bevel = min(bevel, depth / 2)
    turn = np.linspace(0, np.pi / 2, steps + 1)
    inset = np.concatenate([bevel * (1 - np.sin(turn)), bevel * (1 - np.cos(turn))])
    height = np.concatenate(
        [depth / 2 - bevel + bevel * np.cos(turn), -depth / 2 + bevel - bevel * np.sin(turn)]
    )
    outward, centre = _outward(flat), flat[:-1].mean(axis=0)
    rings = np.empty((len(inset), len(flat), 3))
    rings[:, :, :2] = flat - outward * inset[:, None, None]
    rings[:, :, 2] = height[:, None]
    patch = skin(np.concatenate([_lid(rings[0], centre), rings, _lid(rings[-1], centre)[::-1]]))
    patch.cloth[:, :, :] = patch.points[:, :, :2]
    return patch


def _lid(ring: Doubles, centre: Doubles) -> Doubles:
    """From the middle of an end almost to its edge (3, C, 3): its normals stay flat up to the bevel."""
    middle = ring.copy()
    middle[:, :2] = centre
    return middle + np.array([0.0, 0.5, 0.98])[:, None, None] * (ring - middle)


def _outward(closed: Doubles) -> Doubles:
    step = np.roll(closed[:-1], -1, axis=0) - np.roll(closed[:-1], 1, axis=0)
    out = np.column_stack([step[:, 1], -step[:, 0]])
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    return np.vstack([out, out[:1]])


def rounded(width: float, height: float, power: float = 5.0, count: int = 36, top: float = 1.0) -> Floats:
    """A rounded rectangle (count, 2) about the origin, counter-clockwise: a superellipse.

    `power` 2 is an ellipse, 8 almost a rectangle; `top` scales the width of the upper edge (trapezes).
    """
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    # Sampling by a warped angle spends the points at the corners.
    t = t - 0.22 * np.sin(4 * t) * min(max(power - 2, 0) / 6, 1) * -1
    x, y = np.cos(t), np.sin(t)
    r = (np.abs(x) ** power + np.abs(y) ** power) ** (-1 / power)
    x, y = x * r * width / 2, y * r * height / 2
    return np.column_stack([x * (1 + (top - 1) * (y / height + 0.5)), y]).astype(np.float32)


def sheet(width: float, depth: float, rows: int = 12, columns: int = 12) -> Patch:
    """A flat cloth on the ground about the origin, facing up."""
    x = np.linspace(-width / 2, width / 2, columns)
    z = np.linspace(-depth / 2, depth / 2, rows)
    grid = np.stack(
        [
            np.broadcast_to(x, (rows, columns)),
            np.zeros((rows, columns)),
            np.broadcast_to(z[:, None], (rows, columns)),
        ],
        axis=2,
    )
    return skin(grid)
