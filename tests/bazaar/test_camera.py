"""Photos: worse with strength, never empty, and always of their product."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.bazaar import camera, studio
from saccade.bazaar.camera import Lens
from saccade.bazaar.products import product
from saccade.bazaar.random import stream

CLEAN = Lens(blur=0, shake=0, noise=0, gains=(1, 1, 1), contrast=1, quality=96, cover=0)


def sharpness(rgb: np.ndarray) -> float:
    return float(np.abs(np.diff(rgb.astype(float), axis=1)).mean())


def test_a_clean_lens_changes_little() -> None:
    picture = studio.picture(0, product(0, 1), 0, 96)
    taken = camera.expose(picture, CLEAN, stream(0, "test"))
    assert np.abs(taken.astype(int) - picture)[32:64, 32:64].mean() < 5
    assert taken[:8, :8].mean() < picture[:8, :8].mean() - 15, "corners are darker"


@pytest.mark.parametrize("change", [{"blur": 2.0}, {"shake": 5.0}])
def test_blur_softens(change: dict[str, float]) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (96, 96, 3)).astype(np.uint8)
    blurred = camera.expose(picture, Lens(**{**CLEAN.__dict__, **change}), stream(0, "test"))
    assert sharpness(blurred) < 0.6 * sharpness(picture)


def test_gains_shift_colours_and_noise_roughens() -> None:
    grey = np.full((96, 96, 3), 128, np.uint8)
    warm = camera.expose(grey, Lens(**{**CLEAN.__dict__, "gains": (1.2, 1.0, 0.8)}), stream(0, "test"))
    assert warm[:, :, 0].mean() > warm[:, :, 2].mean() + 30
    rough = camera.expose(grey, Lens(**{**CLEAN.__dict__, "noise": 10.0}), stream(0, "test"))
    assert (
        rough[40:56, 40:56].std() > 3 * camera.expose(grey, CLEAN, stream(0, "test"))[40:56, 40:56].std() + 1
    )


def test_something_in_the_way_covers_a_part() -> None:
    white = np.full((96, 96, 3), 255, np.uint8)
    covered = camera.expose(white, Lens(**{**CLEAN.__dict__, "cover": 0.2}), stream(1, "test"))
    assert 0.01 < (covered.mean(axis=2) < 150).mean() < 0.35


def test_stronger_is_worse() -> None:
    items = [product(0, i) for i in range(12)]
    errors = []
    for strength in (0.0, 1.0, 2.0):
        shots = [camera.photo(0, item, k, 64, strength) for item in items for k in range(2)]
        means = np.array([shot.mean(axis=(0, 1)) for shot in shots])
        errors.append((means[:, 0] - means[:, 2]).std() + means.mean(axis=1).std())
    assert errors[0] < errors[1] < errors[2]


def test_photos_of_a_product_differ() -> None:
    item = product(0, 3)
    a, b = (camera.photo(0, item, k, 64).astype(int) for k in range(2))
    assert np.abs(a - b).mean() > 8
