"""Heads: an egg with a nose, ears, eyes, brows and a mouth, and hair in seven cuts; centimetres, facing z.

Decided: a friendly mannequin, not a portrait: few shapes, the same face for everybody, so that nothing but
tone, hair and build tells people apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from saccade.bazaar.mesh import Patch, curve, lathe, skin, tube

CUTS: tuple[str, ...] = ("short", "bob", "long", "bun", "tail", "curls", "shaved")

EYES = 1.2
"""Height of the eyes over the middle of the head."""

_WIDE, _HIGH, _DEEP = 7.5, 11.2, 9.3

ENLARGED = 1.1
"""Heads are a little larger than life: friendlier, and faces are seen in small pictures."""

Piece = tuple[str, Patch]
"""A patch and what it is of: skin, hair, brow, lips, white, pupil, trousers, shoe, …"""


def ball(x: float, y: float, z: float, rx: float, ry: float, rz: float, count: int = 9) -> Patch:
    """An ellipsoid about (x, y, z)."""
    turn = np.linspace(-np.pi / 2, np.pi / 2, count)
    round_ = lathe(np.column_stack([np.cos(turn), np.sin(turn)]), 2 * count)
    return round_.scaled(rx, ry, rz).moved(x, y, z)


def _surface(lat: NDArray[np.float64], lon: NDArray[np.float64], out: NDArray[np.float64]) -> Patch:
    """The head's egg (R, C), its radius times `out` (R, C); lon 0 is the face."""
    high, flat = np.sin(lat)[:, None], np.cos(lat)[:, None]
    jaw = 1 - 0.2 * np.clip(-high, 0, 1) ** 1.5
    wide = flat**0.9 * jaw
    x = _WIDE * wide * np.sin(lon) * out
    back = np.where(np.cos(lon) < 0, 1.0 + 0.0 * lon, 0.94)
    z = _DEEP * wide * np.cos(lon) * back * out + 1.2 * np.clip(-high, 0, 1) * (np.cos(lon) > -0.3)
    return skin(np.stack([x, _HIGH * high * out, z - 0.4], axis=2))


def _grid(rows: int, columns: int, low: float = -90.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lat = np.radians(np.linspace(low, 90, rows))
    return lat, np.radians(np.linspace(-180, 180, columns))


def head(cut: str) -> tuple[Piece, ...]:
    """The head of a cut about (0, 0, 0), its middle."""
    lat, lon = _grid(17, 25)
    pieces = [("skin", _surface(lat, lon, np.ones((17, 25))))]
    pieces += _face()
    pieces += [("skin", ball(side * 7.3, 0.0, -0.8, 1.0, 2.6, 1.7, 7)) for side in (-1.0, 1.0)]
    return (*pieces, *_hair(cut))


def _face() -> list[Piece]:
    pieces: list[Piece] = []
    for side in (-1.0, 1.0):
        pieces.append(("white", ball(side * 3.1, EYES, 7.05, 1.35, 0.95, 0.6, 7)))
        pieces.append(("pupil", ball(side * 3.05, EYES, 7.4, 0.72, 0.86, 0.42, 7)))
        brow = curve(
            [(side * 1.5, EYES + 2.0, 8.15), (side * 3.2, EYES + 2.6, 7.6), (side * 4.9, EYES + 2.0, 6.3)], 8
        )
        pieces.append(("brow", tube(brow, [0.2, 0.3, 0.34, 0.36, 0.34, 0.3, 0.26, 0.16], 6)))
    nose = curve([(0, EYES + 0.6, 8.2), (0, -0.6, 8.9), (0, -2.0, 9.6), (0, -2.6, 8.6)], 9)
    pieces.append(("skin", tube(nose, [0.4, 0.55, 0.6, 0.7, 0.85, 1.0, 1.05, 0.9, 0.4], 9)))
    smile = curve(
        [(-2.3, -4.75, 7.2), (-1.1, -5.3, 8.1), (0, -5.45, 8.35), (1.1, -5.3, 8.1), (2.3, -4.75, 7.2)], 11
    )
    pieces.append(("lips", tube(smile, np.interp(np.linspace(-1, 1, 11), [-1, 0, 1], [0.2, 0.5, 0.2]), 7)))
    return pieces


def _hair(cut: str) -> list[Piece]:
    if cut == "shaved":
        return [("stubble", _cap(0.98, 1.035, 34))]
    if cut == "curls":
        return [("hair", _curls())]
    pieces: list[Piece] = [("hair", _cap(0.9, 1.13, 38 if cut == "short" else 44))]
    if cut == "bob":
        pieces.append(("hair", _fall(-11.0, 9.6, 10.6, 62)))
    elif cut == "long":
        pieces.append(("hair", _fall(-30.0, 9.4, 10.8, 66)))
    elif cut == "bun":
        pieces.append(("hair", ball(0, 9.6, -7.5, 4.3, 4.0, 4.3)))
    elif cut == "tail":
        path = curve([(0, 5.5, -9.5), (0, 5.0, -14), (0, -3, -15.5), (0, -14, -14)], 12)
        pieces.append(("hair", tube(path, [1.4, 1.7, 2.3, 2.7, 2.9, 2.9, 2.8, 2.6, 2.3, 1.9, 1.4, 0.7], 10)))
    return pieces


def _hairline(lon: NDArray[np.float64], front: float) -> NDArray[np.float64]:
    """Lowest latitude of hair, degrees: high over the face, down to the ears and the nape."""
    away = np.abs(np.degrees(lon))
    return np.interp(away, [0, 35, 62, 82, 96, 125, 180], [front, front - 2, 26, 2, -12, -34, -40])


def _cap(under: float, over: float, front: float) -> Patch:
    """Hair close to the head: under the skin below its line, over it above."""
    lat, lon = _grid(20, 33, -60.0)
    above = np.degrees(lat)[:, None] - _hairline(lon, front)[None, :]
    grown = np.clip(above / 11 + 0.5, 0, 1)
    parting = 0.02 * np.cos(3 * lon + 0.6)[None, :] * np.cos(lat)[:, None]
    return _surface(lat, np.broadcast_to(lon, (20, 33)), under + (over + parting - under) * grown)


def _curls() -> Patch:
    lat, lon = _grid(26, 45, -62.0)
    above = np.degrees(lat)[:, None] - _hairline(lon, 40)[None, :]
    grown = np.clip(above / 9 + 0.5, 0, 1)
    bumps = 0.045 * np.sin(9 * lat)[:, None] * np.sin(13 * lon)[None, :] + 0.03 * np.sin(
        17 * lat[:, None] + 11 * lon[None, :]
    )
    return _surface(lat, np.broadcast_to(lon, (26, 45)), 0.88 + (0.52 + bumps) * grown)


def _fall(low: float, wide: float, deep: float, opening: float) -> Patch:
    """Hair that hangs about the head down to `low`, open in front between ±`opening` degrees."""
    y = np.linspace(3.0, low, 14)
    lon = np.radians(np.linspace(opening, 360 - opening, 34))
    below = np.clip((y + 8) / (low + 7.9), 0, 1)[:, None]
    swell = 1 + 0.05 * np.sin(np.linspace(0, np.pi, 14))[:, None] + 0.025 * np.cos(9 * lon)[None, :]
    tuck = np.interp(y, [-8, -5, 3], [0.98, 1.0, 0.9])[:, None]
    x = wide * np.sin(lon) * swell * tuck * (1 + 0.12 * below)
    z = np.cos(lon) * deep * swell * tuck * (1 - 0.1 * below) - 0.8 - 2.5 * below
    return skin(np.stack([x, np.broadcast_to(y[:, None], x.shape), z], axis=2))
