"""Light on what the camera sees: one compiled pass over the visible pixels.

Decided: a studio of three lights (a key light, a bright ceiling over a darker floor, a window that shiny
things mirror), diffuse light that wraps a little, highlights, a Fresnel edge, bump from texture tiles, darker
creases from depth. Colours are squared while light is added up, and rooted at the end: cheap and close to a
display's curve.

Compiled code is kept on disk and keyed by this file alone: after a change to `patterns` or `raster`, touch
this one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from saccade.bazaar.arrays import Floats, Ints, Pixels, Scalar
from saccade.bazaar.patterns import weights
from saccade.bazaar.raster import place_in

COLUMNS: tuple[str, ...] = (
    "red",
    "green",
    "blue",
    "red2",
    "green2",
    "blue2",
    "red3",
    "green3",
    "blue3",
    "pattern",
    "period",
    "cos",
    "sin",
    "phase_u",
    "phase_v",
    "tile",
    "tile_period",
    "bump",
    "grain",
    "shine",
    "gloss",
    "metal",
    "sheen",
    "opacity",
    "glow",
    "mirror",
)
"""What a surface row holds."""


@dataclass(frozen=True)
class Light:
    """A studio. `key` points from the product to the key light in view space; strengths are about 0..1.5."""

    key: tuple[float, float, float] = (-0.45, 0.72, 0.55)
    strength: float = 0.82
    ambient: float = 0.62
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    window: float = 1.0

    def row(self, up: Floats) -> Floats:
        """12 numbers for the kernel; `up` (3,) is the world's up as the camera sees it."""
        key = np.array(self.key) / np.linalg.norm(self.key)
        return np.array([*key, self.strength, self.ambient, *up, *self.tint, self.window], np.float32)


@numba.njit(cache=True, inline="always", fastmath=True)
def _display(value: Scalar) -> Scalar:
    """As shown: a root, and a soft shoulder instead of a hard clip, so that highlights do not turn flat."""
    shown = math.sqrt(max(value, np.float32(0.0)))
    if shown > np.float32(0.8):
        over = (shown - np.float32(0.8)) * np.float32(5.0)
        shown = np.float32(0.8) + np.float32(0.2) * over / (np.float32(0.6) + over)
    return shown


@numba.njit(cache=True, fastmath=True, inline="always")
def _sample(
    m: int,
    px: Scalar,
    py: Scalar,
    dark: Scalar,
    screen: Floats,
    faces: Ints,
    part: Ints,
    normals: Floats,
    cloth: Floats,
    surfaces: Floats,
    levels: Ints,
    tiles: Floats,
    light: Floats,
    soft: Scalar,
) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """Premultiplied colour and alpha of triangle `m` at sample (px, py) of the large picture."""
    side = tiles.shape[2]
    lx, ly, lz, key, ambient = light[0], light[1], light[2], light[3], light[4]
    ux, uy, uz, window = light[5], light[6], light[7], light[11]
    one, two, zero = np.float32(1.0), np.float32(2.0), np.float32(0.0)
    i, j, k = faces[m, 0], faces[m, 1], faces[m, 2]
    a, b = place_in(screen, i, j, k, px, py)
    c = one - a - b
    nx = a * normals[i, 0] + b * normals[j, 0] + c * normals[k, 0]
    ny = a * normals[i, 1] + b * normals[j, 1] + c * normals[k, 1]
    nz = a * normals[i, 2] + b * normals[j, 2] + c * normals[k, 2]
    u = a * cloth[i, 0] + b * cloth[j, 0] + c * cloth[k, 0]
    v = a * cloth[i, 1] + b * cloth[j, 1] + c * cloth[k, 1]
    s = surfaces[part[m]]
    inside = nz < np.float32(-0.1)
    if nz < 0:
        nx, ny, nz = -nx, -ny, -nz
    ti = int(s[15])
    height = zero
    level = levels[part[m]]
    if ti > 0:
        texels = np.float32(side) / s[16]
        tu, tv = math.floor(u * texels) & (side - 1), math.floor(v * texels) & (side - 1)
        height = tiles[level, ti, tv, tu, 0]
        nx -= s[17] * tiles[level, ti, tv, tu, 1]
        ny += s[17] * tiles[level, ti, tv, tu, 2]
    length = one / math.sqrt(nx * nx + ny * ny + nz * nz + np.float32(1e-9))
    nx, ny, nz = nx * length, ny * length, nz * length

    red, green, blue = s[0], s[1], s[2]
    kind = int(s[9])
    if kind > 0:
        pu = (u * s[11] + v * s[12]) / s[10] + s[13]
        pv = (v * s[11] - u * s[12]) / s[10] + s[14]
        w2, w3 = weights(kind, pu, pv, soft / s[10])
        w1 = 1 - w2 - w3
        red = red * w1 + s[3] * w2 + s[6] * w3
        green = green * w1 + s[4] * w2 + s[7] * w3
        blue = blue * w1 + s[5] * w2 + s[8] * w3
    grain = one + s[18] * height
    red, green, blue = red * grain, green * grain, blue * grain

    dark = one - np.float32(0.75) * dark
    if inside:
        dark *= np.float32(0.5)
    facing = nx * lx + ny * ly + nz * lz
    lit = max(zero, (facing + np.float32(0.25)) * np.float32(0.8))
    rise = nx * ux + ny * uy + nz * uz
    sky = np.float32(0.5) + np.float32(0.5) * rise
    soft_light = ambient * (np.float32(0.42) + np.float32(0.58) * sky) * dark
    total = key * lit * (np.float32(0.4) + np.float32(0.6) * dark) + soft_light
    edge = one - nz
    rim = edge * edge * edge
    total += s[22] * rim * np.float32(0.6)
    total += s[24]

    rx, ry, rz = two * nz * nx, two * nz * ny, two * nz * nz - one
    spot = max(zero, rx * lx + ry * ly + rz * lz)
    gloss = spot
    for _ in range(int(s[20])):
        gloss *= gloss
    gloss *= s[19] * key
    up = rx * ux + ry * uy + rz * uz
    room = np.float32(0.54) + np.float32(0.42) * min(max(up * np.float32(1.6), np.float32(-0.6)), one)
    if up > np.float32(-0.25) and up < np.float32(0.05):
        room *= np.float32(0.55)
    pane = max(zero, one - abs(rx + np.float32(0.68)) * np.float32(6)) * window
    if up < np.float32(-0.2) or up > np.float32(0.75):
        pane = zero
    room += pane
    fresnel = s[25] + (one - s[25]) * rim * edge * edge * min(s[19] + s[25], one)
    mirrored = room * fresnel * dark
    metal = s[21]
    keep = one - metal * np.float32(0.72) - (one - metal) * fresnel * np.float32(0.6)
    tr, tg, tb = (
        one - metal + metal * red * two,
        one - metal + metal * green * two,
        one - metal + metal * blue * two,
    )
    red = red * total * keep * light[8] + (mirrored + gloss) * tr
    green = green * total * keep * light[9] + (mirrored + gloss) * tg
    blue = blue * total * keep * light[10] + (mirrored + gloss) * tb
    alpha = s[23]
    if alpha < one:
        alpha = min(one, alpha + rim * np.float32(0.75) + gloss + pane * fresnel)
    return _display(red) * alpha, _display(green) * alpha, _display(blue) * alpha, alpha


@numba.njit(cache=True, fastmath=True)
def shade(
    triangle: Ints,
    crease: Floats,
    screen: Floats,
    faces: Ints,
    part: Ints,
    normals: Floats,
    cloth: Floats,
    surfaces: Floats,
    levels: Ints,
    tiles: Floats,
    light: Floats,
    soft: Scalar,
    out: Floats,
) -> None:
    """Write premultiplied colour and alpha (H, W, 4) float32, 0..1 as displayed, into `out` (starts at 0).

    `triangle` is twice as large as `out`, `screen` (N, 3) is in its pixels. A pixel whose four samples lie on
    one part is shaded once; only the edges of parts need all four. `normals` (N, 3) are in view space;
    `crease` (H, W) is 0..1; `levels` (P,) int32 is the sharpness level of each part's tile; `soft` is the
    width of a pixel in product units.
    """
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            m, n = triangle[2 * y, 2 * x], triangle[2 * y, 2 * x + 1]
            o, p = triangle[2 * y + 1, 2 * x], triangle[2 * y + 1, 2 * x + 1]
            if max(m, n, o, p) < 0:
                continue
            whole = min(m, n, o, p) >= 0 and part[m] == part[n] == part[o] == part[p]
            weight = np.float32(1.0) if whole else np.float32(0.25)
            for corner in range(3 if whole else 0, 4):
                i, j = 2 * x + (corner & 1), 2 * y + (corner >> 1)
                m = triangle[j, i]
                if m < 0:
                    continue
                px, py = np.float32(i + 0.5), np.float32(j + 0.5)
                red, green, blue, alpha = _sample(
                    m,
                    px,
                    py,
                    crease[y, x],
                    screen,
                    faces,
                    part,
                    normals,
                    cloth,
                    surfaces,
                    levels,
                    tiles,
                    light,
                    soft,
                )
                out[y, x, 0] += red * weight
                out[y, x, 1] += green * weight
                out[y, x, 2] += blue * weight
                out[y, x, 3] += alpha * weight


@numba.njit(cache=True, fastmath=True)
def compose(ground: Floats, rgba: Floats, shadow: Pixels, depth: Scalar, out: Pixels) -> None:
    """Lay premultiplied `rgba` and a shadow, `depth` dark, over `ground` (H, W, 3) into `out`."""
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            clear = (np.float32(1.0) - rgba[y, x, 3]) * (
                np.float32(1.0) - depth * shadow[y, x] / np.float32(255.0)
            )
            for c in range(3):
                value = (ground[y, x, c] * clear + rgba[y, x, c]) * np.float32(255.0) + np.float32(0.5)
                out[y, x, c] = np.uint8(min(max(value, np.float32(0.0)), np.float32(255.0)))
