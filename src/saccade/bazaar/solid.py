"""A product put together: parts (a patch and its surface) welded into the flat arrays that the renderer
reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numba
import numpy as np
from numpy.typing import NDArray

from saccade.bazaar.arrays import Flags, Floats, Ints
from saccade.bazaar.materials import Surface
from saccade.bazaar.mesh import Patch, rotation

_PERIOD, _TILE_PERIOD = 10, 16
"""Columns of a surface's row that are lengths."""


@dataclass(frozen=True, eq=False)
class Part:
    """A patch with its look."""

    patch: Patch
    surface: Surface


@dataclass(frozen=True, eq=False)
class Solid:
    """Triangles, ready to draw.

    vertices, normals (N, 3) float32; cloth (N, 2) float32; faces (M, 3) int32; part (M,) int32, the row of
    `surfaces` (P, 26) float32; closed (M,) bool: faces that nobody sees from behind. A welded product's
    longest side is 2 units; it stands on y = 0 with x and z about 0. scale and origin lead back to the
    measures of its shape: vertices are (point - origin) * scale.
    """

    vertices: Floats
    normals: Floats
    cloth: Floats
    faces: Ints
    part: Ints
    closed: Flags
    surfaces: Floats
    scale: float = 1.0
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @cached_property
    def bounds(self) -> Floats:
        """Lowest and highest corner (2, 3)."""
        return _extremes(self.vertices)


@numba.njit(cache=True)
def _extremes(points: Floats) -> Floats:
    """Lowest and highest corner (2, 3) of points (N, 3)."""
    out = np.empty((2, 3), np.float32)
    for k in range(3):
        out[0, k] = out[1, k] = points[0, k]
    for i in range(points.shape[0]):
        for k in range(3):
            out[0, k], out[1, k] = min(out[0, k], points[i, k]), max(out[1, k], points[i, k])
    return out


def weld(parts: Sequence[Part]) -> Solid:
    """Parts to one solid: normals from the grids, then centred, put on the ground and scaled to a longest
    side of 2.
    """
    whole = assemble(parts)
    low, high = whole.bounds
    scale = np.float32(2 / max(float((high - low).max()), 1e-6))
    origin = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2], np.float32)
    return replace(
        whole,
        vertices=((whole.vertices - origin) * scale).astype(np.float32),
        cloth=(whole.cloth * scale).astype(np.float32),
        scale=float(scale),
        origin=(float(origin[0]), float(origin[1]), float(origin[2])),
    )


def assemble(parts: Sequence[Part]) -> Solid:
    """Parts to one solid that keeps their measures and places."""
    grids = [part.patch.points for part in parts]
    starts = np.cumsum([0, *(grid.shape[0] * grid.shape[1] for grid in grids)])
    made = [_finish(grid) for grid in grids]
    faces = [
        _faces(*grid.shape[:2], flip) + start
        for grid, start, (_, flip, _) in zip(grids, starts, made, strict=False)
    ]
    counts = [len(f) for f in faces]
    own = {id(part.surface): part.surface for part in parts}
    rows = {name: surface.row() for name, surface in own.items()}
    return Solid(
        vertices=np.concatenate([grid.reshape(-1, 3) for grid in grids]),
        normals=np.concatenate([normal.reshape(-1, 3) for normal, _, _ in made]),
        cloth=np.concatenate([part.patch.cloth.reshape(-1, 2) for part in parts]),
        faces=np.ascontiguousarray(np.concatenate(faces), np.int32),
        part=np.repeat(np.arange(len(parts)), counts).astype(np.int32),
        closed=np.repeat([closed for _, _, closed in made], counts),
        surfaces=np.array([rows[id(part.surface)] for part in parts], np.float32),
    )


def put(
    solid: Solid,
    size: float = 1.0,
    at: tuple[float, float, float] = (0.0, 0.0, 0.0),
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Solid:
    """A solid turned (degrees about x, then y, then z), made `size` times as large with its cloth, and
    moved.
    """
    matrix = rotation(*turn)
    surfaces = solid.surfaces.copy()
    surfaces[:, [_PERIOD, _TILE_PERIOD]] *= np.float32(size)
    return replace(
        solid,
        vertices=(solid.vertices @ (matrix.T * np.float32(size)) + np.array(at, np.float32)).astype(
            np.float32
        ),
        normals=(solid.normals @ matrix.T).astype(np.float32),
        cloth=solid.cloth * np.float32(size),
        surfaces=surfaces,
    )


def together(solids: Sequence[Solid]) -> Solid:
    """Several solids in one world, as they stand."""
    vertices = np.cumsum([0, *(len(s.vertices) for s in solids)])
    rows = np.cumsum([0, *(len(s.surfaces) for s in solids)])
    return Solid(
        vertices=np.concatenate([s.vertices for s in solids]),
        normals=np.concatenate([s.normals for s in solids]),
        cloth=np.concatenate([s.cloth for s in solids]),
        faces=np.concatenate([s.faces + v for s, v in zip(solids, vertices, strict=False)]).astype(np.int32),
        part=np.concatenate([s.part + r for s, r in zip(solids, rows, strict=False)]).astype(np.int32),
        closed=np.concatenate([s.closed for s in solids]),
        surfaces=np.concatenate([s.surfaces for s in solids]),
    )


@lru_cache(maxsize=512)
def _faces(rows: int, columns: int, flip: bool) -> NDArray[np.int64]:
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    upper = np.column_stack([corner, corner + 1, corner + columns])
    lower = np.column_stack([corner + 1, corner + columns + 1, corner + columns])
    faces = np.concatenate([upper, lower])
    return np.ascontiguousarray(faces[:, [0, 2, 1]]) if flip else faces


def _finish(grid: Floats) -> tuple[Floats, bool, bool]:
    """Unit normals (R, C, 3) that point outwards, whether faces must be wound the other way, whether it is
    closed.
    """
    normal, ring, ends = _cross(np.ascontiguousarray(grid))
    return normal, ring > 1, bool(ring % 2 and ends)


@numba.njit(cache=True, fastmath=True)
def _cross(grid: Floats) -> tuple[Floats, int, bool]:
    """Outward unit normals of a grid, 1 for a ring plus 2 when they were turned round, and whether both ends
    are points.
    """
    rows, columns = grid.shape[:2]
    out = np.zeros_like(grid)
    ring = True
    for i in range(rows):
        for k in range(3):
            ring = ring and abs(grid[i, 0, k] - grid[i, columns - 1, k]) < 1e-5
    outward = np.float32(0.0)
    for i in range(rows):
        above, below = max(i - 1, 0), min(i + 1, rows - 1)
        middle = np.zeros(3, np.float32)
        for j in range(columns):
            for k in range(3):
                middle[k] += grid[i, j, k] / np.float32(columns)
        for j in range(columns):
            left = columns - 2 if ring and j == 0 else max(j - 1, 0)
            right = 1 if ring and j == columns - 1 else min(j + 1, columns - 1)
            ax, ay = grid[below, j, 0] - grid[above, j, 0], grid[below, j, 1] - grid[above, j, 1]
            az = grid[below, j, 2] - grid[above, j, 2]
            bx, by = grid[i, right, 0] - grid[i, left, 0], grid[i, right, 1] - grid[i, left, 1]
            bz = grid[i, right, 2] - grid[i, left, 2]
            x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
            length = np.float32(1.0) / np.sqrt(x * x + y * y + z * z + np.float32(1e-24))
            out[i, j, 0], out[i, j, 1], out[i, j, 2] = x * length, y * length, z * length
            for k in range(3):
                outward += out[i, j, k] * (grid[i, j, k] - middle[k])
    if outward < 0:
        out = -out
    points = _fill_point(grid, out, 0, 1) and _fill_point(grid, out, rows - 1, rows - 2)
    return out, int(ring) + 2 * int(outward < 0), points


@numba.njit(cache=True, fastmath=True)
def _fill_point(grid: Floats, out: Floats, end: int, inner: int) -> bool:
    """Whether row `end` is one point; then it has no direction of its own and takes its neighbours' mean."""
    columns = grid.shape[1]
    for j in range(columns):
        for k in range(3):
            if abs(grid[end, j, k] - grid[end, 0, k]) > 1e-5:
                return False
    mean = np.zeros(3, np.float32)
    for j in range(columns):
        for k in range(3):
            mean[k] += out[inner, j, k]
    length = np.sqrt(mean[0] ** 2 + mean[1] ** 2 + mean[2] ** 2) + np.float32(1e-6)
    for j in range(columns):
        for k in range(3):
            out[end, j, k] = mean[k] / length
    return True
