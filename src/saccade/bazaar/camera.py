"""Photos as people take them: the same product in another place, by a hand that shakes and a phone that
guesses.

What changes, in the order in which it happens to light: the place and what stands about, the angle and the
crop, a finger or a strap in the way, exposure and white balance, blur, noise, JPEG. `strength` scales all of
it: 0 is a tidy photo in an ordinary place, 1 an ordinary bad one, 2 a very bad one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numba
import numpy as np

from saccade.bazaar.arrays import Floats, Pixels, Scalar
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.mesh import rotation
from saccade.bazaar.places import SHELF, Place, backdrop, moved, place, thing
from saccade.bazaar.products import Product, solid
from saccade.bazaar.random import stream
from saccade.bazaar.render import Pose, draw, frame
from saccade.bazaar.shade import Light
from saccade.bazaar.solid import Solid, together
from saccade.bazaar.studio import lay


@dataclass(frozen=True)
class Lens:
    """What the camera does to a picture. blur, shake in pixels of a 128-pixel picture; noise in grey levels;
    gains: exposure times white balance for red, green, blue; quality: of the JPEG, 1..100; cover: share of
    the frame's side that something in the way reaches over, 0 for nothing.
    """

    blur: float
    shake: float
    noise: float
    gains: tuple[float, float, float]
    contrast: float
    quality: int
    cover: float


def photo(seed: int, item: Product, number: int, size: int, strength: float = 1.0) -> Pixels:
    """Photo `number` (0 or more) of a product: uint8 (size, size, 3)."""
    dice = stream(seed, "photo", item.index, number)
    pose, light, lens = _pose(dice, item, strength), _light(dice), _lens(dice, strength)
    body = solid(item)
    view = frame(body, pose, size)
    where = place(dice)
    ground = backdrop(where, view, pose.yaw, size, size, dice)
    scene = together([body, *_clutter(dice, pose.yaw, where, strength)])
    picture = lay(ground, draw(scene, view, light, size), 0.68)
    return expose(picture, lens, dice)


def _pose(dice: np.random.Generator, item: Product, strength: float) -> Pose:
    category = CATEGORIES[item.category]
    yaw = float(dice.uniform(*category.yaw)) * (1 + 0.25 * strength)
    low, high = category.pitch
    # Garments hang; everything else is looked down at, by someone who stands.
    pitch = float(dice.uniform(low, high + 14 * strength * (low > 0)))
    roll = float(dice.normal(0, 5.5)) * strength
    fill = float(dice.uniform(0.6, 0.86 + 0.2 * strength))
    shift = dice.uniform(-0.16, 0.16, 2) * strength
    return Pose(yaw, pitch, roll, float(dice.uniform(3.6, 6.0)), fill, (float(shift[0]), float(shift[1])))


def _light(dice: np.random.Generator) -> Light:
    side = float(dice.uniform(-0.8, 0.8))
    key = (side, float(dice.uniform(0.55, 0.95)), float(dice.uniform(0.2, 0.7)))
    return Light(
        key,
        float(dice.uniform(0.55, 1.0)),
        float(dice.uniform(0.38, 0.6)),
        window=float(dice.uniform(0.2, 1.0)),
    )


def _lens(dice: np.random.Generator, strength: float) -> Lens:
    exposure = float(dice.normal(0.0, 0.16)) * strength
    warm, tint = dice.normal(0, (0.075, 0.02)) * strength
    gains = np.exp(exposure + np.array([warm, tint, -warm]))
    return Lens(
        blur=float(dice.gamma(1.6, 0.32)) * strength,
        shake=float(dice.exponential(1.5)) * strength * (dice.random() < 0.4),
        noise=float(dice.gamma(2.0, 1.6)) * strength,
        gains=(float(gains[0]), float(gains[1]), float(gains[2])),
        contrast=1 + float(dice.normal(0, 0.08)) * strength,
        quality=int(np.clip(dice.normal(88 - 28 * strength, 10), 18, 96)),
        cover=float(dice.uniform(0.06, 0.2)) * strength if dice.random() < 0.3 else 0.0,
    )


def _clutter(dice: np.random.Generator, yaw: float, where: Place, strength: float) -> list[Solid]:
    """Things about the product, mostly behind it; one in four photos has one that reaches in front."""
    things = []
    for i in range(int(dice.poisson(1.3 * min(strength, 1.5)))):
        behind = i > 0 or dice.random() < 0.75
        angle = np.radians(dice.uniform(-80, 80) + (180 if behind else 0))
        away = dice.uniform(1.25, 1.8) if behind else 1.5
        spot = rotation(y=-yaw) @ np.array([away * np.sin(angle), 0, away * np.cos(angle)], np.float32)
        size = float(dice.uniform(0.3, 0.65) if behind else dice.uniform(0.2, 0.34))
        number = int(dice.integers(SHELF))
        things.append(moved(thing(number), float(spot[0]), float(spot[2]), size, float(dice.uniform(0, 360))))
    return things[:3]


def expose(picture: Pixels, lens: Lens, dice: np.random.Generator) -> Pixels:
    """What the lens, the sensor and the file format make of a scene; uint8 (H, W, 3) in and out."""
    height, width = picture.shape[:2]
    if lens.cover > 0:
        picture = _obstruct(picture, lens.cover, dice)
    seen = _blurred(picture, lens, max(height, width), dice)
    x, y = dice.integers(256, size=2)
    grain = _grain(max(height, width))[y : y + height, x : x + width] * np.float32(lens.noise)
    middle = np.array(cv2.mean(seen)[:3], np.float32).mean()
    taken = np.empty_like(seen)
    _develop(seen, np.array(lens.gains, np.float32), np.float32(lens.contrast), middle, grain, taken)
    return _jpeg(taken, lens.quality)


@numba.njit(cache=True, fastmath=True)
def _develop(
    seen: Pixels, gains: Floats, contrast: Scalar, middle: Scalar, grain: Floats, out: Pixels
) -> None:
    """Gains, contrast about `middle`, darker corners and grain (H, W), from uint8 (H, W, 3) to `out` of the
    same kind.
    """
    height, width = seen.shape[0], seen.shape[1]
    half, least, most = np.float32(0.5), np.float32(0.0), np.float32(255.0)
    for y in range(height):
        v = np.float32(2 * y) / np.float32(height) - np.float32(1)
        for x in range(width):
            u = np.float32(2 * x) / np.float32(width) - np.float32(1)
            corner = np.float32(1.02) - np.float32(0.1) * (u * u + v * v)
            for c in range(3):
                rough = np.float32(1.1) if c == 0 else (np.float32(0.85) if c == 1 else np.float32(1.25))
                value = (seen[y, x, c] - middle) * contrast + middle
                value = value * gains[c] * corner + grain[y, x] * rough + half
                out[y, x, c] = np.uint8(min(max(value, least), most))


@lru_cache(maxsize=4)
def _grain(size: int) -> Floats:
    """A sheet of noise (size + 256, size + 256), mean 0, spread 1, from which every photo cuts its own."""
    return stream(0, "grain").standard_normal((size + 256, size + 256), np.float32)


def _blurred(picture: Pixels, lens: Lens, size: int, dice: np.random.Generator) -> Pixels:
    unit = size / 128
    if lens.shake * unit > 1:
        length = int(lens.shake * unit) * 2 + 1
        kernel = np.zeros((length, length), np.float32)
        reach = length / 2 * np.array([np.cos(a := dice.uniform(0, np.pi)), np.sin(a)])
        middle = length // 2
        ends = [(int(middle + s * reach[0]), int(middle + s * reach[1])) for s in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0)
        picture = np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)
    if lens.blur * unit > 0.25:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), lens.blur * unit), np.uint8)
    return picture


def _obstruct(picture: Pixels, cover: float, dice: np.random.Generator) -> Pixels:
    """A dark strap or a thumb, out of focus, from one edge."""
    size = picture.shape[0]
    mask = np.zeros((size, size), np.uint8)
    edge, at = int(dice.integers(4)), float(dice.uniform(0.1, 0.9)) * size
    deep, wide = cover * size, float(dice.uniform(0.1, 0.3)) * size
    centre = [(at, 0.0), (at, float(size)), (0.0, at), (float(size), at)][edge]
    axes = (wide, deep) if edge < 2 else (deep, wide)
    cv2.ellipse(mask, (centre, (2 * axes[0], 2 * axes[1]), float(dice.uniform(-12, 12))), 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), size * 0.018).astype(np.float32)[:, :, None] / 255
    colour = np.array([(38, 36, 40), (120, 96, 78), (70, 76, 84)][int(dice.integers(3))], np.float32)
    return (picture * (1 - soft) + colour * soft).astype(np.uint8)


def _jpeg(picture: Pixels, quality: int) -> Pixels:
    """There and back. OpenCV takes the channels for BGR; both ways alike, so they are not turned round."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    back = cv2.imdecode(data, cv2.IMREAD_COLOR) if done else None
    if back is None:
        raise RuntimeError("OpenCV could not encode a picture of its own")
    return np.asarray(back, np.uint8)
