"""A camera: where it stands, what it sees of a solid, and the shadow on the ground.

Decided: pictures are drawn at twice their size and averaged down; shadows at half the size and blurred, since
they are soft anyway. The frame is set from the projected product, so that it is in the picture whatever its
shape. What is seen through glass is drawn only where several things stand in one picture (`shoot`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from saccade.bazaar.arrays import Floats, Ints, Pixels
from saccade.bazaar.materials import levels, tiles
from saccade.bazaar.mesh import rotation
from saccade.bazaar.raster import blacken, cover, empty, extent, project
from saccade.bazaar.shade import Light, shade
from saccade.bazaar.solid import Solid

OVERSAMPLE = 2

_OPACITY = 23
"""Column of a surface's row."""


@dataclass(frozen=True)
class Pose:
    """Where a camera stands, in degrees and product units (longest side 2).

    fill: share of the frame that the product's longer projected side takes (over 1: a close-up that cuts it);
    shift: where the product's middle lies, from -1 to 1 of half a frame, x to the right, y up; distance:
    small is wide-angled.
    """

    yaw: float = 0.0
    pitch: float = 15.0
    roll: float = 0.0
    distance: float = 6.5
    fill: float = 0.8
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Frame:
    """A pose fixed for one picture size: projects the world to pixels."""

    turn: Floats
    middle: Floats
    distance: float
    scale: float
    centre: tuple[float, float]

    def pixels(self, points: Floats) -> Floats:
        """World points (N, 3) to (N, 3): pixel x, pixel y, 1 / distance."""
        x, y = np.float32(self.centre[0]), np.float32(self.centre[1])
        return project(
            points, self.turn, self.middle, np.float32(self.distance), np.float32(self.scale), x, y
        )

    def enlarged(self, factor: float) -> Frame:
        """The same view in a picture `factor` times the size."""
        return replace(
            self, scale=self.scale * factor, centre=(self.centre[0] * factor, self.centre[1] * factor)
        )

    def pixel(self) -> float:
        """Width of a pixel in world units, at the product's middle."""
        return self.distance / self.scale


@dataclass(frozen=True, eq=False)
class Shot:
    """A drawn solid: premultiplied `rgba` (H, W, 4) float32 0..1 and ground `shadow` (H, W) uint8."""

    rgba: Floats
    shadow: Pixels


def frame(solid: Solid, pose: Pose, size: int) -> Frame:
    """The camera of `pose` with `solid` in its frame of `size` pixels."""
    middle = (solid.bounds[0] + solid.bounds[1]) / 2
    return aim(solid.vertices, middle, pose, size, size)


def aim(points: Floats, middle: Floats, pose: Pose, height: int, width: int) -> Frame:
    """The camera of `pose`, which looks at `middle` (3,), with `points` (N, 3) in its frame."""
    turn = rotation(pose.pitch, 0, pose.roll) @ rotation(y=pose.yaw)
    plain = Frame(turn.astype(np.float32), middle, pose.distance, 1.0, (0.0, 0.0))
    left, top, right, bottom = extent(plain.pixels(points))
    scale = pose.fill * min(width / (right - left), height / (bottom - top))
    if height == width:
        scale = pose.fill * width / max(right - left, bottom - top)
    x, y = (left + right) / 2 * scale, (top + bottom) / 2 * scale
    centre = (width / 2 * (1 + pose.shift[0]) - x, height / 2 * (1 - pose.shift[1]) - y)
    return replace(plain, scale=scale, centre=centre)


def draw(solid: Solid, view: Frame, light: Light, size: int) -> Shot:
    """Draw `solid` into a square picture of `size` pixels."""
    near, triangle, screen = _covered(solid, view, size, size)
    rgba = _coloured(solid, view, light, near, triangle, screen)
    return Shot(rgba, _shadow(solid, view, light, size, size))


def shoot(
    solid: Solid, view: Frame, light: Light, height: int, width: int, casting: int | None = None
) -> tuple[Shot, Ints]:
    """Draw a world of solids, what is behind glass included, into a picture (H, W). Its first `casting` faces
    (None: all) cast shadows.

    Also returns the visibility buffer (2H, 2W): the face that each sample sees, glass before what is behind
    it, or -1.
    """
    glass = (solid.surfaces[:, _OPACITY] < 1)[solid.part]
    shadow = _shadow(solid, view, light, height, width, 2, casting)
    if not glass.any():
        near, triangle, screen = _covered(solid, view, height, width)
        rgba = _coloured(solid, view, light, near, triangle, screen)
        return Shot(rgba, shadow), triangle
    near, triangle, screen = _covered(solid, view, height, width, np.flatnonzero(~glass).astype(np.int32))
    rgba = _coloured(solid, view, light, near, triangle, screen)
    _, front, _ = _covered(solid, view, height, width, np.flatnonzero(glass).astype(np.int32), near.copy())
    pane = _coloured(solid, view, light, near, front, screen)
    rgba = np.asarray(pane + rgba * (1 - pane[:, :, 3:]), np.float32)
    return Shot(rgba, shadow), np.where(front >= 0, front, triangle)


def _covered(
    solid: Solid, view: Frame, height: int, width: int, some: Ints | None = None, near: Floats | None = None
) -> tuple[Floats, Ints, Floats]:
    """Nearness and faces (2H, 2W) of all or `some` faces, before what is as near as `near`; projected
    vertices.
    """
    free, triangle = empty(height * OVERSAMPLE, width * OVERSAMPLE)
    near = free if near is None else near
    screen = view.enlarged(OVERSAMPLE).pixels(solid.vertices)
    if some is None:
        cover(screen, solid.faces, solid.closed, near, triangle)
        return near, triangle, screen
    cover(screen, solid.faces[some], solid.closed[some], near, triangle)
    return near, np.where(triangle >= 0, some[triangle], np.int32(-1)), screen


def _coloured(
    solid: Solid, view: Frame, light: Light, near: Floats, triangle: Ints, screen: Floats
) -> Floats:
    """The visible faces' premultiplied colours (H, W, 4)."""
    out = np.zeros((triangle.shape[0] // OVERSAMPLE, triangle.shape[1] // OVERSAMPLE, 4), np.float32)
    shade(
        triangle,
        _crease(near, view.distance),
        screen,
        solid.faces,
        solid.part,
        np.ascontiguousarray(solid.normals @ view.turn.T),
        solid.cloth,
        solid.surfaces,
        levels(solid.surfaces, view.pixel()),
        tiles(),
        light.row(view.turn[:, 1]),
        np.float32(view.pixel()),
        out,
    )
    return out


def _crease(near: Floats, distance: float) -> Floats:
    """How much each pixel (H, W) lies behind its surroundings, 0..1: light does not reach into gaps."""
    height, width = near.shape[0] // OVERSAMPLE, near.shape[1] // OVERSAMPLE
    there = cv2.resize(near, (width // 2, height // 2), interpolation=cv2.INTER_NEAREST)
    blur = max(height, width) // 24 * 2 + 1
    covered = (there > 0).astype(np.float32)
    around = cv2.blur(there, (blur, blur)) / np.maximum(cv2.blur(covered, (blur, blur)), 1e-3)
    lift = cv2.resize(around, (width, height), interpolation=cv2.INTER_LINEAR)
    here = np.ascontiguousarray(near[::OVERSAMPLE, ::OVERSAMPLE])
    return np.clip((lift - here) * np.float32(distance * distance * 1.6), 0, 1)


def _shadow(
    solid: Solid,
    view: Frame,
    light: Light,
    height: int,
    width: int,
    crispness: int = 1,
    casting: int | None = None,
) -> Pixels:
    """The solid's shadow on y = 0, blurred: a dark core close by, a wide soft one; `crispness` divides the
    blur, for things that are smaller than the frame; the first `casting` faces cast it.
    """
    key = np.array(light.key, np.float32) @ view.turn
    slope = key[[0, 2]] / max(float(key[1]), 0.35)
    slope *= min(1.0, 0.75 / max(float(np.hypot(*slope)), 1e-6))
    fall = np.array([[1, -slope[0], 0], [0, 0, 0], [0, -slope[1], 1]], np.float32)
    mask = np.zeros((height // 2, width // 2), np.uint8)
    blacken(
        view.enlarged(0.5).pixels(solid.vertices @ fall.T),
        solid.faces[:casting],
        solid.closed[:casting],
        mask,
    )
    half = max(height, width) // 2
    wide, narrow = half // (10 * crispness) * 2 + 1, half // (32 * crispness) * 2 + 1
    soft = cv2.blur(cv2.blur(mask, (wide, wide)), (wide, wide))
    both = cv2.addWeighted(soft, 0.6, cv2.blur(mask, (narrow, narrow)), 0.4, 0)
    return np.asarray(cv2.resize(both, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
