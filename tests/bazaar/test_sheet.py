"""The contact sheet shows every category."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.sheet import contact_sheet, scene_sheet
from saccade.errors import InputError


def test_every_cell_is_filled() -> None:
    market = Bazaar(products=150, size=32, photos=1)
    sheet = contact_sheet(market, columns=2, pictures=2, photos=1, gap=4)
    rows = -(-len(CATEGORIES) // 2)
    assert sheet.shape == (rows * 36 + 4, 6 * 36 + 4, 3) and sheet.dtype == np.uint8
    for y in range(rows):
        for x in range(6):
            assert sheet[4 + y * 36 : 36 + y * 36, 4 + x * 36 : 36 + x * 36].std() > 4


def test_a_small_market_is_refused() -> None:
    with pytest.raises(InputError, match="larger"):
        contact_sheet(Bazaar(products=3, size=32))


def test_a_line_of_scenes_for_each_kind() -> None:
    kinds = ("outfit", "table", "corner")
    bare = scene_sheet(3, 300, scenes=2, size=64, kinds=kinds)
    boxed = scene_sheet(3, 300, scenes=2, size=64, kinds=kinds, boxes=True)
    assert bare.shape == boxed.shape == (64 + 64 + 48 + 4 * 4, 2 * 68 + 4, 3)
    changed = (bare != boxed).any(axis=2)
    assert 0.005 < changed.mean() < 0.3
    assert (bare[:4] == 255).all()


@pytest.mark.parametrize("wrong", [{"kinds": ("beach",)}, {"scenes": 0}, {"size": 8}])
def test_scenes_that_do_not_exist_are_refused(wrong: dict) -> None:
    with pytest.raises(InputError, match="expected"):
        scene_sheet(3, 300, **wrong)
