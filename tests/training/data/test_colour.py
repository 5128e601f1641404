"""Each factor does what torchvision's does, where nothing is clipped."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional

from saccade.training.data.colour import LUMA, recolour


def picture() -> np.ndarray:
    """Middling colours, uint8 [16, 16, 3]."""
    return np.random.default_rng(0).integers(90, 150, (16, 16, 3), np.uint8)


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
@pytest.mark.parametrize("factor", [0.6, 1.3])
def test_as_torchvision(name: str, factor: float) -> None:
    whole = torch.from_numpy(picture()).permute(2, 0, 1)
    wanted = getattr(functional, f"adjust_{name}")(whole, factor).permute(1, 2, 0).numpy()
    assert np.abs(recolour(picture(), **{name: factor}).astype(int) - wanted).max() <= 2


def test_one_changes_nothing() -> None:
    assert np.array_equal(recolour(picture()), picture())


def test_grey_is_luma() -> None:
    grey = recolour(picture(), saturation=0.0)
    assert np.abs(grey - (picture() @ LUMA)[..., None]).max() <= 1


def test_hue_turns_colour_and_keeps_luma() -> None:
    red = np.full((2, 2, 3), (140, 90, 90), np.uint8)
    turned = recolour(red, hue=1 / 3)
    assert turned[0, 0].argmax() != 0
    assert np.abs(turned @ LUMA - red @ LUMA).max() <= 1
    assert np.abs(recolour(red, hue=1.0).astype(int) - red).max() <= 1


def test_it_saturates() -> None:
    assert recolour(picture(), brightness=5.0).min() == 255
