"""What stands out: in a studio, over clutter, cut off, and where nothing does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from saccade.bazaar import Bazaar
from saccade.errors import InputError
from saccade.vision.lab import to_lab
from saccade.vision.salience import centre_prior, paper, salience, salient_mask

Pixels = np.ndarray


def disc(side: int = 120, radius: float = 0.3, middle: tuple[float, float] = (0.5, 0.5)) -> np.ndarray:
    """Which pixels a disc covers."""
    y, x = (np.mgrid[:side, :side] + 0.5) / side
    return (x - middle[0]) ** 2 + (y - middle[1]) ** 2 < radius**2


def painted(where: np.ndarray, colour: tuple[int, ...], ground: Pixels | int) -> Pixels:
    rgb = np.empty((*where.shape, 3), np.uint8)
    rgb[:] = ground
    rgb[where] = colour
    return rgb


def noise(seed: int, side: int = 120) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3)).astype(np.uint8)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize("colour", [(200, 30, 30), (20, 20, 20), (225, 225, 222)])
def test_on_white_paper(colour: tuple[int, ...]) -> None:
    where = disc()
    assert overlap(salient_mask(painted(where, colour, 255)), where) > 0.95


def test_the_inside_of_a_thing_as_white_as_the_paper_stays() -> None:
    rgb = painted(disc(), (200, 30, 30), 255)
    rgb[disc(radius=0.2)] = 255
    assert salient_mask(rgb)[disc(radius=0.2)].all()


def shaded(grain: int) -> Pixels:
    """Grey paper, darker to the right, with a soft shadow."""
    rng = np.random.default_rng(0)
    ground = np.linspace(225, 205, 120) + rng.uniform(-grain, grain, (120, 120))
    shadow = cv2.GaussianBlur(disc(middle=(0.6, 0.65)).astype(np.float32), (0, 0), 8)
    return np.repeat((ground - 30 * shadow)[..., None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize("grain", [0, 8])
def test_a_soft_shadow_is_paper(grain: int) -> None:
    where = disc()
    assert overlap(salient_mask(painted(where, (30, 90, 200), shaded(grain))), where) > 0.9


def test_a_white_thing_on_shaded_paper_stays() -> None:
    where = disc()
    assert overlap(salient_mask(painted(where, (246, 246, 244), shaded(1))), where) > 0.8


@pytest.mark.parametrize("seed", range(5))
def test_over_noise_and_cut_off_at_one_side(seed: int) -> None:
    whole, cut = disc(), disc(middle=(0.5, 0.85))
    assert overlap(salient_mask(painted(whole, (220, 40, 40), noise(seed))), whole) > 0.8
    assert overlap(salient_mask(painted(cut, (220, 40, 40), noise(seed))), cut) > 0.6


def test_in_a_tight_crop_the_corners_are_the_background() -> None:
    where = disc(radius=0.48)
    rgb = painted(where, (220, 160, 30), noise(1))
    assert overlap(salient_mask(rgb, tight=True), where) > 0.8


def test_the_marketplaces_products() -> None:
    """Most studio pictures have paper; what is salient is never paper, and never next to nothing."""
    market, studio = Bazaar(products=5, size=64, views=1, photos=1), 0
    for index in range(5):
        rgb = market.picture(index, 0)
        mask, ground = salient_mask(rgb), paper(to_lab(rgb))
        assert 0.03 < mask.mean() < 0.9
        if ground is not None:
            studio += 1
            assert not (mask & ground).any()
    assert studio >= 3


@pytest.mark.parametrize("shape", [(1, 1), (1, 10_000), (10_000, 1), (2, 3), (64, 64), (300, 200)])
def test_every_size_has_weights_and_a_mask(shape: tuple[int, int]) -> None:
    for rgb in (
        np.full((*shape, 3), 77, np.uint8),
        np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8),
        np.repeat(np.random.default_rng(0).integers(0, 256, (*shape, 1)), 3, axis=2).astype(np.uint8),
    ):
        for tight in (False, True):
            weights, mask = salience(rgb, tight), salient_mask(rgb, tight)
            assert weights.shape == mask.shape == shape
            assert (weights.dtype, mask.dtype) == (np.float32, np.bool_)
            assert 0 <= weights.min() <= weights.max() <= 1
            assert mask.any()


def test_where_nothing_stands_out_the_middle_does() -> None:
    mask = salient_mask(np.full((80, 80, 3), 130, np.uint8))
    assert mask[30:50, 30:50].all()
    assert not mask[0].any()


def test_centre_prior() -> None:
    prior = centre_prior(5, 9)
    assert prior[2, 4] == 1
    assert np.allclose(prior, prior[::-1, ::-1])
    assert prior[0, 0] == prior.min()


def test_another_array_is_refused() -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(InputError, match=r"a picture is uint8 \[H, W, 3\], found uint8"):
            salience(wrong)
    with pytest.raises(InputError, match="float64"):
        salient_mask(np.zeros((4, 4, 3)))  # type: ignore[arg-type]
