"""The geometry of timm's evaluation transforms, without torch."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from saccade.errors import InputError
from saccade.vision.preprocess import Preprocess

SHAPES = [(240, 320), (320, 213), (320, 240), (100, 90), (224, 224), (256, 256), (9, 50), (1, 1), (200, 41)]


def noise(height: int, width: int) -> np.ndarray:
    """Smooth in places and sharp in others: both kinds of pixels count."""
    rng = np.random.default_rng(height * 1000 + width)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize((width, height))
    rgb = np.array(coarse)
    rgb[: height // 2] = rng.integers(0, 256, (height // 2, width, 3), dtype=np.uint8)
    return rgb


@pytest.mark.parametrize("mode", ["center", "squash", "border"])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos", "nearest"])
@pytest.mark.parametrize(("size", "crop_pct"), [((224, 224), 0.875), ((96, 96), 1.0), ((96, 128), 0.9)])
def test_equal_to_timm(mode: str, interpolation: str, size: tuple[int, int], crop_pct: float) -> None:
    factory = pytest.importorskip("timm.data.transforms_factory")
    theirs = factory.transforms_imagenet_eval(
        img_size=size, crop_pct=crop_pct, crop_mode=mode, interpolation=interpolation, normalize=False
    )
    ours = Preprocess(size=size, crop_pct=crop_pct, crop_mode=mode, interpolation=interpolation)
    for shape in SHAPES:
        rgb = noise(*shape)
        wanted = theirs(Image.fromarray(rgb)).numpy().transpose(1, 2, 0).astype(int)
        apart = np.abs(wanted - ours.prepare_uint8(rgb))
        # Pillow keeps the box in float32: here and there a pixel is rounded twice.
        assert apart.max() <= 2, shape
        assert (apart > 1).mean() < 1e-3, shape


def test_equal_to_torchvision_with_a_stated_resize() -> None:
    transforms = pytest.importorskip("torchvision.transforms")
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    theirs = transforms.Compose(
        [
            transforms.Resize(232),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(mean, std),
        ]
    )
    ours = Preprocess(resize=232, interpolation="bilinear")
    rgb = noise(300, 400)
    apart = np.abs(theirs(Image.fromarray(rgb)).numpy() - ours(rgb))
    assert apart.max() < 2.01 / 255 / 0.224
    assert apart.mean() < 0.1 / 255 / 0.224


def test_a_call_is_normalised_chw() -> None:
    ours = Preprocess(size=(8, 10), mean=(0.5, 0.25, 0.0), std=(0.5, 0.25, 1.0))
    out = ours(np.full((30, 40, 3), 255, np.uint8))
    assert out.shape == (3, 8, 10)
    assert out.dtype == np.float32
    assert out[:, 0, 0] == pytest.approx([1, 3, 1], abs=1e-6)


def test_a_batch_equals_its_pictures() -> None:
    ours = Preprocess(size=(32, 32))
    pictures = [noise(50, 60), noise(80, 40)]
    batch = ours.normalise(np.stack([ours.prepare_uint8(rgb) for rgb in pictures]))
    assert batch.flags.c_contiguous
    for row, rgb in zip(batch, pictures, strict=True):
        assert (row == ours(rgb)).all()


def test_survives_json() -> None:
    ours = Preprocess(size=(96, 128), crop_pct=0.9, crop_mode="border", resize=None, interpolation="lanczos")
    assert Preprocess.from_dict(json.loads(json.dumps(ours.to_dict()))) == ours


def test_from_timm_config() -> None:
    config = {
        "input_size": (3, 160, 192),
        "crop_pct": 0.95,
        "crop_mode": "squash",
        "interpolation": "bilinear",
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "classifier": "head",
    }
    ours = Preprocess.from_timm(config)
    assert (ours.size, ours.crop_pct, ours.crop_mode) == ((160, 192), 0.95, "squash")
    assert ours.mean == (0.5, 0.5, 0.5)


BAD = (
    {"size": [0, 3]},
    {"crop_pct": 0},
    {"crop_mode": "round"},
    {"interpolation": "magic"},
    {"std": [1, 0, 1]},
    {"sise": [3, 3]},
    {"mean": 3},
)


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_setting_is_named(bad: dict[str, object]) -> None:
    with pytest.raises(InputError, match="preprocess"):
        Preprocess.from_dict(bad)


def test_draft_is_twice_the_resize() -> None:
    assert Preprocess(size=(224, 224), crop_pct=0.875).draft == 512
