"""Conditions that are refused, and colours by name, by hex and in the palette."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from saccade.discovery.arrange_pool import Pool
from saccade.discovery.engine import Row
from saccade.discovery.looks_columns import Tones
from saccade.discovery.narrow import Narrow, colour_mask, swatches
from saccade.errors import InputError
from saccade.vision.families import hex_lab


class Coloured:
    """Pictures with the colours that are given: (name, hex, share)."""

    def __init__(self, given: Sequence[Sequence[tuple[str, str, float]]]) -> None:
        self.given = given

    def colours(self, ids: Sequence[str]) -> Tones:
        rows = [(place, *one) for place, some in enumerate(self.given) for one in some]
        names = sorted({row[1] for row in rows})
        return Tones(
            np.array([row[0] for row in rows], np.int64),
            np.stack([hex_lab(row[2]) for row in rows]).astype(np.float32),
            np.array([row[3] for row in rows], np.float32),
            np.array([names.index(row[1]) for row in rows], np.int64), names,
        )  # fmt: skip


@pytest.fixture
def pool() -> Pool:
    given = [
        [("red", "#c02020", 0.9)],
        [("red", "#b03030", 0.4), ("blue", "#2040c0", 0.5)],
        [("blue", "#3050d0", 0.85), ("red", "#c02020", 0.1)],
        [("green", "#209040", 1.0)],
    ]
    rows = [Row(1.0, str(place), None, None) for place in range(4)]
    return Pool(rows, Coloured(given))  # pyright: ignore


def test_a_quarter_of_a_colour_is_enough(pool: Pool) -> None:
    assert colour_mask(pool, "red").tolist() == [True, True, False, False]
    assert colour_mask(pool, "blue").tolist() == [False, True, True, False]
    assert colour_mask(pool, "purple").tolist() == [False] * 4


def test_a_hex_colour_is_met_within_a_distance(pool: Pool) -> None:
    assert colour_mask(pool, "#c02020", 3).tolist() == [True, False, False, False]
    assert colour_mask(pool, "#c02020", 12).tolist() == [True, True, False, False]
    wide = [colour_mask(pool, "#c02020", near).sum() for near in (1, 12, 60, 100)]
    assert wide == sorted(wide)


def test_the_palette_counts_families_of_what_is_kept(pool: Pool) -> None:
    found = swatches(pool, np.ones(4, np.bool_))
    assert [(one.name, one.count, one.share) for one in found] == [
        ("blue", 2, 0.5), ("red", 2, 0.5), ("green", 1, 0.25),
    ]  # fmt: skip
    assert found[1].hex == "#c02020"
    assert [one.name for one in swatches(pool, np.array([False, False, False, True]))] == ["green"]
    assert swatches(pool, np.zeros(4, np.bool_)) == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"chips": ("red",)}, "expected phrase:… or attribute:name=value as a chip, found 'red'"),
        ({"chips": ("attribute:red",)}, "as a chip"),
        ({"chips": ("phrase:a",) * 17}, "at most 16 chips, found 17"),
        ({"colour": "reddish"}, "a colour is #rrggbb or one of"),
        ({"colour": "#12345"}, "a colour is #rrggbb"),
        ({"near": 0}, "near is a colour difference"),
    ],
)
def test_what_is_refused(given: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Narrow(**given)
    assert not Narrow()
    assert Narrow(colour="red")
