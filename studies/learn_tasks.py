"""Ten classification tasks of the marketplace, from its truth.

| task | classes | of which pictures |
|---|---|---|
| category | 16 | seller pictures and camera photos of products |
| colour | 25, the main one | the same |
| pattern | 8 | the same |
| material | 17 | the same |
| style | 8 | the same |
| scene | 7 kinds | scenes, squeezed into a square |
| people | 0, 1, 2: how many were cast | the same |
| skin_tone | 4 ranges of the Monk scale | people, head and shoulders |
| hair | 7 cuts | the same |
| headwear | none, hat, sunglasses, both | the same |

Decided: the papers name skin tone and no other of their ten tasks, so the nine are our own choice: five that
every product has, and five on two further sets of pictures, since a head's data set is often its own (Dolev
et al. 2023). Four ranges are what the papers search by; their bounds in Monk tones are not published. Ours
put between a fifth and a third of the marketplace's people into each range. Evaluators and studies only:
this is the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from saccade.bazaar import Bazaar
from saccade.bazaar.casting import Cast
from saccade.bazaar.products import Product
from saccade.bazaar.scenes import Scene, Thing, cast

Pixels = NDArray[np.uint8]

OF_PRODUCTS = ("category", "colour", "pattern", "material", "style")
OF_SCENES = ("scene", "people")
OF_PEOPLE = ("skin_tone", "hair", "headwear")
TASKS = (*OF_PRODUCTS, *OF_SCENES, *OF_PEOPLE)
SKIN = "skin_tone"
RANGES = {"light": range(1, 4), "medium": range(4, 6), "tan": range(6, 8), "deep": range(8, 11)}
"""Monk tones of each range."""

_HEAD = 0.34
"""Share of a standing person's height that head and shoulders take."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture with its labels by task; tone: the Monk tone 1..10 of the person that it shows."""

    name: str
    pixels: Pixels
    labels: dict[str, str]
    tone: int | None = None


def range_of(tone: int) -> str:
    """The range of a Monk tone 1..10."""
    return next(name for name, tones in RANGES.items() if tone in tones)


def of_product(item: Product) -> dict[str, str]:
    """Labels of every picture of a product."""
    return {name: str(getattr(item, name)) for name in OF_PRODUCTS}


def of_scene(market: Bazaar, number: int) -> Iterator[Shown]:
    """A scene, and the people in it, each as a square picture of the marketplace's size."""
    drawn, who = market.scene(number), cast(market.seed, number, market.products)
    labels = {"scene": drawn.kind, "people": str(len(who.people))}
    yield Shown(f"{number:06d}", _fitted(drawn.pixels, market.size), labels)
    for place, thing in enumerate(thing for thing in drawn.things if thing.kind == "person"):
        person = _number(who, drawn, place)
        if person is not None and thing.tone is not None:
            labels = {SKIN: range_of(thing.tone), **_looks(who, person)}
            pixels = _fitted(bust(drawn.pixels, thing), market.size)
            yield Shown(f"{number:06d}-{place}", pixels, labels, thing.tone)


def bust(pixels: Pixels, thing: Thing) -> Pixels:
    """Head and shoulders: the square at the top of a person's box, inside the picture."""
    height, width = pixels.shape[:2]
    box = thing.box
    wide, tall = box.width * width, box.height * height
    side = int(min(max(wide, _HEAD * tall), tall, width, height))
    left = int(np.clip(box.x * width + wide / 2 - side / 2, 0, width - side))
    top = int(np.clip(box.y * height, 0, height - side))
    return pixels[top : top + side, left : left + side]


def _number(who: Cast, drawn: Scene, place: int) -> int | None:
    """Which of the cast the listed person `place` is; None where that cannot be told."""
    listed = [thing for thing in drawn.things if thing.kind == "person"]
    if len(listed) == len(who.people):
        return place
    fits = [number for number, tone in enumerate(who.tones) if tone == listed[place].tone]
    return fits[0] if len(fits) == 1 else None


def _looks(who: Cast, person: int) -> dict[str, str]:
    slots = {role.slot for role in who.roles if role.person == person}
    names = [name for slot, name in (("head", "hat"), ("eyes", "sunglasses")) if slot in slots]
    return {"hair": who.people[person].cut, "headwear": " and ".join(names) or "none"}


def _fitted(pixels: Pixels, size: int) -> Pixels:
    return np.asarray(cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
