"""The named colours of the marketplace.

Decided: few names that a shopper would use, spread so that any two differ by more than 12 in CIE Lab (a test
holds it); every product then moves a little away from the name, so two "red" mugs are not the same red.

Not here: salient colours of real pictures (`vision`), nor the words for colours (`words`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from saccade.bazaar.arrays import Doubles

Rgb = tuple[float, float, float]
"""Red, green, blue in 0..1, as displayed (sRGB)."""

HEX: dict[str, str] = {
    "black": "#232326",
    "charcoal": "#4a4d52",
    "grey": "#8f9399",
    "white": "#f3f1ec",
    "cream": "#ece0c4",
    "beige": "#cdb695",
    "tan": "#b98650",
    "brown": "#6f4a2f",
    "burgundy": "#6d1f33",
    "red": "#c5282c",
    "coral": "#ef7a62",
    "orange": "#e8792a",
    "mustard": "#d1a02c",
    "yellow": "#f3d04e",
    "olive": "#73753a",
    "green": "#2f7d4c",
    "mint": "#a5d8bf",
    "teal": "#1f7f86",
    "sky": "#8dbfe2",
    "blue": "#2c63b8",
    "navy": "#1f2d52",
    "purple": "#6b3f8c",
    "lilac": "#bfa6d9",
    "pink": "#efadb9",
    "fuchsia": "#cf3a7f",
}

PARTNERS: dict[str, tuple[str, ...]] = {
    "light": (
        "navy",
        "red",
        "green",
        "black",
        "teal",
        "burgundy",
        "blue",
        "olive",
        "coral",
        "brown",
        "fuchsia",
    ),
    "dark": (
        "white",
        "cream",
        "mustard",
        "coral",
        "mint",
        "sky",
        "pink",
        "beige",
        "yellow",
        "orange",
        "lilac",
    ),
}
"""Second colours that stand out on a light and on a dark ground."""


def rgb(name: str) -> Rgb:
    """The plain colour of a name."""
    code = HEX[name]
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255)


def shade(name: str, dice: np.random.Generator, spread: float = 1.0) -> Rgb:
    """A colour that would still be called `name`: lightness, warmth and saturation moved a little."""
    colour = np.array(rgb(name))
    light, warm, rich = dice.normal(0, (0.035, 0.012, 0.06)) * spread
    grey = colour.mean()
    moved = np.clip(grey + (colour - grey) * (1 + rich) + light + np.array([warm, 0, -warm]), 0.02, 0.98)
    return (float(moved[0]), float(moved[1]), float(moved[2]))


def partner(name: str, dice: np.random.Generator, liked: Mapping[str, float] | None = None) -> str:
    """A second colour for patterns and trims that stands out on `name`; those in `liked` (weights) more
    often.
    """
    options = [n for n in PARTNERS["light" if luminance(rgb(name)) > 0.45 else "dark"] if n != name]
    edges = np.cumsum([0.35 + (liked or {}).get(n, 0.0) for n in options])
    return options[int(np.searchsorted(edges, dice.random() * edges[-1], side="right"))]


def luminance(colour: Rgb) -> float:
    """How light a displayed colour looks, 0..1."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def mixed(a: Rgb, b: Rgb, share: float) -> Rgb:
    """From `a` (share 0) to `b` (share 1)."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def lab(colour: Rgb) -> Doubles:
    """CIE Lab (D65) of a displayed colour; Euclidean distance there is CIE76."""
    c = np.array(colour, np.float64)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ linear / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
