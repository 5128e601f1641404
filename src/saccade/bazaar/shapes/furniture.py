"""Chairs, sofas, lamps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.materials import Surface
from saccade.bazaar.mesh import Patch, block, curve, lathe, rounded, tube
from saccade.bazaar.solid import Part

CHAIR: Ranges = {
    "width": (0.85, 1.15),
    "seat": (0.08, 0.24),
    "back": (0.6, 1.15),
    "lean": (6.0, 16.0),
    "legs": (0.6, 0.85),
    "splay": (0.0, 0.16),
    "leg": (0.025, 0.06),
    "round": (2.4, 7.0),
    "arms": (-1.0, 0.7),
    "slats": (-1.0, 1.0),
    "taper": (0.75, 1.1),
}

SOFA: Ranges = {
    "width": (2.2, 3.4),
    "seats": (1.6, 3.4),
    "back": (0.5, 0.8),
    "arm": (0.16, 0.34),
    "arm_height": (0.3, 0.55),
    "round": (3.0, 7.0),
    "legs": (0.08, 0.3),
    "cushions": (-1.0, 1.0),
    "puff": (0.08, 0.14),
}

LAMP: Ranges = {
    "height": (0.9, 1.9),
    "base": (0.25, 0.5),
    "belly": (0.04, 0.42),
    "shade": (0.45, 0.8),
    "shade_top": (0.4, 1.0),
    "shade_height": (0.45, 0.85),
    "dome": (-1.0, 1.0),
    "lit": (-0.6, 1.0),
}


def slab(width: float, thickness: float, depth: float, power: float = 6.0, bevel: float = 0.05) -> Patch:
    """A lying rounded board or cushion about the origin; its outline is seen from above."""
    return block(rounded(width, depth, power), thickness, bevel).turned(x=-90)


def legs(width: float, depth: float, height: float, splay: float, radius: float, look: Surface) -> list[Part]:
    """Four tapering legs from the ground up to `height`."""
    parts = []
    for sx in (-1, 1):
        for sz in (-1, 1):
            top = (sx * width / 2, height, sz * depth / 2)
            foot = (sx * (width / 2 + splay), 0.0, sz * (depth / 2 + splay))
            parts.append(Part(tube(np.linspace(top, foot, 5), np.linspace(radius, radius * 0.6, 5), 8), look))
    return parts


def chair(form: Form, look: Look) -> list[Part]:
    """Four legs, a seat, a leaning back (a panel or slats), arms on some."""
    w, h = form["width"], form["legs"]
    frame = look.accent
    seat = slab(w, form["seat"], 0.95, form["round"], min(0.09, form["seat"] / 2)).moved(
        y=h + form["seat"] / 2
    )
    parts = [Part(seat, look.main), *legs(w * 0.8, 0.74, h + 0.02, form["splay"], form["leg"], frame)]
    foot, tall = h + form["seat"], form["back"]
    if form["slats"] > 0.35:
        bars = [
            np.linspace((x, 0, 0), (x * form["taper"], tall, 0), 4) for x in np.linspace(-0.42, 0.42, 6) * w
        ]
        backs = [Part(tube(bar, 0.028, 6), frame) for bar in bars]
        backs.append(Part(block(rounded(w * form["taper"], 0.2, 4), 0.09, 0.04).moved(y=tall), look.base()))
    else:
        panel = block(rounded(w * 0.98, tall, form["round"], top=form["taper"]), 0.13, 0.06)
        bend = 0.28 * (panel.points[:, :, 0] ** 2)
        panel.points[:, :, 2] += bend
        backs = [Part(panel.moved(y=tall / 2 + 0.06), look.main)]
        posts = [np.linspace((x, -0.2, -0.02), (x, 0.3, -0.04), 3) for x in (-0.36 * w, 0.36 * w)]
        backs += [Part(tube(post, 0.03, 6), frame) for post in posts]
    parts += [Part(p.patch.turned(x=-form["lean"]).moved(y=foot, z=-0.43), p.surface) for p in backs]
    if form["arms"] > 0:
        for side in (-1.0, 1.0):
            rail = curve(
                [
                    (side * w * 0.48, foot + 0.36, -0.5),
                    (side * w * 0.52, foot + 0.38, 0.1),
                    (side * w * 0.52, foot + 0.3, 0.38),
                    (side * w * 0.5, h, 0.4),
                ],
                14,
            )
            parts.append(Part(tube(rail, 0.04, 8), frame))
    return parts


def sofa(form: Form, look: Look) -> list[Part]:
    """A base, a back, two arms, one to three cushions, little legs; loose pillows on some."""
    w, arm, leg, power = form["width"], form["arm"], form["legs"], form["round"]
    inner = w - 2 * arm
    parts = [Part(slab(w * 0.98, 0.26, 1.1, 8, 0.06).moved(y=leg + 0.13), look.base())]
    back = block(rounded(w * 0.98, form["back"] + 0.5, power + 2), 0.26, 0.12).turned(x=-9)
    parts.append(Part(back.moved(y=leg + (form["back"] + 0.5) / 2, z=-0.5), look.base()))
    for side in (-1.0, 1.0):
        rest = block(rounded(1.16, 0.26 + form["arm_height"], power), arm, 0.09).turned(y=90)
        parts.append(
            Part(rest.moved(x=side * (w - arm) / 2, y=leg + 0.13 + form["arm_height"] / 2), look.main)
        )
    count = round(form["seats"])
    each = inner / count
    for i in range(count):
        x = -inner / 2 + each * (i + 0.5)
        parts.append(
            Part(slab(each * 0.985, 0.22, 0.98, 7, form["puff"]).moved(x, leg + 0.36, 0.06), look.main)
        )
        rest = block(rounded(each * 0.97, form["back"] * 0.95, 5), 0.24, 0.11).turned(x=-13)
        parts.append(Part(rest.moved(x, leg + 0.5 + form["back"] * 0.4, -0.3), look.main))
    if form["cushions"] > 0:
        for side in (-1.0, 1.0) if form["cushions"] > 0.5 else (1.0,):
            pillow = block(rounded(0.48, 0.48, 3.4), 0.2, 0.1).turned(x=-22, z=side * 14)
            parts.append(Part(pillow.moved(side * (inner / 2 - 0.26), leg + 0.68, -0.02), look.accent))
    wood = look.made_of("wood", (0.36, 0.24, 0.15))
    return parts + legs(w * 0.9, 0.9, leg + 0.02, 0.02, 0.05, wood)


def lamp(form: Form, look: Look) -> list[Part]:
    """A table lamp: a turned base, a stem, and a cone or dome of a shade that may be lit."""
    h, b, belly = form["height"], form["base"], form["belly"]
    if belly > 0.18:  # a vessel
        wall = curve([(b * 0.7, 0.03), (belly + 0.12, h * 0.3), (0.07, h * 0.72), (0.05, h * 0.8)], 22)
        foot = lathe([(0, 0), (b * 0.7, 0), *np.maximum(wall, [0.03, 0])], 36)
    else:  # a disc and a rod
        foot = lathe(
            [(0, 0), (b, 0), (b, 0.05), (b * 0.97, 0.07), (0.06, 0.09), (0.035, 0.13), (0.035, h * 0.8)], 36
        )
    top, sh, r = h * 0.72, form["shade_height"], form["shade"]
    upper = r * form["shade_top"]
    if form["dome"] > 0.4:
        bend = np.linspace(0, np.pi / 2 * 0.94, 12)
        outline = np.column_stack([r * np.cos(bend), top + sh * np.sin(bend)])
    else:
        outline = np.linspace((r, top), (upper, top + sh), 8)
    glow = 0.4 if form["lit"] > 0 else 0.0
    cover = replace(look.main, glow=glow)
    parts = [Part(foot, look.accent), Part(lathe(outline, 36), cover)]
    rod = np.linspace((0, h * 0.6, 0), (0, top + sh * 0.9, 0), 3)
    bulb = lathe([(0, top + 0.02), (0.09, top + 0.06), (0.12, top + 0.14), (0.05, top + 0.26)], 16)
    warm = look.made_of("paper", (1.0, 0.9, 0.68), glow=0.9 if glow else 0.0)
    edge = tube(
        [(r * np.sin(a), top, r * np.cos(a)) for a in np.linspace(0, 2 * np.pi, 33)], 0.014, 6, capped=False
    )
    return [*parts, Part(tube(rod, 0.022, 6), look.hardware), Part(bulb, warm), Part(edge, look.deeper(0.75))]
