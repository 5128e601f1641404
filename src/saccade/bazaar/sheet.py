"""A contact sheet: one picture that shows what the marketplace sells."""

from __future__ import annotations

import numpy as np

from saccade.bazaar.arrays import Pixels
from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.categories import CATEGORIES
from saccade.errors import InputError


def contact_sheet(
    market: Bazaar, columns: int = 2, pictures: int = 4, photos: int = 1, gap: int = 4
) -> Pixels:
    """Every category once: `pictures` products by their main picture, then the first product's `photos`.

    columns: categories side by side; gap: pixels between pictures. Returns uint8 (H, W, 3), RGB, on white.
    Raises `InputError` when the marketplace has fewer than `pictures` products of some category.
    """
    rows = [_row(market, name, pictures, min(photos, market.photos), gap) for name in CATEGORIES]
    height, width = market.size + gap, rows[0].shape[1]
    lines = -(-len(rows) // columns)
    sheet = np.full((lines * height + gap, columns * width + gap, 3), 255, np.uint8)
    for i, row in enumerate(rows):
        y, x = gap + i // columns * height, gap + i % columns * width
        sheet[y : y + height, x : x + width] = row
    return sheet


def _row(market: Bazaar, category: str, pictures: int, photos: int, gap: int) -> Pixels:
    found = [i for i in range(market.products) if market.product(i).category == category][:pictures]
    if len(found) < pictures:
        raise InputError(
            f"expected {pictures} products of {category}, found {len(found)}: make a larger marketplace"
        )
    shown = [market.picture(i, 0) for i in found] + [market.photo(found[0], k) for k in range(photos)]
    return np.hstack([np.pad(p, ((0, gap), (0, gap), (0, 0)), constant_values=255) for p in shown])
