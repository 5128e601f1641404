"""Every category, pattern and material can be made and seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saccade.bazaar import studio
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.materials import MATERIALS
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.products import Product, product, solid
from saccade.bazaar.render import Pose, draw, frame
from saccade.bazaar.shade import Light


def example(category: str) -> Product:
    return next(p for i in range(1000) if (p := product(2, i)).category == category)


def dressed(category: str, pattern: str, material: str) -> Product:
    return replace(
        example(category),
        pattern=pattern,
        material=material,
        colour="navy",
        second="cream",
        shades=((0.12, 0.18, 0.32), (0.92, 0.88, 0.77), (0.77, 0.16, 0.17)),
    )


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_every_shape_stands_in_the_frame_at_the_ends_of_its_ranges(category: str, place: float) -> None:
    ranges = CATEGORIES[category].ranges
    form = tuple((name, low + (high - low) * place) for name, (low, high) in ranges.items())
    body = solid(replace(example(category), form=form))
    assert np.isfinite(body.vertices).all() and np.isfinite(body.normals).all()
    assert np.isclose(np.ptp(body.vertices, axis=0).max(), 2, atol=1e-4) and np.isclose(
        body.vertices[:, 1].min(), 0, atol=1e-5
    )
    alpha = draw(body, frame(body, Pose(25, 20, fill=0.8), 64), Light(), 64).rgba[:, :, 3]
    ys, xs = np.nonzero(alpha > 0.05)
    assert 0.02 < (alpha > 0.3).mean() < 0.75
    assert min(ys.min(), xs.min()) >= 4 and max(ys.max(), xs.max()) <= 59
    assert 48 <= max(np.ptp(ys), np.ptp(xs)) + 1 <= 54


@pytest.mark.parametrize("pattern", PATTERNS[1:])
def test_every_pattern_shows(pattern: str) -> None:
    plain = studio.picture(0, dressed("cushion", "plain", "cotton"), 0, 64).astype(int)
    printed = studio.picture(0, dressed("cushion", pattern, "cotton"), 0, 64).astype(int)
    changed = np.abs(plain - printed).max(axis=2) > 60
    assert 0.05 < changed.mean() < 0.6


@pytest.mark.parametrize("material", MATERIALS)
def test_every_material_is_drawn_in_range(material: str) -> None:
    item = dressed("vase", "plain", material)
    shown = studio.picture(0, item, 0, 64)
    middle = shown[24:44, 26:38].reshape(-1, 3).astype(float)
    assert middle.std(axis=0).max() > 1.0, "a lit vessel is never one flat colour"
    assert (shown == 0).all(axis=2).mean() < 0.05


def test_materials_differ_in_look() -> None:
    looks = [
        studio.picture(0, dressed("vase", "plain", m), 0, 64).astype(float)
        for m in ("ceramic", "wool", "metal", "wood", "glass")
    ]
    gaps = [np.abs(a - b).mean() for i, a in enumerate(looks) for b in looks[:i]]
    assert min(gaps) > 0.6


def test_truth_is_frozen_and_its_words_are_known() -> None:
    for i in range(100):
        item = product(2, i)
        category = CATEGORIES[item.category]
        assert item.material in category.materials and item.pattern in PATTERNS and item.price > 0
        assert all(category.ranges[name][0] <= value <= category.ranges[name][1] for name, value in item.form)
    with pytest.raises(AttributeError):
        item.colour = "red"  # type: ignore[misc]
