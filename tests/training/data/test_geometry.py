"""Crops stay inside, are of the sizes asked for, survive drafts; the resize is Pillow's."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from saccade.training.data.geometry import Region, random_region, resize, shrunk


@pytest.mark.parametrize("size", [(300, 200), (31, 500), (1, 1), (1, 900), (900, 1)])
def test_regions_lie_inside(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        region = random_region(*size, (0.08, 1.0), (3 / 4, 4 / 3), rng)
        assert region.height >= 1 and region.width >= 1 and min(region.top, region.left) >= 0
        assert region.top + region.height <= size[0] and region.left + region.width <= size[1]


def test_regions_have_the_shares_and_ratios_asked_for() -> None:
    rng = np.random.default_rng(1)
    found = [random_region(400, 400, (0.2, 0.5), (0.5, 2.0), rng) for _ in range(2000)]
    areas = np.array([one.height * one.width / 160_000 for one in found])
    ratios = np.array([one.width / one.height for one in found])
    assert areas.min() > 0.19 and areas.max() < 0.51 and abs(areas.mean() - 0.35) < 0.01
    assert ratios.min() > 0.49 and ratios.max() < 2.05 and abs(np.log(ratios).mean()) < 0.05
    assert np.ptp([one.top for one in found]) > 150 and np.ptp([one.left for one in found]) > 150


def test_what_fits_no_ratio_is_the_middle() -> None:
    region = random_region(10, 1000, (1.0, 1.0), (3 / 4, 4 / 3), np.random.default_rng(0))
    assert region == Region(0, 493, 10, 13, (10, 1000))


def test_draft_is_just_enough() -> None:
    region = Region(0, 0, 100, 300, (1000, 800))
    draft = region.draft(50)  # the part's 100 rows become 50, so the whole may be half as large
    assert draft == 400
    assert region.of(np.zeros((500, 400, 3), np.uint8)).shape[:2] == (50, 150)


def test_a_region_of_a_draft_is_never_empty() -> None:
    assert Region(999, 799, 1, 1, (1000, 800)).of(np.zeros((10, 8, 3), np.uint8)).shape == (1, 1, 3)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_resize_is_pillows(interpolation: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    part = picture[5:80, 7:110]
    by_pillow = Image.fromarray(part).resize((48, 32), Image.Resampling[interpolation.upper()])
    found = resize(part, 32, 48, interpolation)
    assert found.shape == (32, 48, 3) and found.flags.c_contiguous and found.flags.writeable
    assert np.abs(found.astype(int) - np.asarray(by_pillow)).max() <= 2


def test_read_only_pixels_are_fine() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    picture.flags.writeable = False
    assert resize(picture[:, ::-1], 4, 4, "bilinear").shape == (4, 4, 3)


def test_shrunk_keeps_aspect_and_small_pictures() -> None:
    picture = np.zeros((100, 250, 3), np.uint8)
    assert shrunk(picture, 40).shape == (40, 100, 3)
    assert shrunk(picture, 100) is picture and shrunk(picture, 300) is picture
