"""Handbags and backpacks."""

from __future__ import annotations

import numpy as np

from saccade.bazaar.looks import Form, Look, Ranges
from saccade.bazaar.mesh import Patch, block, curve, lathe, rounded, tube
from saccade.bazaar.solid import Part

HANDBAG: Ranges = {
    "width": (1.15, 1.9),
    "height": (0.8, 1.3),
    "depth": (0.3, 0.6),
    "top": (0.7, 1.08),
    "round": (3.2, 7.0),
    "handle": (0.3, 0.85),
    "spread": (0.35, 0.7),
    "flap": (-1.0, 1.0),
    "clasp": (-1.0, 1.0),
    "band": (-1.0, 0.7),
}

BACKPACK: Ranges = {
    "width": (0.95, 1.25),
    "height": (1.35, 1.8),
    "depth": (0.45, 0.7),
    "round": (2.8, 5.0),
    "top": (0.72, 1.0),
    "pocket": (0.34, 0.55),
    "pocket_width": (0.66, 0.88),
    "lid": (-1.0, 1.0),
    "patch": (-1.0, 1.0),
}


def _lens(outline: np.ndarray, depth: float, bevel: float, sag: float) -> Patch:
    """A block whose front and back swell a little: stuffed, not sawn."""
    patch = block(outline, depth, bevel)
    p = patch.points
    width, height = np.ptp(p[:, :, 0]) / 2, np.ptp(p[:, :, 1]) / 2
    swell = 1 + sag * (1 - (p[:, :, 0] / width) ** 2) * (1 - (p[:, :, 1] / height) ** 2)
    p[:, :, 2] *= swell
    return patch


def handbag(form: Form, look: Look) -> list[Part]:
    """A body with rounded edges, arched handles, and on some a flap, a clasp or a coloured band."""
    w, h, d = form["width"], form["height"], form["depth"]
    body = _lens(rounded(w, h, form["round"], 36, form["top"]), d, min(0.13, d * 0.35), 0.22).moved(y=h / 2)
    parts = [Part(body, look.main)]
    reach = form["spread"] * w * form["top"] / 2
    arch = [
        (-reach, h * 0.8, 0),
        (-reach * 0.9, h + form["handle"] * 0.7, 0),
        (0, h + form["handle"], 0),
        (reach * 0.9, h + form["handle"] * 0.7, 0),
        (reach, h * 0.8, 0),
    ]
    strap = look.accent if form["band"] > 0 else look.base()
    front = d * 0.55 + 0.03
    for z in (front, -front):
        parts.append(Part(tube(curve(arch, 24), 0.045, 8, flat=0.7).moved(z=z * 0.8), strap))
        for side in (-1.0, 1.0):
            ring = lathe([(0, 0.0), (0.06, 0), (0.06, 0.03), (0, 0.04)], 12).turned(x=90)
            parts.append(Part(ring.moved(side * reach, h * 0.79, z), look.hardware))
    if form["flap"] > 0:
        cover = rounded(w * (1 + form["top"]) / 2 * 0.95, h * (0.4 + 0.2 * form["flap"]), 3.6, 36, 1.1)
        flap = _lens(cover, d * 1.2, 0.1, 0.2).moved(y=h * (0.86 - 0.1 * form["flap"]))
        parts.append(Part(flap, look.accent if form["clasp"] < -0.3 else look.base()))
    if form["band"] > 0:
        belt = _lens(rounded(w * 1.01, h * 0.16, 9, 36), d * 1.18, 0.05, 0.18).moved(y=h * 0.1)
        parts.append(Part(belt, look.accent))
    if form["clasp"] > 0:
        clasp = block(rounded(0.2, 0.13, 4, 20), 0.08, 0.03)
        parts.append(Part(clasp.moved(y=h * 0.6, z=d * 0.72), look.hardware))
    return parts


def backpack(form: Form, look: Look) -> list[Part]:
    """A rounded body, a pocket with a zip, a top handle and shoulder straps that peep out at the sides."""
    w, h, d = form["width"], form["height"], form["depth"]
    body = _lens(rounded(w, h, form["round"], 36, form["top"]), d, min(0.2, d * 0.45), 0.15).moved(y=h / 2)
    parts = [Part(body, look.main)]
    ph, pw = form["pocket"] * h, form["pocket_width"] * w
    pocket = _lens(rounded(pw, ph, 4.0, 36), 0.34, 0.13, 0.2).moved(y=ph / 2 + 0.1, z=d * 0.5)
    parts.append(Part(pocket, look.accent if form["patch"] > 0.2 else look.base()))
    zip_path = [(-pw * 0.4, ph * 0.86, 0), (0, ph * 0.93, 0.0), (pw * 0.4, ph * 0.86, 0)]
    parts.append(Part(tube(curve(zip_path, 12), 0.018, 6).moved(z=d * 0.5 + 0.19), look.hardware))
    if form["lid"] > 0:
        lid = _lens(rounded(w * form["top"] * 1.04, h * 0.36, 3.2, 36), d * 1.16, 0.16, 0.1).moved(y=h * 0.85)
        parts.append(Part(lid, look.base()))
        for x in (-0.2, 0.2):
            buckle = block(rounded(0.1, 0.3, 6, 20), 0.05, 0.02).moved(x * w, h * 0.64, d * 0.62)
            parts.append(Part(buckle, look.made_of("leather", (0.42, 0.27, 0.17))))
    else:
        arc = [
            (-w * 0.42, h * 0.62, 0),
            (-w * 0.36 * form["top"], h * 0.86, 0),
            (0, h * 0.93, 0),
            (w * 0.36 * form["top"], h * 0.86, 0),
            (w * 0.42, h * 0.62, 0),
        ]
        parts.append(Part(tube(curve(arc, 20), 0.018, 6).moved(z=d * 0.36), look.hardware))
    loop = curve(
        [(-0.13, h - 0.03, -0.1), (-0.11, h + 0.13, -0.1), (0.11, h + 0.13, -0.1), (0.13, h - 0.03, -0.1)], 14
    )
    parts.append(Part(tube(loop, 0.032, 8), look.deeper(0.7)))
    for side in (-1.0, 1.0):
        strap = [
            (side * w * 0.2, h * 0.95, -d * 0.5),
            (side * w * 0.44, h * 0.7, -d * 0.8),
            (side * w * 0.52, h * 0.35, -d * 0.7),
            (side * w * 0.42, h * 0.06, -d * 0.45),
        ]
        parts.append(Part(tube(curve(strap, 16), 0.075, 8, flat=0.4), look.deeper(0.7)))
    return parts
