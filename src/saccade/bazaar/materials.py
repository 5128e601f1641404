"""What products are made of, and how light meets it.

A material is a handful of numbers for the shading kernel and a texture tile (grain of leather, knit of wool,
…). Tiles are drawn once a process by fixed formulas; they do not depend on any seed.

Decided: one small shading model with a few dials (diffuse, highlight, mirrored studio, velvet rim, grain,
bump) for all materials, tuned by eye. It is our own choice and no physical claim.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from saccade.bazaar.arrays import Doubles, Floats, Ints
from saccade.bazaar.palette import Rgb
from saccade.bazaar.patterns import PATTERNS

TILE = 128
"""Side of a texture tile in texels."""


@dataclass(frozen=True)
class Material:
    """How a surface answers light.

    shine: strength of highlights (0..1); gloss: how tight they are (exponent is 2 ** gloss); mirror: share of
    the studio that it mirrors (0..1); metal: 1 tints reflections; sheen: light at grazing angles (velvet);
    texture, period (size of the tile in units of a product two units long), bump (how rough the tile feels),
    grain (how much it darkens).
    """

    shine: float = 0.1
    gloss: float = 3.0
    mirror: float = 0.0
    metal: float = 0.0
    sheen: float = 0.0
    texture: str = "smooth"
    period: float = 0.6
    bump: float = 0.0
    grain: float = 0.0
    opacity: float = 1.0


MATERIALS: dict[str, Material] = {
    "leather": Material(0.34, 3.6, 0.06, texture="pebble", period=0.5, bump=0.22, grain=0.07),
    "suede": Material(0.03, 2.0, sheen=0.35, texture="cloud", period=1.1, bump=0.08, grain=0.12),
    "canvas": Material(0.05, 2.0, sheen=0.05, texture="weave", period=0.36, bump=0.4, grain=0.16),
    "cotton": Material(0.04, 2.0, sheen=0.08, texture="crumple", period=1.3, bump=0.3, grain=0.05),
    "linen": Material(0.04, 2.0, sheen=0.08, texture="slub", period=0.6, bump=0.35, grain=0.2),
    "wool": Material(0.02, 2.0, sheen=0.28, texture="knit", period=0.75, bump=0.9, grain=0.3),
    "velvet": Material(0.04, 2.0, sheen=0.75, texture="cloud", period=0.9, bump=0.12, grain=0.14),
    "silk": Material(0.5, 3.2, 0.1, sheen=0.15, texture="crumple", period=1.4, bump=0.35, grain=0.02),
    "wood": Material(0.2, 4.0, 0.05, texture="wood", period=1.1, bump=0.12, grain=0.45),
    "rattan": Material(0.16, 3.0, texture="basket", period=0.42, bump=1.0, grain=0.45),
    "ceramic": Material(0.6, 6.0, 0.2, texture="cloud", period=1.6, bump=0.03, grain=0.05),
    "stoneware": Material(0.22, 3.5, 0.05, texture="speckle", period=0.8, bump=0.12, grain=0.4),
    "glass": Material(0.9, 7.0, 0.5, opacity=0.42),
    "metal": Material(0.7, 5.0, 0.75, metal=1.0, texture="brushed", period=1.0, bump=0.06, grain=0.06),
    "plastic": Material(0.55, 5.2, 0.14),
    "rubber": Material(0.1, 2.6, texture="cloud", period=0.4, bump=0.06, grain=0.05),
    "paper": Material(0.03, 2.0, texture="slub", period=0.8, bump=0.1, grain=0.06),
}


@dataclass(frozen=True)
class Surface:
    """A material with its colours and its pattern.

    period: size of a pattern's repeat in units of a product two units long; angle in degrees; glow: light of
    its own (lamp shades), 0..1.
    """

    colour: Rgb
    material: Material
    pattern: str = "plain"
    second: Rgb = (1.0, 1.0, 1.0)
    third: Rgb = (1.0, 1.0, 1.0)
    period: float = 0.3
    angle: float = 0.0
    phase: tuple[float, float] = (0.0, 0.0)
    glow: float = 0.0

    def plain(self) -> Surface:
        """The same without its pattern."""
        return replace(self, pattern="plain")

    def row(self) -> list[float]:
        """The 26 numbers that the shading kernel reads (see `shade.COLUMNS`); colours squared: its light is
        linear.
        """
        m, turn = self.material, np.radians(self.angle)
        colours = [c * c for rgb in (self.colour, self.second, self.third) for c in rgb]
        print_ = [
            PATTERNS.index(self.pattern),
            self.period,
            float(np.cos(turn)),
            float(np.sin(turn)),
            *self.phase,
        ]
        tile = [TEXTURES.index(m.texture), m.period, m.bump, m.grain]
        return [*colours, *print_, *tile, m.shine, m.gloss, m.metal, m.sheen, m.opacity, self.glow, m.mirror]


def _noise(seed: int, roughness: float, stretch: tuple[float, float] = (1, 1), low: float = 2) -> Doubles:
    """Tiling noise (TILE, TILE), mean 0, spread 1: white noise shaped by a power law in frequency."""
    fy, fx = np.meshgrid(np.fft.fftfreq(TILE, 1 / TILE), np.fft.fftfreq(TILE, 1 / TILE), indexing="ij")
    frequency = np.hypot(fx * stretch[0], fy * stretch[1])
    power = np.where(frequency >= low, np.maximum(frequency, 1.0) ** -roughness, 0.0)
    white = np.random.Generator(np.random.Philox(seed)).standard_normal((TILE, TILE))
    field = np.fft.ifft2(np.fft.fft2(white) * power).real
    return (field - field.mean()) / field.std()


def _heights(name: str) -> Doubles:
    """Height of a texture (TILE, TILE), about -1..1, tiling."""
    y, x = np.mgrid[0:TILE, 0:TILE] / TILE * 2 * np.pi
    if name == "pebble":
        return np.clip(np.abs(_noise(1, 1.0, low=9)) * 1.1 - 0.6, -1, 1)
    if name == "cloud":
        return np.clip(_noise(2, 1.6, low=3) * 0.4, -1, 1)
    if name == "weave":
        return 0.5 * np.sign(np.sin(16 * x) * np.sin(16 * y)) * np.abs(np.sin(16 * x)) + 0.25 * _noise(
            3, 0.8, low=8
        )
    if name == "crumple":
        return np.clip(0.5 * _noise(4, 2.2, low=1), -1.2, 1.2)
    if name == "slub":
        return 0.32 * _noise(5, 1.0, (0.18, 1.6), 3) + 0.32 * _noise(6, 1.0, (1.6, 0.18), 3)
    if name == "knit":
        return (
            np.abs(np.sin(7 * x)) * 1.2
            - 0.7
            + 0.5 * np.sin(14 * y + 1.6 * np.cos(14 * x))
            + 0.1 * _noise(7, 1)
        )
    if name == "wood":
        warp = 1.4 * _noise(8, 2.4, (2.0, 0.5), 1)
        return 0.55 * np.sin(8 * x + 2.2 * warp) + 0.3 * _noise(9, 0.9, (0.35, 3.0), 4)
    if name == "basket":
        over = np.sign(np.sin(6 * x) * np.sin(6 * y))
        return np.where(over > 0, np.abs(np.sin(12 * y)), np.abs(np.sin(12 * x))) * 1.3 - 0.8
    if name == "speckle":
        return 0.15 * _noise(10, 0.8) - 1.6 * (_noise(11, 0.4, low=6) > 2.1)
    if name == "brushed":
        return 0.4 * _noise(12, 0.6, (0.06, 2.0), 3)
    return np.zeros((TILE, TILE))


TEXTURES: tuple[str, ...] = (
    "smooth",
    "pebble",
    "cloud",
    "weave",
    "crumple",
    "slub",
    "knit",
    "wood",
    "basket",
    "speckle",
    "brushed",
)


LEVELS = 5
"""How many sharpness levels a tile has; each is half as sharp as the one before."""


@lru_cache(maxsize=1)
def tiles() -> Floats:
    """All textures (LEVELS, T, TILE, TILE, 3) float32: height, and its slope across and down.

    A blurred level keeps the full number of texels: one index rule for all, at the price of a few megabytes.
    """
    heights = np.stack([_heights(name) for name in TEXTURES])
    levels = []
    for level in range(LEVELS):
        side = TILE >> level
        means = heights.reshape(len(TEXTURES), side, 1 << level, side, 1 << level).mean(axis=(2, 4))
        across = np.roll(means, -1, 2) - np.roll(means, 1, 2)
        down = np.roll(means, -1, 1) - np.roll(means, 1, 1)
        small = np.stack([means, across, down], axis=3)
        levels.append(small.repeat(1 << level, axis=1).repeat(1 << level, axis=2))
    return np.ascontiguousarray(np.stack(levels), np.float32)


def levels(surfaces: Floats, pixel: float) -> Ints:
    """The sharpness level (P,) at which each surface's texels are about as large as a pixel (in product
    units).
    """
    texel = surfaces[:, 16] / TILE
    return np.clip(np.ceil(np.log2(np.maximum(pixel / texel, 1.0)) - 0.3), 0, LEVELS - 1).astype(np.int32)
