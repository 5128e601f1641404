"""Contact sheets: one picture that shows what the marketplace sells, one that shows its scenes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

import cv2
import numpy as np

from saccade.bazaar.arrays import Pixels
from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.casting import SCENES, cast
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.scenes import Scene, scene
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


def scene_sheet(
    market_seed: int,
    products: int,
    scenes: int = 4,
    size: int = 192,
    boxes: bool = False,
    kinds: tuple[str, ...] = tuple(SCENES),
    gap: int = 4,
) -> Pixels:
    """The first `scenes` scenes of each kind, one kind a line, with or without the boxes of what they show.

    products: of the marketplace; size: longer side of a scene, 64..1024; gap: pixels between scenes. Boxes of
    products are red, of people green. Returns uint8 (H, W, 3), RGB, on white. Raises `InputError` for a kind
    that does not exist, and for what `scenes.scene` refuses.
    """
    unknown = [kind for kind in kinds if kind not in SCENES]
    if unknown or scenes < 1:
        raise InputError(
            f"expected 1 scene or more of {', '.join(SCENES)}, found {scenes} of {kinds}: choose among these"
        )
    rows: list[Pixels] = []
    for kind in kinds:
        shown = [
            _boxed(found) if boxes else found.pixels
            for number in islice(_numbers(market_seed, products, kind), scenes)
            for found in (scene(market_seed, number, products, size),)
        ]
        rows.append(np.hstack([np.pad(p, ((0, gap), (0, gap), (0, 0)), constant_values=255) for p in shown]))
    width = max(row.shape[1] for row in rows)
    lines = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return np.pad(np.vstack(lines), ((gap, 0), (gap, 0), (0, 0)), constant_values=255)


def _numbers(seed: int, products: int, kind: str) -> Iterator[int]:
    """Numbers of the scenes of a kind."""
    return (number for number in count() if cast(seed, number, products).kind == kind)


def _boxed(shown: Scene) -> Pixels:
    """The scene with its boxes drawn."""
    picture = shown.pixels.copy()
    height, width = picture.shape[:2]
    for thing in shown.things:
        box, colour = thing.box, (230, 50, 50) if thing.kind == "product" else (40, 170, 70)
        low = (round(box.x * width), round(box.y * height))
        high = (round((box.x + box.width) * width) - 1, round((box.y + box.height) * height) - 1)
        cv2.rectangle(picture, low, high, colour, 1)
    return picture
