"""Scenes: the same everywhere, with boxes that are those of the pixels."""

from __future__ import annotations

import subprocess
import sys
import zlib

import numpy as np
import pytest

from saccade.bazaar import scenes
from saccade.bazaar.casting import SCENES, Cast, cast
from saccade.bazaar.layout import FORMATS, lay_out
from saccade.bazaar.raster import cover, empty
from saccade.bazaar.scenes import Scene, Thing, owners, scene
from saccade.bazaar.visible import alone, tally
from saccade.errors import InputError

SEED, PRODUCTS = 9, 500


def one_of(kind: str, skip: int = 0) -> int:
    return [number for number in range(150) if cast(SEED, number, PRODUCTS).kind == kind][skip]


def members(who: Cast, thing: Thing) -> list[int]:
    """The owners whose samples are a thing's."""
    if thing.kind == "product":
        return [who.items.index(thing.item)]
    place = next(k for k in range(len(who.people)) if who.people[k].tone == thing.tone)
    worn = [i for i, r in enumerate(who.roles) if r.person == place and r.slot not in ("hand", "back")]
    return [-2 - place, *worn]


@pytest.mark.parametrize("kind", SCENES)
def test_boxes_are_the_bounds_of_what_is_seen(kind: str) -> None:
    number = one_of(kind)
    who, shown, whose = (
        cast(SEED, number, PRODUCTS),
        scene(SEED, number, PRODUCTS, 128),
        owners(SEED, number, PRODUCTS, 128),
    )
    if len(set(who.tones)) < len(who.tones):
        number = one_of(kind, 1)
        who, shown = cast(SEED, number, PRODUCTS), scene(SEED, number, PRODUCTS, 128)
        whose = owners(SEED, number, PRODUCTS, 128)
    assert shown.kind == kind and len(shown.things) >= 2
    height, width = whose.shape
    for thing in shown.things:
        rows, columns = np.nonzero(np.isin(whose, members(who, thing)))
        box = thing.box
        assert np.isclose([box.x, box.y], [columns.min() / width, rows.min() / height]).all()
        right, bottom = (columns.max() + 1) / width, (rows.max() + 1) / height
        assert np.isclose([box.x + box.width, box.y + box.height], [right, bottom]).all()
        assert 0.15 <= thing.visible <= 1 and box.area >= 0.01


@pytest.mark.parametrize("kind", ["outfit", "portrait", "living-room"])
def test_visible_is_what_is_seen_of_what_there_is(kind: str) -> None:
    number = one_of(kind)
    who, shown = cast(SEED, number, PRODUCTS), scene(SEED, number, PRODUCTS, 128)
    whose = owners(SEED, number, PRODUCTS, 128)
    world = scenes._world(lay_out(SEED, who), whose.shape[0] // 2, whose.shape[1] // 2)
    screen = world.view.enlarged(2).pixels(world.solid.vertices)
    margin = 3 * max(whose.shape)
    for thing in shown.things:
        own = members(who, thing)
        rows = np.isin(world.owner, own)
        near, triangle = empty(2 * margin + whose.shape[0], 2 * margin + whose.shape[1])
        shifted = screen + np.array([margin, margin, 0], np.float32)
        cover(shifted, world.solid.faces[rows], world.solid.closed[rows], near, triangle)
        assert np.isclose(np.isin(whose, own).sum() / (triangle >= 0).sum(), thing.visible, atol=0.04)


def test_a_square_before_another_hides_it() -> None:
    screen = np.array([[0, 0, 1], [8, 0, 1], [8, 8, 1], [0, 8, 1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    free = np.zeros((8, 12), np.int32)
    bits = np.array([1, 3], np.int32)
    assert alone(screen, faces, np.zeros(2, bool), bits, free, 2).tolist() == [64, 36]
    seen = np.full((4, 6), -1, np.int32)
    seen[1:3, 2:5] = 0
    seen[2, 4] = 1
    table = tally(seen, np.array([1, 0], np.int32), 2)
    assert table.tolist() == [[1, 4, 2, 5, 3], [1, 2, 1, 5, 3]]


def test_order_does_not_matter() -> None:
    numbers = [one_of(kind) for kind in SCENES]
    first = [scene(SEED, number, PRODUCTS, 64).pixels for number in numbers]
    again = [scene(SEED, number, PRODUCTS, 64).pixels for number in reversed(numbers)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_another_process_draws_the_same() -> None:
    code = (
        "import zlib; from saccade.bazaar.scenes import scene;"
        f"s = [scene({SEED}, n, {PRODUCTS}, 96) for n in (3, 1)];"
        "print(zlib.crc32(s[1].pixels.tobytes() + repr(s[1].things).encode()))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    here = scene(SEED, 1, PRODUCTS, 96)
    assert int(out.stdout) == zlib.crc32(here.pixels.tobytes() + repr(here.things).encode())


@pytest.mark.parametrize("size", [64, 100, 257, 1024])
def test_sizes_and_formats(size: int) -> None:
    for kind in ("outfit", "table", "corner") if size < 1000 else ("living-room",):
        pixels = scene(SEED, one_of(kind), PRODUCTS, size).pixels
        across, down = FORMATS[kind]
        assert pixels.dtype == np.uint8 and pixels.shape[2] == 3
        assert max(pixels.shape) in (size, size - 1)
        assert np.isclose(pixels.shape[1] / pixels.shape[0], across / down, atol=0.05)
        assert pixels.std() > 15


def test_boxes_do_not_depend_on_the_size() -> None:
    number = one_of("outfit")
    small, large = (
        {t.item: t.box for t in scene(SEED, number, PRODUCTS, size).things} for size in (128, 384)
    )
    for item in small.keys() & large.keys():
        a, b = small[item], large[item]
        assert np.allclose([a.x, a.y, a.width, a.height], [b.x, b.y, b.width, b.height], atol=0.02)


def test_nearly_all_that_is_cast_is_found() -> None:
    listed = expected = 0
    for number in range(60):
        who, shown = cast(SEED, number, PRODUCTS), scene(SEED, number, PRODUCTS, 96)
        products = [t for t in shown.things if t.kind == "product"]
        people = [t for t in shown.things if t.kind == "person"]
        assert {t.item for t in products} <= set(who.items)
        assert [t.tone for t in people] == list(who.tones)
        assert all((t.item, t.category) in [(r.item, r.category) for r in who.roles] for t in products)
        listed, expected = listed + len(products), expected + len(who.items)
    assert listed > 0.95 * expected


@pytest.mark.parametrize("products", [1, 12])
def test_a_small_marketplace_has_scenes_with_fewer_things(products: int) -> None:
    found = [scene(SEED, number, products, 64) for number in range(14)]
    assert all(isinstance(s, Scene) and s.pixels.std() > 3 for s in found)
    assert all(t.item is None or t.item < products for s in found for t in s.things)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InputError, match="64 to 1024"):
        scene(SEED, 0, PRODUCTS, 32)
    with pytest.raises(InputError, match="product"):
        scene(SEED, 0, 0, 128)
