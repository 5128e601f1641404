"""Augmentation: seeded, bounded, exactly the evaluation's geometry where that is asked for."""

from __future__ import annotations

import io
import pickle
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from saccade.errors import InputError
from saccade.training.augment import Camera
from saccade.training.data.transforms import Augment
from saccade.vision.decode import decode
from saccade.vision.preprocess import Preprocess

STILL = Augment(48, scale=(1.0, 1.0), ratio=(1.0, 1.0), flip=0.0, interpolation="bilinear")
PRESETS = [Augment.pretraining(32), Augment.finetuning(32), Augment.camera_photos(32)]


def picture(height: int = 60, width: int = 80) -> np.ndarray:
    rough = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    return np.array(Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC))


def product(side: int = 64) -> np.ndarray:
    """A dark square on white paper."""
    made = np.full((side, side, 3), 250, np.uint8)
    made[side // 4 : -side // 4, side // 4 : -side // 4] = (30, 40, 90)
    return made


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("augment", PRESETS)
def test_same_generator_same_pixels(augment: Augment) -> None:
    again = pickle.loads(pickle.dumps(augment))
    first = [augment(picture(), rng(seed)) for seed in range(5)]
    assert all(np.array_equal(one, again(picture(), rng(seed))) for seed, one in enumerate(first))
    assert not np.array_equal(first[0], first[1])


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7, 5), (400, 90)])
@pytest.mark.parametrize("augment", PRESETS)
def test_any_size_gives_the_size_asked_for(augment: Augment, size: tuple[int, int]) -> None:
    for seed in range(6):
        made = augment(picture(*size), rng(seed), lambda share: picture())
        assert made.shape == (32, 32, 3) and made.dtype == np.uint8


def test_nothing_asked_for_changes_nothing() -> None:
    square = picture(48, 48)
    assert np.array_equal(STILL(square, rng()), square)


def test_flip_mirrors() -> None:
    square = picture(48, 48)
    assert np.array_equal(replace(STILL, flip=1.0)(square, rng()), square[:, ::-1])


def test_a_mirrored_half_of_the_pictures() -> None:
    square = picture(48, 48)
    half = [np.array_equal(replace(STILL, flip=0.5)(square, rng(seed)), square) for seed in range(200)]
    assert 0.35 < np.mean(half) < 0.65


def test_crops_are_parts_of_the_picture() -> None:
    ramp = np.repeat(np.arange(200, dtype=np.uint8)[None, :, None], 200, 0).repeat(3, 2)
    spans = [np.ptp(replace(STILL, scale=(0.2, 0.4))(ramp, rng(seed))) for seed in range(50)]
    assert min(spans) > 200 * 0.2**0.5 * 0.8 and max(spans) < 200 * 0.4**0.5 * 1.05


@pytest.mark.parametrize("strength", ["brightness", "contrast", "saturation"])
def test_factors_stay_within_their_bounds(strength: str) -> None:
    only = {name: 0.0 for name in ("brightness", "contrast", "saturation")} | {strength: 0.3}
    augment = replace(STILL, jitter=1.0, **only)
    flat = np.full((48, 48, 3), (100, 90, 80), np.uint8)
    flat[:24] = (120, 110, 100)
    seen = [augment(flat, rng(seed)).astype(float) for seed in range(100)]
    measure = {"brightness": np.mean, "contrast": lambda x: x.mean(2).std(),
               "saturation": lambda x: np.ptp(x, axis=2).mean()}[strength]  # fmt: skip
    factors = np.array([measure(one) for one in seen]) / measure(flat)
    assert factors.min() > 0.67 and factors.max() < 1.33 and np.ptp(factors) > 0.4


def test_hue_stays_unless_asked_for() -> None:
    red = np.full((48, 48, 3), (150, 80, 80), np.uint8)
    loud = replace(STILL, jitter=1.0, brightness=0.5, contrast=0.5, saturation=0.5)
    kept = [loud(red, rng(seed))[0, 0].astype(int) for seed in range(50)]
    assert all(one[0] >= one[1] and abs(one[1] - one[2]) <= 1 for one in kept)
    turned = [replace(loud, hue=0.5)(red, rng(seed))[0, 0] for seed in range(50)]
    assert any(one.argmax() != 0 for one in turned)


def test_grey_has_no_colour() -> None:
    assert np.ptp(replace(STILL, grey=1.0)(picture(), rng()), axis=2).max() <= 1


def test_erase_blur_and_trivial_are_applied() -> None:
    square = picture(48, 48)
    for change in ({"erase": 1.0}, {"blur": 1.0, "blur_sigma": (9.0, 9.0)}, {"trivial": 1.0}):
        made = [replace(STILL, **change)(square, rng(seed)) for seed in range(5)]
        assert any(not np.array_equal(one, square) for one in made)


@pytest.mark.parametrize("mode", ["center", "squash", "border"])
@pytest.mark.parametrize("size", [(32, 32), (24, 40)])
def test_none_is_the_evaluation(mode: str, size: tuple[int, int]) -> None:
    preprocess = Preprocess(size=size, crop_mode=mode)  # type: ignore[arg-type]
    augment = Augment.none(preprocess)
    assert augment.shape == size
    for shape in ((60, 80), (300, 111), (9, 9)):
        assert np.array_equal(augment(picture(*shape), rng()), preprocess.prepare_uint8(picture(*shape)))
    assert augment.view(500, 400, rng()).draft == preprocess.draft


def test_a_draft_shows_the_same_part() -> None:
    buffer = io.BytesIO()
    Image.fromarray(picture(600, 800)).save(buffer, "JPEG", quality=95)
    augment = Augment(64, interpolation="bilinear", scale=(0.3, 1.0))
    for seed in range(5):
        generator = rng(seed)
        view = augment.view(600, 800, generator)
        small = decode(buffer.getvalue(), draft=view.draft).rgb
        whole = decode(buffer.getvalue()).rgb
        assert small is not None and whole is not None
        assert min(view.region.of(small).shape[:2]) >= 63
        made = augment.finish(small, view, generator)
        assert np.abs(made.astype(int) - augment(whole, rng(seed))).mean() < 3


def test_camera_takes_its_share() -> None:
    shots = replace(STILL, camera=Camera(), camera_share=0.3)
    square = picture(48, 48)
    changed = [not np.array_equal(shots(square, rng(seed)), square) for seed in range(300)]
    assert 0.2 < np.mean(changed) < 0.4


def test_products_on_paper_get_a_backdrop() -> None:
    asked: list[float] = []

    def behind(share: float) -> np.ndarray:
        asked.append(share)
        return np.zeros((40, 40, 3), np.uint8)

    dark = replace(STILL, camera=Camera(backdrop=1.0, light=0.0), camera_share=1.0)
    photos = [dark(product(), rng(seed), behind) for seed in range(20)]
    assert len(asked) == 20 and all(0 <= share < 1 for share in asked)
    plain = [dark(product(), rng(seed)) for seed in range(20)]
    assert np.mean([one.mean() for one in photos]) < 0.7 * np.mean([one.mean() for one in plain])


def test_a_scene_asks_for_no_backdrop_and_one_that_is_lost_does_no_harm() -> None:
    shots = replace(STILL, camera=Camera(), camera_share=1.0)
    noise = rng().integers(0, 256, (64, 64, 3), np.uint8)
    assert shots(noise, rng(), lambda share: pytest.fail("asked")).shape == (48, 48, 3)
    assert shots(product(), rng(), lambda share: None).shape == (48, 48, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"scale": (0.5, 1.5)},
        {"ratio": (2.0, 1.0)},
        {"flip": 1.5},
        {"hue": -0.1},
        {"interpolation": "nearest"},
        {"camera_share": 0.5},
    ],
)
def test_wrong_settings_are_told(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=f"augmentation {next(iter(wrong))}"):
        Augment(**wrong)  # type: ignore[arg-type]
