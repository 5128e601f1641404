"""Twelve names for all colours: the basic colour terms of English, and beige.

Berlin and Kay's eleven terms (1969) with beige, which shops use as often. A family is a handful of
prototypes, and a colour belongs to the family of the prototype nearest to it in CIEDE2000.

Decided: prototypes rather than ranges, because families are no boxes in Lab (brown is dark orange, pink is
light red) and a list of colours can be read and argued with. They are our choice. Olive counts as green,
gold as yellow, burgundy as red, navy as blue, turquoise as blue or green, whichever is nearer.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.vision.lab import Floats, delta_e2000, to_lab, to_rgb

PROTOTYPES: dict[str, tuple[str, ...]] = {
    "black": ("#000000", "#1c1c1e", "#262423", "#303033", "#3b3b3c"),
    "grey": ("#57575a", "#626264", "#7c7d80", "#98999c", "#b8babd", "#8c8884"),
    "white": ("#ffffff", "#f2f2f0", "#e0e0de", "#e6eaee", "#f7f3ea"),
    "red": ("#d3121f", "#a81524", "#7b1526", "#e63b36", "#5e1a25", "#b5434a"),
    "orange": ("#f07a1c", "#ff9b3d", "#d95f17", "#f2825b"),
    "yellow": ("#f7d417", "#f5e26b", "#d8ab21", "#fff4a8"),
    "green": ("#2c8a3d", "#144d2b", "#7cbf4b", "#a9dcb5", "#6b7032", "#22856f", "#b7cf3f", "#4b5a45"),
    "blue": ("#1f4fb5", "#17264f", "#3f86d8", "#8cbfe8", "#27808f", "#4a6285", "#63c3d1", "#bcd6ec", 
             "#28324a", "#3a4256", "#5d6b80"),
    "purple": ("#6a2f8f", "#3c1f4f", "#9a6cc4", "#c3a8de", "#8a2a78", "#5a4562"),
    "pink": ("#f28cb1", "#f7c3cf", "#d83a85", "#e0668a", "#e8a0a0"),
    "brown": ("#6b4226", "#43291b", "#8f5c33", "#7d5a48", "#a67444", "#604f47", "#3d302c"),
    "beige": ("#dcc8a6", "#c6ad8b", "#ece0c9", "#b39a7c"),
}  # fmt: skip
"""sRGB prototypes of each family."""

NAMES: tuple[str, ...] = tuple(PROTOTYPES)


def hex_lab(code: str) -> Floats:
    """Lab [3] of a colour as displayed, "#rrggbb"; `ValueError` for another text."""
    if not _HEX.fullmatch(code):
        raise ValueError(f"a colour is #rrggbb, found {code!r}")
    return to_lab(np.frombuffer(bytes.fromhex(code[1:]), np.uint8))


def lab_hex(lab: ArrayLike) -> str:
    """The colour as displayed, "#rrggbb", of one Lab [3]."""
    return "#" + to_rgb(lab).tobytes().hex()


_HEX = re.compile("#[0-9a-fA-F]{6}")
_CODES = [code for codes in PROTOTYPES.values() for code in codes]
_CENTRES = np.stack([hex_lab(code) for code in _CODES])
_FAMILY = np.repeat(np.arange(len(NAMES)), [len(codes) for codes in PROTOTYPES.values()])


def family_numbers(lab: ArrayLike) -> NDArray[np.int64]:
    """The place in `NAMES` of the family of each colour: Lab [..., 3] to int64 [...]."""
    x = np.asarray(lab, np.float32)
    return _FAMILY[delta_e2000(x[..., None, :], _CENTRES).argmin(axis=-1)].astype(np.int64)


def named(lab: ArrayLike) -> list[str]:
    """The family of each colour of Lab [N, 3]."""
    return [NAMES[number] for number in family_numbers(lab)]
