"""Sneakers and boots: a foot seen as walls that rise from a sole to the line where they end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.mesh import Patch, block, curve, skin, tube
from saccade.bazaar.solid import Part

SNEAKER: Ranges = {
    "toe": (0.3, 0.42),
    "collar": (0.56, 0.82),
    "tongue": (0.72, 0.95),
    "width": (0.34, 0.42),
    "sole": (0.1, 0.24),
    "heel": (0.0, 0.1),
    "point": (2.0, 3.2),
    "stripe": (-1.0, 1.0),
    "cap": (-1.0, 1.0),
    "pale_sole": (-0.5, 1.0),
}

BOOT: Ranges = {
    "toe": (0.3, 0.4),
    "shaft": (1.1, 2.0),
    "flare": (0.36, 0.52),
    "ankle": (0.3, 0.36),
    "width": (0.34, 0.4),
    "sole": (0.07, 0.2),
    "heel": (0.05, 0.4),
    "point": (1.9, 2.8),
    "laces": (-1.0, 1.0),
    "pull": (-1.0, 1.0),
}

Line = NDArray[np.float64]


def _footprint(width: float, point: float, count: int = 40, grow: float = 0.0) -> Line:
    """The outline (count, 2) of a sole: x from the heel at -1 to the toe at 1, y across."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x = np.cos(t)
    half = _half_width(x, width, point) * np.abs(np.sin(t)) ** 0.04
    return np.column_stack([x * (1 + grow), np.sign(np.sin(t)) * (half + grow)])


def _half_width(x: Line, width: float, point: float) -> Line:
    ends = np.where(x > 0, 1 - np.abs(x) ** point, 1 - np.abs(x) ** 4)
    waist = np.interp(x, [-1, -0.6, -0.15, 0.4, 1], [0.8, 0.82, 0.78, 1.0, 0.92])
    return width * waist * np.sqrt(np.maximum(ends, 0))


def _walls(
    crest: Callable[[Line], Line], gap: Callable[[Line], Line], width: float, point: float
) -> list[Patch]:
    """Left and right wall from the sole to the crest; `gap` is half the width of the opening between them."""
    x = -np.cos(np.linspace(0, np.pi, 44))
    side = _half_width(x, width, point)
    # The last of the toe drops to the sole as the foot narrows, so the walls close there.
    top = crest(x) * np.clip(np.maximum(1 - x, 0) / 0.16, 0, 1) ** 0.5
    open_ = np.minimum(gap(x), side * 0.92)
    a = np.linspace(0, np.pi / 2, 12)[None, :]
    z = open_[:, None] + (side - open_)[:, None] * np.cos(a) ** 0.75
    y = top[:, None] * np.sin(a) ** 0.85
    wall = np.stack([np.broadcast_to(x[:, None], z.shape), y, z], axis=2)
    walls = [skin(wall), skin(wall * [1, 1, -1])]
    for patch in walls:  # cut flat, as leather is: along the foot, and up from the sole
        patch.cloth[:, :, 1] = patch.cloth[:, :, 0] - patch.cloth[:, :1, 0]
        patch.cloth[:, :, 0] = patch.points[:, :, 0]
    return walls


def _sole(form: Form, grow: float, height: float) -> Patch:
    outline = _footprint(form["width"], form["point"], grow=grow)
    return block(outline, height, 0.03).turned(x=-90)


def sneaker(form: Form, look: Look) -> list[Part]:
    """A trainer in profile: walls, thick sole, tongue, laces; a side stripe and a toe cap on some."""
    base = form["sole"]

    def crest(x: Line) -> Line:
        toe = form["toe"]
        rise = np.interp(
            x,
            [-1, -0.8, -0.45, -0.1, 0.2, 0.45, 0.7, 1],
            [
                form["collar"],
                form["collar"],
                form["collar"] * 0.84,
                form["tongue"] * 0.88,
                0.3 + toe,
                0.16 + toe,
                0.05 + toe,
                toe * 0.95,
            ],
        )
        return np.convolve(np.pad(rise, 2, mode="edge"), np.ones(5) / 5, mode="valid")

    def gap(x: Line) -> Line:
        return np.interp(x, [-0.95, -0.75, -0.2, 0.0, 0.42, 0.5], [0.0, 0.2, 0.2, 0.11, 0.075, 0.0])

    walls = [w.moved(y=base) for w in _walls(crest, gap, form["width"], form["point"])]
    parts = [Part(w, look.main) for w in walls]
    high = form["tongue"]
    tongue = curve(
        [
            (0.5, form["toe"] + 0.04, 0),
            (0.2, form["toe"] + 0.24, 0),
            (-0.1, high * 0.88, 0),
            (-0.24, high + 0.08, 0),
        ],
        12,
    )
    parts.append(Part(tube(tongue, np.linspace(0.026, 0.036, 12), 12, flat=4.2).moved(y=base), look.base()))
    sole = (
        look.made_of("rubber", (0.93, 0.92, 0.89))
        if form["pale_sole"] > 0
        else look.made_of("rubber", (0.2, 0.19, 0.19))
    )
    parts.append(Part(_sole(form, 0.03, base + 0.06).moved(y=(base + 0.06) / 2), sole))
    parts.append(Part(_sole(form, 0.032, 0.05).moved(y=0.025), look.deeper(0.5)))
    lining = (
        block(_footprint(form["width"] * 0.72, 2) * [0.7, 1], 0.05, 0.02)
        .turned(x=-90)
        .moved(x=-0.2, y=base + 0.2)
    )
    parts.append(Part(lining, look.deeper(0.35)))
    parts += _laces(crest, base, look)
    for w in walls:
        if form["stripe"] > 0:
            # A band that leans forward: each column of the wall starts a little further on.
            for start in (13, 18) if form["stripe"] > 0.5 else (14,):
                band = np.stack([w.points[start + k : start + k + 3, 1 + k] for k in range(8)], axis=1)
                parts.append(Part(skin(_swell(band)), look.accent))
        if form["cap"] > 0.2:
            parts.append(Part(skin(_swell(w.points[33:, :])), look.accent))
        parts.append(Part(skin(_swell(w.points[:5, :])), look.accent))
    return parts


def _swell(grid: NDArray[np.float32]) -> NDArray[np.float32]:
    """A piece of a wall, laid just over it."""
    out = grid.copy()
    out[:, :, 2] += np.sign(grid[:, :, 2].mean()) * 0.012
    out[:, :, 1] += 0.006
    return out


def _laces(crest: Callable[[Line], Line], base: float, look: Look) -> list[Part]:
    pale = look.made_of("cotton", (0.95, 0.94, 0.92))
    x = np.linspace(-0.06, 0.42, 5)
    y = crest(np.linspace(-1, 1, 101))[np.round((x + 1) * 50).astype(int)] + base
    rows = [
        [(a, b - 0.03, -0.15), (a - 0.02, b + 0.035, 0), (a, b - 0.03, 0.15)]
        for a, b in zip(x, y, strict=True)
    ]
    return [Part(tube(curve(row, 7), 0.026, 6, flat=0.7), pale) for row in rows]


def boot(form: Form, look: Look) -> list[Part]:
    """A boot: foot, shaft with ankle, sole and heel; laces or pull loops on some."""
    base = form["sole"] + form["heel"] * 0.35
    high = form["shaft"]

    def crest(x: Line) -> Line:
        rise = np.interp(
            x,
            [-1, -0.5, -0.05, 0.25, 0.6, 0.9, 1],
            [0.2, 0.42, 0.62, 0.52, form["toe"] + 0.06, form["toe"], form["toe"] * 0.9],
        )
        return np.convolve(np.pad(rise, 2, mode="edge"), np.ones(5) / 5, mode="valid")

    parts = [
        Part(w.moved(y=base), look.main)
        for w in _walls(crest, lambda x: 0.0 * x, form["width"], form["point"])
    ]
    parts.append(Part(_shaft(form, base, high), look.main))
    dark = look.made_of("rubber", (0.17, 0.14, 0.12))
    parts.append(Part(_sole(form, 0.02, form["sole"]).moved(y=base - form["sole"] / 2 + 0.03), dark))
    heel = [p for p in _footprint(form["width"] * 1.02, 2) if p[0] < -0.35]
    block_ = block(np.array(heel), base + 0.02, 0.02).turned(x=-90).moved(y=base / 2)
    parts.append(Part(block_, dark))
    front = -0.46 + form["ankle"]
    if form["laces"] > 0:
        for y in np.linspace(0.5, high * 0.92, 7):
            reach = front + 0.12 + 0.22 * max(0.0, 0.75 - y)
            row = [(reach - 0.12, base + y, -0.2), (reach, base + y + 0.02, 0), (reach - 0.12, base + y, 0.2)]
            parts.append(Part(tube(curve(row, 7), 0.026, 6), look.accent))
    if form["pull"] > 0:
        loop = curve(
            [(-0.78, high - 0.18, 0), (-0.9, high + 0.1, 0), (-0.76, high + 0.14, 0), (-0.72, high - 0.1, 0)],
            12,
        )
        parts.append(Part(tube(loop, 0.035, 6).moved(y=base), look.accent))
    return parts


def _shaft(form: Form, base: float, high: float) -> Patch:
    """The leg of a boot: open above, an ankle, a heel that bulges back."""
    y = np.linspace(0.12, high, 18)
    ankle, flare = form["ankle"], form["flare"]
    rx = np.interp(y, [0.1, 0.45, 0.75, high], [ankle + 0.14, ankle + 0.06, ankle, flare])
    x0 = np.interp(y, [0.1, 0.6, high], [-0.52, -0.5, -0.42])
    t = np.linspace(0, 2 * np.pi, 33)
    crease = 0.012 * np.sin(9 * y)[:, None] * np.exp(-((y - 0.7) ** 2) * 9)[:, None]
    x = x0[:, None] + (rx[:, None] + crease) * np.cos(t)
    z = (rx[:, None] * 0.78 + crease) * np.sin(t)
    lean = 0.04 * np.cos(t) * (y[:, None] > high - 0.01)
    return skin(np.stack([x, np.broadcast_to(y[:, None], x.shape) + lean + base, z], axis=2))
