"""Seller views: the product alone, well lit, before a paper sweep.

View 0 is the catalogue's main picture; the others turn, zoom, relight or change the ground, as sellers do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from saccade.bazaar.arrays import Floats, Pixels
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.palette import Rgb, mixed
from saccade.bazaar.products import Product, solid
from saccade.bazaar.random import stream
from saccade.bazaar.render import Pose, Shot, draw, frame
from saccade.bazaar.shade import Light, compose

GROUNDS: tuple[Rgb, ...] = (
    (0.93, 0.90, 0.86),
    (0.86, 0.89, 0.91),
    (0.93, 0.87, 0.85),
    (0.86, 0.90, 0.85),
    (0.95, 0.91, 0.80),
    (0.82, 0.82, 0.84),
    (0.88, 0.85, 0.92),
)


@dataclass(frozen=True)
class Setting:
    """How one seller picture is taken. ground: colour of the paper; kind: `hero`, `turned`, `close` or
    `mood`.
    """

    kind: str
    pose: Pose
    light: Light
    ground: Rgb
    mirrored: bool


def setting(seed: int, item: Product, view: int) -> Setting:
    """The choices for picture `view` of a product."""
    dice = stream(seed, "view", item.index, view)
    category = CATEGORIES[item.category]
    kind = "hero" if view == 0 else ("turned", "close", "mood")[(view - 1) % 3]
    yaw = float(dice.uniform(*category.yaw))
    if kind == "hero":
        yaw = float(category.yaw[0] * 0.55 + dice.normal(0, 4))
    pitch = float(dice.uniform(*category.pitch))
    fill, shift = float(dice.uniform(0.74, 0.84)), (0.0, -0.01)
    if kind == "close":
        fill, shift = (
            float(dice.uniform(1.35, 1.7)),
            (float(dice.uniform(-0.25, 0.25)), float(dice.uniform(-0.3, 0.2))),
        )
    elif kind == "mood":
        fill = float(dice.uniform(0.58, 0.72))
    side = -1.0 if kind != "hero" and dice.random() < 0.35 else 1.0
    light = Light(
        key=(-0.45 * side + float(dice.normal(0, 0.06)), float(dice.uniform(0.6, 0.85)), 0.55),
        strength=float(dice.uniform(0.76, 0.88)) if kind != "mood" else float(dice.uniform(0.8, 1.0)),
        ambient=float(dice.uniform(0.58, 0.66)) if kind != "mood" else float(dice.uniform(0.42, 0.55)),
        tint=(1.0, 1.0, 1.0) if kind != "mood" else (1.04, 1.0, 0.94),
    )
    ground = (0.975, 0.973, 0.968)
    if kind == "mood" or (kind == "turned" and dice.random() < 0.5):
        ground = GROUNDS[int(dice.integers(len(GROUNDS)))]
    return Setting(
        kind,
        Pose(yaw, pitch, 0.0, 6.5, fill, shift),
        light,
        ground,
        kind == "turned" and dice.random() < 0.15,
    )


def picture(seed: int, item: Product, view: int, size: int) -> Pixels:
    """Seller picture `view` (0 or more) of a product: uint8 (size, size, 3)."""
    chosen = setting(seed, item, view)
    body = solid(item)
    camera = frame(body, chosen.pose, size)
    shot = draw(body, camera, chosen.light, size)
    rgb = lay(paper(chosen.ground, size, size), shot, 0.5)
    return np.ascontiguousarray(rgb[:, ::-1]) if chosen.mirrored else rgb


def lay(ground: Floats, shot: Shot, depth: float) -> Pixels:
    """A drawn product over a ground (H, W, 3) float32 0..1, with its shadow `depth` dark (0..1)."""
    out = np.empty(ground.shape, np.uint8)
    compose(ground, shot.rgba, shot.shadow, np.float32(depth), out)
    return out


@lru_cache(maxsize=64)
def paper(colour: Rgb, height: int, width: int) -> Floats:
    """A paper sweep: lighter in the middle, a soft horizon, darker corners; float32 (H, W, 3)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y / height, x / width
    glow = np.exp(-(((x - 0.46) / 0.55) ** 2 + ((y - 0.42) / 0.5) ** 2))
    fall = 0.93 + 0.085 * glow - 0.025 * np.clip((y - 0.62) * 4, 0, 1)
    bright = np.array(mixed(colour, (1, 1, 1), 0.1), np.float32)
    return np.clip(bright * fall[:, :, None].astype(np.float32), 0, 1).astype(np.float32)
