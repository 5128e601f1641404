"""Rugs and cushions."""

from __future__ import annotations

import numpy as np

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.mesh import lathe, sheet, skin, tube
from saccade.bazaar.solid import Part

RUG: Ranges = {
    "width": (1.5, 2.0),
    "depth": (1.9, 3.2),
    "border": (-0.15, 0.22),
    "fringe": (-0.1, 0.16),
    "round": (-1.0, 0.35),
}

CUSHION: Ranges = {
    "width": (1.0, 1.0),
    "height": (0.6, 1.0),
    "puff": (0.18, 0.34),
    "ears": (0.0, 0.14),
    "piping": (-1.0, 1.0),
    "tassels": (-1.0, 0.5),
}


def rug(form: Form, look: Look) -> list[Part]:
    """A flat weave with a border and fringes on some; a few are round."""
    w, d = form["width"], form["depth"]
    if form["round"] > 0:
        top = lathe([(w * 0.72, 0.0), (w * 0.72, 0.03), (w * 0.7, 0.045), (w * 0.4, 0.045), (0, 0.045)], 48)
        top.cloth[:, :, :] = top.points[:, :, [0, 2]]
        edge = lathe([(w * 0.72, 0.02), (w * 0.72, 0.05), (w * 0.64, 0.052)], 48)
        return [Part(top, look.main)] + ([Part(edge, look.accent)] if form["border"] > 0 else [])
    parts = [Part(sheet(w, d).moved(y=0.02), look.main)]
    edge = form["border"]
    if edge > 0.03:
        for sign in (-1.0, 1.0):
            parts.append(Part(sheet(edge, d).moved(sign * (w - edge) / 2, 0.026), look.accent))
            parts.append(Part(sheet(w, edge).moved(0, 0.026, sign * (d - edge) / 2), look.accent))
    if form["fringe"] > 0.02:
        pale = look.made_of("wool", (0.9, 0.86, 0.77))
        for x in np.linspace(-w / 2 + 0.03, w / 2 - 0.03, 26):
            for sign in (-1.0, 1.0):
                lock = [(x, 0.02, sign * d / 2), (x + 0.01, 0.01, sign * (d / 2 + form["fringe"]))]
                parts.append(Part(tube(lock, 0.016, 3, capped=False), pale))
    return parts


def cushion(form: Form, look: Look) -> list[Part]:
    """A stuffed square or oblong standing on its edge, with piping or tassels on some."""
    w, h = form["width"], form["height"]
    t = np.linspace(-1, 1, 26)
    s = np.sign(t) * (1 - (1 - np.abs(t)) ** 1.6)  # more points near the seam, where it turns fastest
    x, y = np.meshgrid(s, s)
    pinch = form["ears"]
    px = x * (1 - pinch * (1 - y * y)) * w / 2
    py = y * (1 - pinch * (1 - x * x)) * h / 2
    z = form["puff"] * np.sqrt(np.maximum((1 - x**2) * (1 - y**2), 0)) ** 0.85
    z = z * (1 + 0.05 * np.sin(5 * x + 2 * y) * np.abs(x * y))
    front, back = skin(np.stack([px, py, z], 2)), skin(np.stack([px, py, -z], 2))
    for side in (front, back):
        side.cloth[:, :, 0], side.cloth[:, :, 1] = px, py
    parts = [Part(front, look.main), Part(back, look.base())]
    rim = np.concatenate(
        [
            np.stack([px, py], 2)[0],
            np.stack([px, py], 2)[1:, -1],
            np.stack([px, py], 2)[-1, -2::-1],
            np.stack([px, py], 2)[-2::-1, 0],
        ]
    )
    if form["piping"] > 0:
        line = np.column_stack([rim, np.zeros(len(rim))])
        parts.append(Part(tube(line, 0.022, 6, capped=False), look.accent))
    if form["tassels"] > 0:
        for sx in (-1.0, 1.0):
            for sy in (-1.0, 1.0):
                ends = np.linspace(
                    (sx * w / 2, sy * h / 2, 0), (sx * (w / 2 + 0.1), sy * (h / 2 + 0.1), 0), 4
                )
                parts.append(Part(tube(ends, [0.02, 0.045, 0.05, 0.055], 7), look.accent))
    return [Part(p.patch.turned(x=-12).moved(y=h / 2), p.surface) for p in parts]
