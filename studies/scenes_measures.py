"""What a detector and an embedding make of scenes together: taps, and products found in a room.

Decided: the rules are the products' own. A tap on the middle of a thing means a box under it, or the square
around it (`discovery.flashlight_dots`); a scene is shopped by its dots;
a thing whose category is sure is looked for among products of that category. What is right: the first seller
picture shows the same category, or the very product.
"""

from __future__ import annotations

import numpy as np
from learn_train import Vectors
from scenes_market import HeldScene, OpenedRooms

from saccade.detection.detector import Detector
from saccade.discovery.answer import Part
from saccade.discovery.engine import Embeds
from saccade.discovery.flashlight_dots import around, gated, parts_of, tapped
from saccade.discovery.shop_names import SURE
from saccade.vision.boxes import Box, crop, with_margin

Figures = dict[str, list[float] | list[str]]


def taps_and_rooms(rooms: OpenedRooms, model: Embeds, detector: Detector) -> Figures:
    """For each product that can be seen in a held scene: whether a tap on it gave its category (`class`) and
    itself (`product`), and the scene (`taps_of`). For each held scene: whether the first product of one list,
    made of all its dots by best score, is in it (`objects`); the share of dots whose first product is
    (`each`); and whether the whole picture's is (`whole`).
    """
    images, items = rooms.gallery
    gallery = np.concatenate([model.embed([rooms.picture(name)]) for name in images])
    out: Figures = {"class": [], "product": [], "taps_of": [], "objects": [], "each": [], "whole": []}
    for scene in rooms.held:
        first = _asked(rooms, scene, model, detector, gallery, items)
        _add(out, rooms, scene, *first)
    return out


def _asked(
    rooms: OpenedRooms, scene: HeldScene, model: Embeds, detector: Detector, gallery: Vectors,
    items: list[str],
) -> tuple[list[str], list[str], str]:  # fmt: skip
    """The first item for a tap on each product, for each dot (best first), and for the whole picture."""
    rgb = rooms.picture(scene.image_id)
    parts = parts_of(detector.detect([rgb])[0], detector.categories)
    taps = [_meant(parts, thing.box, rgb.shape) for thing in scene.products]
    asked = [*taps, *gated(parts)]
    vectors = model.embed([*(crop(rgb, _cut(part)) for part in asked), rgb])
    scores = vectors @ gallery.T
    kinds = np.array([rooms.category_of[item] for item in items])
    for row, part in zip(scores, asked, strict=False):
        if part.category in kinds and (part.score or 0) >= SURE:
            row[kinds != part.category] = -1
    found: list[str] = [items[place] for place in scores.argmax(axis=1).tolist()]
    best = scores[len(taps) : -1].max(axis=1)
    dots = [found[len(taps) + place] for place in np.argsort(-best, kind="stable").tolist()]
    return found[: len(taps)], dots, found[-1]


def _cut(part: Part) -> Box:
    """An object is cut out with a margin, the square around a tap as it is."""
    return part.box if part.category is None else with_margin(part.box)


def _meant(parts: list[Part], box: Box, shape: tuple[int, ...]) -> Part:
    """What a tap on the middle of a box means."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    part = tapped(parts, x, y)
    return part if part is not None else Part(around(x, y, shape[1], shape[0]))


def _add(
    out: Figures, rooms: OpenedRooms, scene: HeldScene, taps: list[str], dots: list[str], whole: str
) -> None:
    things, shown = scene.products, {thing.item for thing in scene.products}
    for thing, item in zip(things, taps, strict=True):
        out["class"].append(float(rooms.category_of[item] == thing.category))  # type: ignore[arg-type]
        out["product"].append(float(item == thing.item))  # type: ignore[arg-type]
        out["taps_of"].append(scene.image_id)  # type: ignore[arg-type]
    if things:
        out["objects"].append(float(bool(dots) and dots[0] in shown))  # type: ignore[arg-type]
        out["each"].append(float(np.mean([item in shown for item in dots])) if dots else 0.0)  # type: ignore[arg-type]
        out["whole"].append(float(whole in shown))  # type: ignore[arg-type]
