"""Mugs and vases: turned on the wheel."""

from __future__ import annotations

import numpy as np

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.mesh import curve, lathe, tube
from saccade.bazaar.solid import Part

MUG: Ranges = {
    "height": (0.85, 1.5),
    "belly": (-0.1, 0.16),
    "foot": (0.66, 1.0),
    "lip": (0.92, 1.14),
    "handle": (0.3, 0.52),
    "grip": (0.05, 0.1),
    "roundness": (0.0, 1.0),
    "dip": (-1.0, 1.0),
}

VASE: Ranges = {
    "height": (1.4, 2.8),
    "foot": (0.26, 0.55),
    "belly": (0.5, 1.0),
    "belly_at": (0.25, 0.7),
    "neck": (0.13, 0.42),
    "neck_at": (0.78, 0.92),
    "lip": (0.18, 0.55),
    "handles": (-1.0, 0.6),
}


def mug(form: Form, look: Look) -> list[Part]:
    """A cup of radius about 0.5 with one handle; a light inside; sometimes the foot is dipped in a second
    glaze.
    """
    h, r = form["height"], 0.5
    knots = [(r * form["foot"], 0.03), (r * (1 + form["belly"]), h * 0.42), (r * form["lip"], h)]
    wall = curve(knots, 16)
    foot = [(0, 0), (r * form["foot"] * 0.93, 0.0), (r * form["foot"] * 0.99, 0.012)]
    inner = [(x - 0.045, max(y, 0.07)) for x, y in wall[::-1]]
    lip = [(wall[-1, 0] - 0.01, h + 0.018), (wall[-1, 0] - 0.035, h + 0.018)]
    cup = lathe([*foot, *wall, lip[0]], 36)
    lining = lathe([*lip, *inner, (0, 0.07)], 36)
    x0, x1 = (
        float(np.interp(h * 0.2, wall[:, 1], wall[:, 0])),
        float(np.interp(h * 0.8, wall[:, 1], wall[:, 0])),
    )
    reach, square = r + form["handle"], 0.1 * form["roundness"]
    path = [
        (x1 - 0.03, h * 0.82, 0),
        (reach * 0.9 + square, h * (0.82 + 0.04 * form["roundness"]), 0),
        (reach, h * 0.52, 0),
        (reach * 0.88 + square, h * 0.24, 0),
        (x0 - 0.03, h * 0.18, 0),
    ]
    handle = tube(curve(path, 22), form["grip"], 10, flat=1.3, capped=False)
    parts = [
        Part(cup, look.main),
        Part(lining, look.made_of("ceramic", (0.93, 0.91, 0.87))),
        Part(handle, look.base()),
    ]
    if form["dip"] > 0.1:
        low = np.array([[x + 0.006, y] for x, y in wall if y < h * (0.2 + 0.3 * form["dip"])])
        parts.append(Part(lathe(low, 36), look.accent))
    return parts


def vase(form: Form, look: Look) -> list[Part]:
    """A turned vessel, from a bottle to a bowl; some have two handles."""
    h = form["height"]
    knots = [
        (form["foot"], 0.02),
        (form["belly"], h * form["belly_at"]),
        (form["neck"], h * form["neck_at"]),
        (min(form["lip"], form["neck"] + 0.13), h),
    ]
    wall = np.maximum(curve(knots, 22), [0.08, 0])
    inner = np.column_stack([np.maximum(wall[::-1, 0] - 0.05, 0.03), wall[::-1, 1]])[:14]
    body = lathe([(0, 0), (form["foot"] * 0.95, 0), *wall, (wall[-1, 0] - 0.02, h + 0.02)], 36)
    lining = lathe([(wall[-1, 0] - 0.02, h + 0.02), *inner], 36)
    parts = [Part(body, look.main), Part(lining, look.deeper(0.7))]
    if form["handles"] > 0:
        at = h * form["neck_at"]
        path = curve(
            [
                (form["neck"] - 0.02, at, 0),
                (form["belly"] * 0.8 + 0.2, at - 0.02, 0),
                (form["belly"] * 0.9, h * (form["belly_at"] + 0.08), 0),
            ],
            16,
        )
        parts += [Part(tube(path * [side, 1, 1], 0.06, 8), look.base()) for side in (-1.0, 1.0)]
    return parts
