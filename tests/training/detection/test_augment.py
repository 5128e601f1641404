"""Boxes go where the pixels go."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.training.detection.augment import BoxAugment
from saccade.vision.letterbox import MEAN_COLOUR, boxed

RED = np.array([255, 0, 0])


def drawn(height: int, width: int, box: tuple[int, int, int, int]) -> np.ndarray:
    """A blue picture with a red box (left, top, right, bottom)."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, :, 2] = 255
    left, top, right, bottom = box
    rgb[top:bottom, left:right] = RED
    return rgb


def where_red(pixels: np.ndarray) -> tuple[float, float, float, float]:
    rows, columns = np.nonzero((pixels[:, :, 0] > 128) & (pixels[:, :, 2] < 128))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize("shape", [(120, 90), (60, 200), (128, 128)])
def test_boxes_follow_the_pixels(shape: tuple[int, int]) -> None:
    augment, (height, width) = BoxAugment(160, jitter=0.0), shape
    box = (width // 3, height // 4, width // 3 + width // 4, height // 4 + height // 3)
    rgb = drawn(height, width, box)
    fractions = np.array(
        [[box[0] / width, box[1] / height, (box[2] - box[0]) / width, (box[3] - box[1]) / height]], np.float32
    )
    moved, mirrored = 0, 0
    for seed in range(40):
        view = augment.view(height, width, np.random.default_rng(seed))
        pixels = augment.finish(rgb, view, np.random.default_rng(seed))
        assert pixels.shape == (160, 160, 3) and pixels.dtype == np.uint8
        corners, kept = augment.place(fractions, view)
        if not len(kept):
            continue
        moved, mirrored = moved + 1, mirrored + view.flip
        np.testing.assert_allclose(corners[0], where_red(pixels), atol=2.0)
    assert moved > 20 and 0 < mirrored < moved


def test_the_same_draw_gives_the_same_view() -> None:
    augment = BoxAugment(96)
    views = [augment.view(80, 120, np.random.default_rng([1, 2, 3])) for _ in range(2)]
    assert views[0] == views[1]


def test_a_box_that_is_hardly_seen_goes() -> None:
    augment = BoxAugment(96, crop=1.0, cut=(0.3, 0.3), flip=0.0)
    boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.4, 0.4, 0.02, 0.02], [0.0, 0.0, 0.1, 0.1]], np.float32)
    kept_at_all, whole_kept = set[int](), 0
    for seed in range(30):
        view = augment.view(100, 100, np.random.default_rng(seed))
        corners, kept = augment.place(boxes, view)
        kept_at_all |= set(kept.tolist())
        whole_kept += 0 in kept
        assert (corners >= 0).all() and (corners <= 96).all()
    assert whole_kept == 0  # three tenths of it are under the least share
    assert 2 in kept_at_all


def test_exactly_as_in_detection() -> None:
    augment = BoxAugment(100, exact=True)
    rgb = drawn(50, 200, (20, 10, 60, 40))
    view = augment.view(50, 200, np.random.default_rng(0))
    pixels = augment.finish(rgb, view, np.random.default_rng(0))
    assert (pixels[60] == MEAN_COLOUR).all()
    fractions = np.array([[0.1, 0.2, 0.2, 0.6]], np.float32)
    corners, _ = augment.place(fractions, view)
    np.testing.assert_allclose(corners, boxed(fractions, 0.5, 200, 50), atol=0.6)


def test_a_picture_of_one_pixel_by_ten_thousand() -> None:
    augment = BoxAugment(64)
    rgb = drawn(1, 10_000, (0, 0, 5000, 1))
    for seed in range(5):
        rng = np.random.default_rng(seed)
        pixels = augment.finish(rgb, augment.view(1, 10_000, rng), rng)
        assert pixels.shape == (64, 64, 3)


@pytest.mark.parametrize("wrong", [{"crop": 1.5}, {"cut": (0.0, 1.0)}, {"zoom": (0.9, 0.5)}])
def test_settings_out_of_range(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=f"augmentation {next(iter(wrong))}"):
        BoxAugment(64, **wrong)  # pyright: ignore[reportArgumentType]
