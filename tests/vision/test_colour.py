"""Salient colours: recovered from two-coloured things over noise, few, ordered, the same every time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.vision.colour import MERGE, PREPARE, SMALL, Palette, palette, salient_colours
from saccade.vision.decode import decode
from saccade.vision.families import NAMES, hex_lab
from saccade.vision.lab import delta_e2000, to_lab


def two_coloured(seed: int, side: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """A thing of two plain colours over noise, and the colour of its larger part (55-75 %)."""
    rng = np.random.default_rng(seed)
    colours = rng.integers(0, 256, (2, 3)).astype(np.uint8)
    while delta_e2000(*to_lab(colours)) < 20:
        colours = rng.integers(0, 256, (2, 3)).astype(np.uint8)
    rgb = rng.integers(0, 256, (side, side, 3)).astype(np.uint8)
    y, x = np.mgrid[:side, :side] / side
    (middle_x, middle_y), (wide, high) = rng.uniform(0.4, 0.6, 2), rng.uniform(0.2, 0.38, 2)
    u, v = (x - middle_x) / wide, (y - middle_y) / high
    thing = u**2 + v**2 < 1 if rng.random() < 0.5 else np.maximum(abs(u), abs(v)) < 1
    angle = rng.uniform(0, 2 * np.pi)
    along = u * np.cos(angle) + v * np.sin(angle)
    first = thing & (along <= np.quantile(along[thing], rng.uniform(0.55, 0.75)))
    rgb[thing] = colours[1]
    rgb[first] = colours[0]
    return rgb, to_lab(colours[0])


def test_the_dominant_colour_is_recovered_over_noise() -> None:
    """Component 5: within delta E 5 in at least 95 % of cases."""
    cases = [two_coloured(seed) for seed in range(120)]
    errors = np.array([delta_e2000(salient_colours(rgb).lab[0], truth) for rgb, truth in cases])
    assert (errors <= 5).mean() >= 0.95


def test_shares_of_a_flag() -> None:
    rgb = np.full((90, 90, 3), 255, np.uint8)
    rgb[20:70, 10:55], rgb[20:70, 55:80] = (30, 60, 180), (210, 30, 40)
    found = salient_colours(rgb)
    assert found.names == ("blue", "red")
    assert found.family == "blue"
    assert found.shares == pytest.approx([45 / 70, 25 / 70], abs=0.04)


def test_the_shades_of_a_family_count_together() -> None:
    lab = np.stack([hex_lab(code) for code in ("#1f4fb5", "#8cbfe8", "#d3121f")])
    found = palette(np.repeat(lab, (30, 30, 40), axis=0))
    assert found.names[0] == "red"
    assert found.family == "blue"


@pytest.mark.parametrize("seed", range(6))
def test_few_apart_and_the_largest_first(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lab = rng.uniform((0, -60, -60), (100, 60, 60), (500, 3)).astype(np.float32)
    found = palette(lab, most=4)
    assert 1 <= len(found.shares) <= 4
    assert (np.diff(found.shares) <= 0).all()
    assert found.shares.sum() <= 1 + 1e-5
    assert found.shares.min() >= SMALL
    apart = delta_e2000(found.lab[:, None], found.lab)
    assert apart[np.triu_indices(len(apart), 1)].min(initial=MERGE) >= MERGE
    assert set(found.names) <= set(NAMES)


@pytest.mark.parametrize("shape", [(1, 1), (1, 10_000), (10_000, 1), (50, 50)])
def test_plain_and_odd_pictures_have_a_colour(shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), (40, 120, 200), np.uint8)
    found = salient_colours(rgb)
    assert found.shares == pytest.approx([1])
    assert delta_e2000(found.lab[0], to_lab(rgb[0, 0])) < 0.5
    assert found.names == ("blue",)
    grey = np.repeat(np.random.default_rng(0).integers(0, 256, (*shape, 1)), 3, axis=2).astype(np.uint8)
    assert set(salient_colours(grey).names) <= {"black", "grey", "white"}


def test_same_picture_same_colours_in_every_thread() -> None:
    pictures = [two_coloured(seed, 96)[0] for seed in range(4)] * 4
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(salient_colours, pictures))
    for one, rgb in zip(found, pictures, strict=True):
        again = salient_colours(PREPARE.prepare_uint8(rgb))
        assert (one.lab == again.lab).all()
        assert (one.shares == again.shares).all()


def test_another_array_is_refused() -> None:
    with pytest.raises(InputError, match=r"a picture is uint8 \[H, W, 3\]"):
        salient_colours(np.zeros((4, 4), np.uint8))


def test_products_of_one_plain_colour(data_dir: Path) -> None:
    """Fashion: of shirts called red, green, yellow or black, most have that family among their colours."""

    wanted = {"Red": "red", "Green": "green", "Yellow": "yellow", "Black": "black", "White": "white"}
    rows = [json.loads(line) for line in (data_dir / "fashion" / "val.jsonl").read_text().splitlines()]
    shirts = [row for row in rows if row["article_type"] == "Tshirts" and row["base_colour"] in wanted][:60]
    hits = 0
    for row in shirts:
        rgb = decode((data_dir / "fashion" / row["image"]).read_bytes()).rgb
        assert rgb is not None
        found: Palette = salient_colours(rgb)
        hits += wanted[row["base_colour"]] in found.names
    assert hits / len(shirts) > 0.75
