"""A camera: where it stands, what it sees of a solid, and the shadow on the ground.

Decided: pictures are drawn at twice their size and averaged down; shadows at half the size and blurred, since
they are soft anyway. The frame is set from the projected product, so that it is in the picture whatever its
shape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from saccade.bazaar.arrays import Floats, Pixels
from saccade.bazaar.materials import levels, tiles
from saccade.bazaar.mesh import rotation
from saccade.bazaar.raster import blacken, cover, empty, extent, project
from saccade.bazaar.shade import Light, shade
from saccade.bazaar.solid import Solid

OVERSAMPLE = 2


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
    """A drawn solid: premultiplied `rgba` (S, S, 4) float32 0..1 and ground `shadow` (S, S) uint8."""

    rgba: Floats
    shadow: Pixels


def frame(solid: Solid, pose: Pose, size: int) -> Frame:
    """The camera of `pose` with `solid` in its frame of `size` pixels."""
    turn = rotation(pose.pitch, 0, pose.roll) @ rotation(y=pose.yaw)
    middle = (solid.bounds[0] + solid.bounds[1]) / 2
    plain = Frame(turn.astype(np.float32), middle, pose.distance, 1.0, (0.0, 0.0))
    left, top, right, bottom = extent(plain.pixels(solid.vertices))
    scale = pose.fill * size / max(right - left, bottom - top)
    x, y = (left + right) / 2 * scale, (top + bottom) / 2 * scale
    aim = (size / 2 * (1 + pose.shift[0]) - x, size / 2 * (1 - pose.shift[1]) - y)
    return replace(plain, scale=scale, centre=aim)


def draw(solid: Solid, view: Frame, light: Light, size: int) -> Shot:
    """Draw `solid` into a picture of `size` pixels."""
    return Shot(_product(solid, view, light, size), _shadow(solid, view, light, size))


def _product(solid: Solid, view: Frame, light: Light, size: int) -> Floats:
    near, triangle = empty(size * OVERSAMPLE)
    screen = view.enlarged(OVERSAMPLE).pixels(solid.vertices)
    cover(screen, solid.faces, solid.closed, near, triangle)
    normals = np.ascontiguousarray(solid.normals @ view.turn.T)
    out = np.zeros((size, size, 4), np.float32)
    sharpness = levels(solid.surfaces, view.pixel())
    shade(
        triangle,
        _crease(near, view.distance),
        screen,
        solid.faces,
        solid.part,
        normals,
        solid.cloth,
        solid.surfaces,
        sharpness,
        tiles(),
        light.row(view.turn[:, 1]),
        np.float32(view.pixel()),
        out,
    )
    return out


def _crease(near: Floats, distance: float) -> Floats:
    """How much each pixel (S, S) lies behind its surroundings, 0..1: light does not reach into gaps."""
    size = near.shape[0] // OVERSAMPLE
    there = cv2.resize(near, (size // 2, size // 2), interpolation=cv2.INTER_NEAREST)
    blur = size // 24 * 2 + 1
    covered = (there > 0).astype(np.float32)
    around = cv2.blur(there, (blur, blur)) / np.maximum(cv2.blur(covered, (blur, blur)), 1e-3)
    lift = cv2.resize(around, (size, size), interpolation=cv2.INTER_LINEAR)
    here = np.ascontiguousarray(near[::OVERSAMPLE, ::OVERSAMPLE])
    return np.clip((lift - here) * np.float32(distance * distance * 1.6), 0, 1)


def _shadow(solid: Solid, view: Frame, light: Light, size: int) -> Pixels:
    """The solid's shadow on y = 0, blurred: a dark core close by, a wide soft one."""
    key = np.array(light.key, np.float32) @ view.turn
    slope = key[[0, 2]] / max(float(key[1]), 0.35)
    slope *= min(1.0, 0.75 / max(float(np.hypot(*slope)), 1e-6))
    fall = np.array([[1, -slope[0], 0], [0, 0, 0], [0, -slope[1], 1]], np.float32)
    half = size // 2
    mask = np.zeros((half, half), np.uint8)
    blacken(view.enlarged(half / size).pixels(solid.vertices @ fall.T), solid.faces, solid.closed, mask)
    wide, narrow = half // 10 * 2 + 1, half // 32 * 2 + 1
    soft = cv2.blur(cv2.blur(mask, (wide, wide)), (wide, wide))
    both = cv2.addWeighted(soft, 0.6, cv2.blur(mask, (narrow, narrow)), 0.4, 0)
    return np.asarray(cv2.resize(both, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)
