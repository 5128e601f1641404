"""Hats, watches and sunglasses."""

from __future__ import annotations

import numpy as np

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.materials import MATERIALS, Material, Surface
from saccade.bazaar.mesh import block, curve, lathe, rounded, skin, tube
from saccade.bazaar.palette import luminance
from saccade.bazaar.solid import Part

HAT: Ranges = {
    "kind": (0.0, 3.0),
    "crown": (0.5, 0.85),
    "top": (0.62, 0.95),
    "brim": (0.3, 0.75),
    "wave": (0.0, 0.14),
    "curl": (-0.1, 0.22),
    "band": (0.08, 0.2),
    "cuff": (0.18, 0.34),
    "bobble": (-1.0, 1.0),
}

WATCH: Ranges = {
    "case": (0.42, 0.56),
    "square": (-1.0, 0.6),
    "bezel": (0.025, 0.07),
    "strap": (0.2, 0.34),
    "length": (0.8, 1.15),
    "hour": (0.0, 360.0),
    "minute": (0.0, 360.0),
    "dark_dial": (-1.0, 1.0),
    "marks": (-1.0, 1.0),
    "subdial": (-1.0, 0.6),
}

GLASSES: Ranges = {
    "width": (0.62, 0.84),
    "height": (0.48, 0.72),
    "power": (2.0, 5.0),
    "cat": (-0.06, 0.18),
    "rim": (0.028, 0.075),
    "bridge": (0.12, 0.24),
    "double": (-1.0, 0.5),
    "tint": (0.25, 0.75),
    "warm": (-1.0, 1.0),
    "drop": (0.8, 1.1),
}


def hat(form: Form, look: Look) -> list[Part]:
    """By kind: a brimmed hat, a bucket hat, or a beanie."""
    if form["kind"] > 2:
        return _beanie(form, look)
    r, h, bucket = 0.55, form["crown"], form["kind"] > 1.35
    top = form["top"] * r
    wall = curve(
        [
            (r, 0),
            (r * 0.98, h * 0.35),
            (top, h * 0.92),
            (top * 0.86, h),
            (top * 0.4, h * 0.97),
            (0, h * 0.93),
        ],
        22,
    )
    crown = lathe(np.maximum(wall, [0, -1]), 36, squash=1.15)
    if not bucket:  # a crease along the top
        dent = (
            0.16
            * np.exp(-((crown.points[:, :, 0] / 0.16) ** 2))
            * np.clip(crown.points[:, :, 1] / h - 0.6, 0, 1)
            * 2
        )
        crown.points[:, :, 1] -= dent
    reach = form["brim"] * (0.55 if bucket else 1.0)
    out = np.linspace(0, 1, 9)
    fall = -0.5 * reach * out if bucket else form["curl"] * out**2
    brim = lathe(
        [
            *np.column_stack([r * 0.97 + reach * out, fall]),
            (r * 0.97 + reach, fall[-1] - 0.02),
            *np.column_stack([r * 0.97 + reach * out, fall - 0.025])[::-1],
        ],
        40,
        squash=1.12,
    )
    angle = np.arctan2(brim.points[:, :, 0], brim.points[:, :, 2])
    away = np.clip(np.hypot(brim.points[:, :, 0], brim.points[:, :, 2]) - r, 0, None)
    brim.points[:, :, 1] += form["wave"] * away * np.cos(2 * angle) * (0 if bucket else -3)
    parts = [Part(crown, look.main), Part(brim, look.main if bucket else look.base())]
    if not bucket:
        band = lathe([(r * 1.012, 0.0), (r * 1.005, form["band"])], 36, squash=1.15)
        parts.append(Part(band, look.accent))
    return parts


def _beanie(form: Form, look: Look) -> list[Part]:
    r, h = 0.6, form["crown"] + 0.25
    bend = np.linspace(0.0, np.pi / 2, 16)
    dome = lathe(np.column_stack([r * np.cos(bend) ** 0.8, h * np.sin(bend)]), 36)
    c = form["cuff"]
    cuff = lathe(
        [(r * 0.98, -0.02), (r * 1.06, 0), (r * 1.09, c * 0.5), (r * 1.05, c), (r * 0.99, c + 0.01)], 36
    )
    parts = [Part(dome, look.main), Part(cuff, look.base())]
    if form["bobble"] > 0:
        turn = np.linspace(-np.pi / 2, np.pi / 2, 12)
        ball = lathe(np.column_stack([0.2 * np.cos(turn), h + 0.13 + 0.2 * np.sin(turn)]), 20)
        parts.append(Part(ball, look.accent))
    return parts


def watch(form: Form, look: Look) -> list[Part]:
    """A wrist watch that faces the viewer: case, dial, hands, marks, a strap that curves away."""
    r = form["case"]
    power = 2.0 if form["square"] < 0 else 4.5
    outline = rounded(2 * r, 2 * r * (1.0 if power < 3 else 1.14), power, 36)
    steel = look.hardware
    pale = luminance(look.accent.colour) > 0.5
    dial_colour = (
        (0.11, 0.12, 0.15)
        if form["dark_dial"] > 0.2
        else ((0.94, 0.93, 0.9) if form["dark_dial"] < -0.2 or pale else look.accent.colour)
    )
    mark = (0.93, 0.92, 0.88) if luminance(dial_colour) < 0.5 else (0.12, 0.12, 0.14)
    dial = Surface(dial_colour, MATERIALS["paper"])
    ink = Surface(mark, MATERIALS["paper"])
    parts = [Part(block(outline, 0.2, 0.06), steel)]
    parts.append(Part(block(outline * (1 - form["bezel"] / r * 1.6), 0.02, 0.005).moved(z=0.105), dial))
    ring = np.column_stack(
        [np.vstack([outline, outline[:1]]) * (1 - form["bezel"] / r * 0.9), np.full(len(outline) + 1, 0.1)]
    )
    parts.append(Part(tube(ring, form["bezel"] * 0.8, 6, capped=False), steel))
    face = r * (1 - form["bezel"] / r * 1.6)
    for hour in range(0, 12, 1 if form["marks"] > -0.3 else 3):
        a = hour * np.pi / 6
        size = (0.035, 0.1) if hour % 3 == 0 else (0.022, 0.06)
        tick = block(rounded(*size, 6, 12), 0.012, 0.003).moved(y=face * 0.84).turned(z=-np.degrees(a))
        parts.append(Part(tick.moved(z=0.12), ink))
    for angle, length, width in ((form["hour"], 0.5, 0.045), (form["minute"], 0.76, 0.03)):
        hand = (
            block(rounded(width, face * length, 4, 12), 0.014, 0.004)
            .moved(y=face * length * 0.42)
            .turned(z=-angle)
        )
        parts.append(Part(hand.moved(z=0.135), ink))
    if form["subdial"] > 0:
        small = tube(
            [(0.1 * np.sin(a), 0.1 * np.cos(a), 0) for a in np.linspace(0, 2 * np.pi, 20)],
            0.01,
            5,
            capped=False,
        )
        parts.append(Part(small.moved(y=-face * 0.45, z=0.118), ink))
    crown = lathe([(0, 0), (0.05, 0), (0.05, 0.07), (0, 0.075)], 14).turned(z=-90).moved(x=r)
    return [*parts, Part(crown, steel), *_strap(form, r, look)]


def _strap(form: Form, r: float, look: Look) -> list[Part]:
    parts = []
    half = form["strap"]
    s = np.linspace(0, 1, 18)
    for side in (-1.0, 1.0):
        bend = s**1.6 * 1.15
        y = side * (r * 0.9 + form["length"] * np.sin(bend) / 1.15)
        z = 0.0 - form["length"] * (1 - np.cos(bend)) / 1.1
        width = half * np.interp(s, [0, 1], [1, 0.82])
        t = np.array([-1, -0.96, -0.85, 0, 0.85, 0.96, 1])
        lift = np.array([-0.06, -0.02, 0.02, 0.035, 0.02, -0.02, -0.06])
        grid = np.stack([width[:, None] * t, np.broadcast_to(y[:, None], (18, 7)), z[:, None] + lift], axis=2)
        parts.append(Part(skin(grid), look.main))
    return parts


def glasses(form: Form, look: Look) -> list[Part]:
    """Sunglasses: two rims, tinted lenses, a bridge, arms that run back."""
    w, h = form["width"], form["height"]
    shape = rounded(w, h, form["power"], 40, form["drop"] ** -1)
    shape = shape + np.column_stack(
        [np.zeros(40), form["cat"] * np.clip(shape[:, 0] / w + 0.1, 0, 1) * (shape[:, 1] > 0)]
    )
    gap = form["bridge"] / 2 + w / 2
    tint = form["tint"]
    warm = (
        (0.34, 0.2, 0.1)
        if form["warm"] > 0.2
        else ((0.1, 0.13, 0.16) if form["warm"] > -0.4 else look.accent.colour)
    )
    smoke = Surface(warm, Material(0.9, 6.0, 0.3, opacity=tint + 0.22))
    parts: list[Part] = []
    for side in (-1.0, 1.0):
        loop = np.column_stack([np.vstack([shape, shape[:1]]) * [side, 1], np.zeros(41)])
        loop[:, 2] = -0.16 * ((loop[:, 0] * side + w / 2) / w) ** 2
        ring = tube(loop, form["rim"], 8, capped=False).moved(x=side * gap)
        dome = [loop * [k, k, 0] + [0, 0, -0.03 - 0.12 * k * k] for k in (0.0, 0.3, 0.6, 0.97)]
        lens = skin(np.stack(dome)).moved(x=side * gap)
        outer = side * (gap + w / 2 - 0.02)
        arm = curve(
            [
                (outer, h * 0.28 + form["cat"] * 0.4, -0.14),
                (outer + side * 0.05, h * 0.28, -0.5),
                (outer, h * 0.24, -1.2),
                (outer - side * 0.05, -h * 0.1, -1.55),
            ],
            16,
        )
        parts += [
            Part(lens, smoke),
            Part(ring, look.main),
            Part(tube(arm, max(form["rim"] * 0.8, 0.03), 7, flat=1.3), look.main),
        ]
    bridge = curve(
        [
            (-form["bridge"] / 2 - 0.03, h * 0.16, 0),
            (0, h * 0.26, 0.02),
            (form["bridge"] / 2 + 0.03, h * 0.16, 0),
        ],
        9,
    )
    parts.append(Part(tube(bridge, form["rim"] * 0.9, 7), look.main))
    if form["double"] > 0:
        bar = [(-gap, h * 0.5, 0), (0, h * 0.52, 0.01), (gap, h * 0.5, 0)]
        parts.append(Part(tube(curve(bar, 12), 0.03, 6), look.hardware))
    return parts
