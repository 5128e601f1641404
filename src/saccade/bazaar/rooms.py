"""What stands about in scenes and is sold by nobody: side tables, benches, pictures and windows on a wall.

Decided: plain things in few kinds, in centimetres, each made once a process; and the places that a kind of
scene is set in.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from saccade.bazaar.materials import MATERIALS, Surface
from saccade.bazaar.mesh import block, lathe, rounded, tube
from saccade.bazaar.palette import Rgb, mixed, rgb
from saccade.bazaar.places import Place, place
from saccade.bazaar.shapes.furniture import slab
from saccade.bazaar.solid import Part, Solid, assemble

_WOOD = replace(MATERIALS["wood"], period=60.0, grain=0.22)
_PAINT = replace(MATERIALS["ceramic"], shine=0.2, mirror=0.03, period=80.0)
_WOODS: tuple[Rgb, ...] = ((0.72, 0.53, 0.34), (0.42, 0.28, 0.18), (0.83, 0.72, 0.56))
_ART: tuple[tuple[str, str, str, str], ...] = (
    ("cream", "coral", "teal", "colour-block"),
    ("white", "charcoal", "mustard", "diamond"),
    ("beige", "olive", "brown", "zigzag"),
    ("sky", "navy", "white", "striped"),
    ("pink", "burgundy", "cream", "dotted"),
    ("cream", "green", "mustard", "floral"),
)
PICTURES = len(_ART)

_FLOORS: dict[str, tuple[str, ...]] = {
    "home": ("planks", "parquet", "carpet", "tiles", "planks"),
    "street": ("stone", "tiles", "stone", "grass"),
    "table": ("planks", "marble", "cloth", "parquet", "stone"),
}


def setting(dice: np.random.Generator, where: str, yaw: float, depth: float, repeat: float) -> Place:
    """A place for a scene: `where` is home, street or table; depth of the wall and size of a tile of the
    floor in world units; the room stands square to the world, whatever the camera's `yaw`.
    """
    floors = _FLOORS[where]
    chosen = place(dice)
    floor = floors[int(dice.integers(len(floors)))]
    return replace(chosen, floor=floor, turn=yaw, depth=depth, repeat=repeat, busy=False)


@lru_cache(maxsize=16)
def side_table(kind: int) -> Solid:
    """A round side table, 48 cm high."""
    surface = Surface(_WOODS[kind % 3], _WOOD) if kind % 4 else Surface((0.9, 0.89, 0.86), _PAINT)
    top = lathe([(0, 45.5), (23, 45.5), (23.6, 46.7), (23, 48), (12, 48), (0, 48)], 32)
    feet = [(20 * np.sin(a), 0, 20 * np.cos(a)) for a in (0.3, 2.4, 4.5)]
    legs = [
        Part(tube(np.linspace((0.5 * x, 46, 0.5 * z), (x, 0, z), 4), 1.5, 8), surface) for x, _, z in feet
    ]
    return assemble([Part(top, surface), *legs])


SIDE_TABLE = 48.0
"""Height of a side table's top."""


@lru_cache(maxsize=16)
def bench(kind: int) -> Solid:
    """A bench, 120 cm wide, 44 cm high, 36 cm deep."""
    surface = Surface(_WOODS[kind % 3], _WOOD)
    parts = [Part(slab(120, 5, 36, 10, 1.2).moved(y=41.5), surface)]
    for side in (-1, 1):
        parts.append(Part(slab(5, 39, 30, 10, 1.0).moved(x=side * 50, y=19.5), surface))
    return assemble(parts)


BENCH = 44.0
"""Height of a bench's top."""


@lru_cache(maxsize=16)
def picture(kind: int) -> Solid:
    """A framed picture about (0, 0, 0), 50 by 66 cm, facing z."""
    ground, second, third, pattern = _ART[kind % PICTURES]
    edge = Surface(_WOODS[kind % 3] if kind % 2 else rgb("black"), _WOOD)
    art = Surface(rgb(ground), MATERIALS["paper"], pattern, rgb(second), rgb(third), 26.0)
    mount = Surface((0.95, 0.94, 0.91), MATERIALS["paper"])
    return assemble(
        [
            Part(block(rounded(50, 66, 40, 36), 3, 0.5), edge),
            Part(block(rounded(46, 62, 40, 36), 0.4, 0.1).moved(z=1.6), mount),
            Part(block(rounded(33, 46, 40, 36), 0.4, 0.1).moved(z=2.0), art),
        ]
    )


@lru_cache(maxsize=8)
def window(kind: int) -> Solid:
    """A window of a house, 110 by 150 cm, about (0, 0, 0), facing z."""
    glass = Surface(mixed((0.34, 0.42, 0.48), (0.75, 0.8, 0.82), kind % 4 / 4), replace(_PAINT, mirror=0.3))
    frame = Surface(((0.93, 0.92, 0.89), (0.25, 0.3, 0.28), (0.5, 0.34, 0.22))[kind % 3], _PAINT)
    parts = [Part(block(rounded(118, 158, 40, 36), 4, 0.5), frame)]
    for x in (-28, 28):
        for y in (-38, 38):
            parts.append(Part(block(rounded(50, 70, 40, 36), 1, 0.2).moved(x, y, 2), glass))
    return assemble(parts)


@lru_cache(maxsize=1)
def skirting() -> Solid:
    """A board along the foot of a wall, 9 cm high, about x = 0, its foot on y = 0."""
    paint = Surface((0.92, 0.91, 0.88), _PAINT)
    return assemble([Part(block(rounded(900, 9, 60, 12), 2, 0.4).moved(y=4.5), paint)])
