"""Skin: the ten tones of the Monk Skin Tone scale, and hair that goes with them.

Decided: the swatches are the published ones (Monk, 2019; skintone.google). The shares of tones are uneven, as
they are in every collection of photographs, and every tone is common enough to be measured. Hair is drawn for
itself, with odds that lean with the tone and exclude nothing but what would be rare.
"""

from __future__ import annotations

import numpy as np

from saccade.bazaar.materials import Material
from saccade.bazaar.palette import Rgb
from saccade.bazaar.random import pick

MONK: tuple[str, ...] = (
    "#f6ede4",
    "#f3e7db",
    "#f7ead0",
    "#eadaba",
    "#d7bd96",
    "#a07e56",
    "#825c43",
    "#604134",
    "#3a312a",
    "#292420",
)
"""Monk tones 1 to 10, lightest first."""

SHARES: tuple[float, ...] = (0.07, 0.12, 0.14, 0.14, 0.13, 0.11, 0.1, 0.08, 0.07, 0.04)
"""Share of people of tones 1 to 10. Own choice: uneven enough that a ranking by chance is not balanced, and
the rarest tone still appears once in 25 people.
"""

SKIN = Material(0.16, 2.6, 0.0, sheen=0.08, texture="cloud", period=30.0, bump=0.02, grain=0.02)
HAIR = Material(0.2, 3.0, 0.0, sheen=0.12, texture="brushed", period=9.0, bump=0.5, grain=0.3)

_HAIRS: dict[str, Rgb] = {
    "black": (0.12, 0.11, 0.11),
    "dark": (0.22, 0.15, 0.11),
    "brown": (0.38, 0.25, 0.16),
    "red": (0.6, 0.27, 0.13),
    "blond": (0.82, 0.66, 0.4),
    "grey": (0.68, 0.67, 0.66),
    "dyed": (0.62, 0.28, 0.46),
}


def swatch(tone: int) -> Rgb:
    """The colour of Monk tone 1..10, as displayed."""
    code = MONK[tone - 1]
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255)


def tone(dice: np.random.Generator) -> int:
    """A Monk tone, 1..10, by `SHARES`."""
    return 1 + int(np.searchsorted(np.cumsum(SHARES)[:-1], dice.random(), side="right"))


def hair_colour(dice: np.random.Generator, of: int) -> Rgb:
    """A colour of hair for a person of tone `of`."""
    light, deep = max(0.0, (6 - of) / 5), max(0.0, (of - 3) / 7)
    odds = {
        "black": 0.12 + deep,
        "dark": 0.5,
        "brown": 0.2 + 0.5 * light,
        "red": 0.02 + 0.16 * light,
        "blond": 0.03 + 0.5 * light,
        "grey": 0.14,
        "dyed": 0.05,
    }
    return _HAIRS[pick(dice, odds)]


def hair_cut(dice: np.random.Generator, of: int) -> str:
    """A cut (see `figures.head.CUTS`) for a person of tone `of`."""
    deep = max(0.0, (of - 4) / 6)
    odds = {"short": 1.6, "bob": 1.1 - 0.5 * deep, "long": 1.5 - 0.7 * deep, "bun": 0.8, "tail": 0.7}
    return pick(dice, {**odds, "curls": 0.35 + 1.3 * deep, "shaved": 0.3 + 0.4 * deep})
