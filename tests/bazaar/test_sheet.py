"""The contact sheet shows every category."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.sheet import contact_sheet
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
