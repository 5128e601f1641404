"""Quality of photos: what a flaw is, and that confidence falls with it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from saccade.discovery.lens.quality import SIDE, quality


def textured(side: int = 160) -> np.ndarray:
    dice = np.random.default_rng(0)
    small = dice.integers(0, 255, (side // 8, side // 8, 3), np.uint8)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_NEAREST)


def test_a_good_photo_has_no_flaws() -> None:
    found = quality(textured())
    assert found.flaws == () and found.confidence == 1
    assert found.side == 160


def test_blur_is_seen_and_costs_confidence() -> None:
    sharp, soft = (quality(cv2.GaussianBlur(textured(), (0, 0), sigma)) for sigma in (0.1, 9.0))
    assert soft.sharpness < sharp.sharpness
    assert "blurred" in soft.flaws and soft.confidence < sharp.confidence


@pytest.mark.parametrize(
    ("gain", "offset", "flaw"), [(0.2, 0, "dark"), (0.2, 200, "bright"), (0.05, 120, "flat")]
)
def test_light(gain: float, offset: int, flaw: str) -> None:
    found = quality((textured() * gain + offset).astype(np.uint8))
    assert flaw in found.flaws and found.confidence < 1


def test_grey_is_said_but_costs_nothing() -> None:
    grey = cv2.cvtColor(cv2.cvtColor(textured(), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    found = quality(grey)
    assert found.flaws == ("grey",) and found.confidence == 1


def test_sizes_compare() -> None:
    """A photo of twice the measured size is about as sharp as the same at four times."""
    large, huge = (
        quality(cv2.resize(textured(SIDE), (times * SIDE, times * SIDE), interpolation=cv2.INTER_CUBIC))
        for times in (2, 4)
    )
    assert huge.sharpness == pytest.approx(large.sharpness, rel=0.3)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5000, 3), (3, 7, 3)])
def test_odd_shapes(shape: tuple[int, int, int]) -> None:
    found = quality(np.full(shape, 90, np.uint8))
    assert 0 <= found.confidence <= 1 and "small" in found.flaws
