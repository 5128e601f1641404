"""The random camera: seeded, of the right shape, and it cuts products out of plain paper."""

from __future__ import annotations

import numpy as np

from saccade.training.augment import Camera, backdrop, mask_of

STILL = Camera(
    turn=0,
    tilt=0,
    near=1,
    far=1,
    shift=0,
    light=0,
    cast=0,
    contrast=0,
    blur=0,
    noise=0,
    jpeg=0,
    flip=0,
    backdrop=1,
)


def product() -> np.ndarray:
    """A dark blue disc on white paper, uint8 [80, 80, 3]."""
    picture = np.full((80, 80, 3), 245, np.uint8)
    rows, columns = np.indices((80, 80)) - 40
    picture[rows**2 + columns**2 < 400] = (20, 40, 120)
    return picture


def test_same_seed_same_photo() -> None:
    photos = [Camera()(product(), 48, np.random.default_rng(seed)) for seed in (3, 3, 4)]
    assert photos[0].shape == (48, 48, 3) and photos[0].dtype == np.uint8
    assert np.array_equal(photos[0], photos[1]) and not np.array_equal(photos[0], photos[2])


def test_without_strength_it_changes_nothing() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert np.array_equal(STILL(picture, 32, np.random.default_rng(0)), picture)


def test_flip_mirrors() -> None:
    picture = product()
    picture[:, :20] = (200, 0, 0)
    always = Camera(**{**STILL.__dict__, "flip": 1.0})
    assert np.abs(always(picture, 80, np.random.default_rng(0)).astype(int)[:, 62:, 0] - 200).max() <= 1


def test_mask_is_the_product() -> None:
    mask = mask_of(product())
    assert mask is not None
    disc = np.all(product() == (20, 40, 120), axis=2)
    assert ((mask > 0) == disc).mean() > 0.99


def test_a_busy_border_has_no_mask() -> None:
    assert mask_of(np.random.default_rng(0).integers(0, 256, (80, 80, 3), np.uint8)) is None


def test_backdrop_replaces_paper_and_keeps_the_product() -> None:
    picture, green = product(), np.zeros((80, 80, 3), np.uint8)
    photo = STILL(picture, 80, np.random.default_rng(0), mask_of(picture), green)
    assert np.array_equal(photo[40, 40], (20, 40, 120))
    assert photo[:10].max() < 100 and photo.shape == (80, 80, 3)


def test_backdrop_is_a_picture() -> None:
    piece = backdrop(product(), 24, np.random.default_rng(0))
    assert piece.shape == (24, 24, 3) and piece.dtype == np.uint8
