"""Dresses and T-shirts on an invisible mannequin: elliptic sections hung from shoulders, with folds."""

from __future__ import annotations

import numpy as np

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.mesh import Patch, curve, skin, tube
from saccade.bazaar.solid import Part

DRESS: Ranges = {
    "length": (1.5, 2.5),
    "hem": (0.42, 1.05),
    "waist": (0.27, 0.36),
    "bust": (0.36, 0.43),
    "shoulder": (0.34, 0.46),
    "neck": (0.1, 0.34),
    "sleeve": (-0.4, 0.9),
    "folds": (4.0, 11.0),
    "depth": (0.02, 0.11),
    "belt": (-1.0, 1.0),
    "puff": (0.1, 0.2),
}

SHIRT: Ranges = {
    "length": (0.95, 1.35),
    "hem": (0.44, 0.6),
    "bust": (0.44, 0.56),
    "shoulder": (0.46, 0.58),
    "neck": (0.08, 0.26),
    "sleeve": (0.32, 1.0),
    "cuff": (0.13, 0.22),
    "folds": (3.0, 7.0),
    "pocket": (-1.0, 0.6),
    "collar": (-1.0, 1.0),
    "print": (-1.0, 0.8),
}


def _body(
    y: np.ndarray, width: np.ndarray, folds: float, ripple: np.ndarray, neck: float, shoulder: float
) -> Patch:
    """Sections from the hem up to the shoulders; the top row dips at the neck, more in front than behind."""
    t = np.linspace(-np.pi, np.pi, 57)  # 0 faces the viewer
    wave = 1 + ripple[:, None] * np.cos(round(folds) * t + 0.7 * np.sin(t))
    x = width[:, None] * np.sin(t) * wave
    z = width[:, None] * 0.46 * np.cos(t) * wave
    across = np.abs(np.sin(t)) * width[-1]
    opening = np.clip(1 - (across / (shoulder * 0.52)) ** 2, 0, 1)
    dip = opening * np.where(np.cos(t) > 0, neck, 0.05) + 0.3 * np.clip(across - shoulder * 0.5, 0, None)
    height = (y[:, None] - y[0]) / (y[-1] - y[0])
    near = np.clip((height - 0.72) / 0.28, 0, 1) ** 1.6
    points = np.stack([x, y[:, None] - dip[None, :] * near, z], axis=2)
    patch = skin(points)
    patch.cloth[:, :, 0] = points[:, :, 0]  # printed flat, as cloth is cut
    patch.cloth[:, :, 1] = points[:, :, 1]
    return patch


def _sleeves(shoulder: float, top: float, length: float, wide: float, cuff: float, look: Look) -> list[Part]:
    parts = []
    for side in (-1.0, 1.0):
        path = curve(
            [
                (side * (shoulder - 0.2), top - wide - 0.06, 0),
                (side * (shoulder + 0.03), top - wide - 0.12, 0),
                (side * (shoulder + 0.08 + 0.3 * length), top - wide - 0.16 - 0.6 * length, 0.03),
            ],
            14,
        )
        radius = np.interp(np.linspace(0, 1, 14), [0, 0.3, 1], [wide * 0.8, wide, cuff])
        sleeve = tube(path, radius, 18, flat=0.7, capped=False)
        parts.append(Part(sleeve, look.main))
        band = tube(path[-2:] + (path[-1] - path[-2]) * 0.15, cuff * 1.02, 18, flat=0.7, capped=False)
        parts.append(Part(band, look.deeper(0.85)))
    return parts


def dress(form: Form, look: Look) -> list[Part]:
    """From mini to maxi, straight to flared; sleeves and a belt on some."""
    n, skirt = form["length"], form["length"] - 0.75
    y = np.concatenate([np.linspace(0, skirt, 16), skirt + np.linspace(0.05, 0.75, 14)])
    width = np.interp(
        y,
        [0, skirt * 0.55, skirt, skirt + 0.12, skirt + 0.42, n - 0.1, n],
        [
            form["hem"],
            form["hem"] * 0.62 + 0.16,
            form["waist"],
            form["waist"] * 1.02,
            form["bust"],
            form["shoulder"] * 0.97,
            form["shoulder"] * 0.86,
        ],
    )
    width = np.convolve(np.pad(width, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    ripple = form["depth"] * np.clip(1 - y / skirt, 0, 1) ** 0.8
    body = _body(y, width, form["folds"], ripple, form["neck"], form["shoulder"])
    parts = [Part(body, look.main)]
    if form["sleeve"] > 0:
        parts += _sleeves(
            form["shoulder"] * 0.92, n, form["sleeve"], form["puff"], 0.08 + 0.04 * form["sleeve"], look
        )
    if form["belt"] > 0:
        t = np.linspace(0, 2 * np.pi, 40)
        w = form["waist"] + 0.012
        ring = np.column_stack([w * np.sin(t), np.full(40, skirt + 0.02), w * 0.46 * np.cos(t)])
        parts.append(Part(tube(ring, 0.035, 8, capped=False), look.accent))
    return parts


def shirt(form: Form, look: Look) -> list[Part]:
    """A T-shirt: short to long sleeves, round to deep neck; a pocket or a chest panel on some."""
    n = form["length"]
    y = np.linspace(0, n, 26)
    width = np.interp(
        y,
        [0, n * 0.35, n * 0.7, n - 0.1, n],
        [form["hem"], form["bust"] * 0.96, form["bust"], form["shoulder"] * 0.98, form["shoulder"] * 0.86],
    )
    ripple = 0.035 * np.clip(1 - y / n, 0, 1) + 0.012
    body = _body(y, width, form["folds"], ripple, form["neck"], form["shoulder"])
    parts = [
        Part(body, look.main),
        *_sleeves(form["shoulder"] * 0.92, n, form["sleeve"], 0.21, form["cuff"], look),
    ]
    rib = body.points[-1] * [1, 1, 1.02]
    middle = np.abs(rib[:, 0]) < form["shoulder"] * 0.5
    trim = look.accent if form["collar"] > 0 else look.deeper(0.8)
    for front in (True, False):
        run = rib[middle & ((rib[:, 2] > 0) == front)]
        run = run[np.argsort(run[:, 0])]
        parts.append(Part(tube(run, 0.026, 6), trim))
    grid = body.points
    if form["pocket"] > 0:
        parts.append(Part(_patch_on(grid, 14, 19, 31, 37), look.accent))
    elif form["print"] > 0.2:
        parts.append(Part(skin(grid[12:16] * np.array([1.012, 1, 1.02], np.float32)), look.accent))
    return parts


def _patch_on(grid: np.ndarray, low: int, high: int, left: int, right: int) -> Patch:
    """A piece sewn on the front of a body."""
    return skin(grid[low:high, left:right] + np.array([0, 0, 0.014], np.float32))
