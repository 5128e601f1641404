"""Hand-made features: what they see, what they forget, what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.models.handmade import HandmadeSettings, fit_handmade, raw_features, unit

SETTINGS = HandmadeSettings()
SMALL = HandmadeSettings(grid=1, light=4, colour=4, cells=2, angles=4)
WIDTH = 4 + 4**2 + 2**2 * 4


def patch(colour: tuple[int, int, int], upright: bool) -> np.ndarray:
    """A striped square on grey, uint8 [96, 96, 3]."""
    picture = np.full((96, 96, 3), 128, np.uint8)
    stripes = (np.indices((48, 48))[1 if upright else 0] // 4 % 2)[..., None]
    picture[24:72, 24:72] = stripes * np.array(colour) + (1 - stripes) * 40
    return picture


def near(a: np.ndarray, b: np.ndarray) -> float:
    one, two = (unit(raw_features(x[None], SETTINGS))[0] for x in (a, b))
    return float(one @ two)


def test_sees_colour_and_direction() -> None:
    red = patch((220, 30, 30), True)
    assert near(red, red) == pytest.approx(1, abs=1e-5)
    assert near(red, patch((200, 45, 40), True)) > near(red, patch((30, 30, 220), True)) + 0.02
    assert near(red, patch((220, 30, 30), True)) > near(red, patch((220, 30, 30), False)) + 0.02


def test_a_flat_picture_is_finite() -> None:
    for grey in (0, 128, 255):
        assert np.isfinite(raw_features(np.full((1, 96, 96, 3), grey, np.uint8), SETTINGS)).all()


def clouds(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """40 products x 6 pictures: 4 coordinates tell products apart, 12 louder ones are the camera."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(40), 6)
    x = np.concatenate((rng.normal(size=(40, 4))[labels], 5 * rng.normal(size=(240, 12))), axis=1)
    return (x + 0.05 * rng.normal(size=x.shape)).astype(np.float32), labels


def hit(vectors: np.ndarray, labels: np.ndarray) -> float:
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -2)
    return float((labels[scores.argmax(1)] == labels).mean())


def test_groups_teach_what_to_forget() -> None:
    x, labels = clouds()
    half = labels < 20
    plain = fit_handmade(x[half], None, dim=8)
    taught = fit_handmade(x[half], labels[half].tolist(), dim=8, shrink=0.01)
    seen = [unit((x[~half] - m.mean) @ m.projection) for m in (plain, taught)]
    assert hit(seen[0], labels[~half]) < 0.3 and hit(seen[1], labels[~half]) > 0.7


def test_whitening_without_groups_evens_the_directions() -> None:
    x = (np.random.default_rng(0).normal(size=(4000, 5)) * [1, 2, 4, 8, 16]).astype(np.float32)
    made = fit_handmade(x, None, dim=5, shrink=1e-6)
    spread = ((x - made.mean) @ made.projection).std(0)
    assert spread == pytest.approx(np.ones(5), abs=0.02)


def test_float_and_uint8_batches_agree() -> None:
    made = fit_handmade(np.random.default_rng(0).random((20, WIDTH), np.float32), dim=8, settings=SMALL)
    batch = np.random.default_rng(1).integers(0, 256, (3, 3, 96, 96), np.uint8)
    vectors = made(batch)
    assert vectors.dtype == np.float32 and vectors.shape == (3, 8)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors, made(batch.astype(np.float32) / 255))


def test_refuses() -> None:
    with pytest.raises(InputError, match="at least two pictures"):
        fit_handmade(np.zeros((1, 5), np.float32))
    made = fit_handmade(np.random.default_rng(0).random((20, WIDTH), np.float32), settings=SMALL)
    with pytest.raises(InputError, match=r"take \[N, 3, H, W\]"):
        made(np.zeros((2, 96, 96, 3), np.float32))
