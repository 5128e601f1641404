"""Names of colours: the marketplace's palette, what everybody agrees on, and the whole space."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.bazaar.palette import HEX
from saccade.vision.families import NAMES, PROTOTYPES, family_numbers, hex_lab, lab_hex, named
from saccade.vision.lab import to_lab

# The marketplace's 25 names, each by the family that a shopper would look under.
EXPECTED = {
    "charcoal": ("grey", "black"), "cream": ("beige", "white"), "tan": ("brown", "beige"),
    "burgundy": ("red",), "coral": ("orange", "red", "pink"), "mustard": ("yellow",), "olive": ("green",),
    "mint": ("green",), "teal": ("blue", "green"), "sky": ("blue",), "navy": ("blue",), "lilac": ("purple",),
    "fuchsia": ("pink", "purple"),
}  # fmt: skip


@pytest.mark.parametrize("name", HEX)
def test_the_marketplaces_names(name: str) -> None:
    (family,) = named(hex_lab(HEX[name])[None])
    assert family in EXPECTED.get(name, (name,))


@pytest.mark.parametrize(
    ("code", "family"),
    [("#000000", "black"), ("#808080", "grey"), ("#ffffff", "white"), ("#ff0000", "red"),
     ("#ffa500", "orange"), ("#ffff00", "yellow"), ("#00ff00", "green"), ("#0000ff", "blue"),
     ("#800080", "purple"), ("#ffc0cb", "pink"), ("#8b4513", "brown"), ("#f5deb3", "beige")],
)  # fmt: skip
def test_colours_of_the_web(code: str, family: str) -> None:
    assert named(hex_lab(code)[None]) == [family]


def test_every_prototype_is_of_its_family_and_every_colour_has_one() -> None:
    for family, codes in PROTOTYPES.items():
        assert named([hex_lab(code) for code in codes]) == [family] * len(codes)
    steps = np.arange(0, 256, 51)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).astype(np.uint8)
    numbers = family_numbers(to_lab(cube))
    assert numbers.shape == cube.shape[:3]
    assert set(numbers.ravel().tolist()) == set(range(len(NAMES)))


def test_greys_go_from_black_through_grey_to_white() -> None:
    greys = to_lab(np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1))
    numbers = family_numbers(greys)
    assert (np.diff(numbers) >= 0).all()
    assert [NAMES[number] for number in np.unique(numbers)] == ["black", "grey", "white"]


def test_hex() -> None:
    assert lab_hex(hex_lab("#C5282c")) == "#c5282c"
    for code in ("red", "#fff", "c5282c", "#c5282g", "#ab cd ", "#c5282c0"):
        with pytest.raises(ValueError, match="#rrggbb"):
            hex_lab(code)
