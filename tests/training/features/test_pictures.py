"""Views of real picture files: the evaluation's pixels, seeded augmentation, and what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from saccade.errors import InputError
from saccade.training.augment import Camera
from saccade.training.data.pictures import Encoded
from saccade.training.data.transforms import Augment
from saccade.training.features.pictures import PictureViews
from saccade.vision.decode import decode
from saccade.vision.preprocess import Preprocess

PREPROCESS = Preprocess(size=(24, 24))
CAMERA = Augment(24, camera=Camera(), camera_share=1.0)


@dataclass(frozen=True)
class Files:
    """JPEG files in memory."""

    ids: Sequence[str]
    data: Sequence[bytes]

    def __len__(self) -> int:
        return len(self.data)

    def read(self, rows: np.ndarray) -> list[Encoded]:
        return [Encoded(self.data[row]) for row in rows.tolist()]


@pytest.fixture(scope="module")
def files() -> Files:
    """Smooth coloured pictures on white paper; number 3 is no picture."""
    made = []
    for number in range(6):
        rng = np.random.default_rng(number)
        picture = np.full((240 + number, 320, 3), 255, np.uint8)
        patch = cv2.resize(rng.integers(0, 200, (5, 6, 3), np.uint8), (160, 120))
        picture[60:180, 80:240] = patch
        made.append(cv2.imencode(".jpg", picture)[1].tobytes())
    made[3] = made[3][:40]
    return Files([f"picture {number}" for number in range(6)], made)


def test_view_0_is_what_an_evaluation_sees(files: Files) -> None:
    (pixels,) = PictureViews(files, PREPROCESS, CAMERA).read([2], [range(1)])
    rgb = decode(files.data[2], draft=PREPROCESS.draft).rgb
    assert rgb is not None and pixels is not None
    assert np.array_equal(pixels[0], PREPROCESS.prepare_uint8(rgb))


@pytest.mark.parametrize("augment", [Augment.finetuning(24), CAMERA])
def test_a_view_does_not_depend_on_the_others(files: Files, augment: Augment) -> None:
    views = PictureViews(files, PREPROCESS, augment, seed=4)
    whole, part = views.read([0, 5], [range(4)] * 2), views.read([5, 0], [range(2, 4), range(1, 2)])
    assert whole[0] is not None and whole[1] is not None and whole[0].shape == (4, 24, 24, 3)
    assert part[0] is not None and part[1] is not None
    assert np.array_equal(part[0], whole[1][2:]) and np.array_equal(part[1], whole[0][1:2])
    assert not np.array_equal(whole[0][1], whole[0][2])
    other = PictureViews(files, PREPROCESS, augment, seed=5).read([0], [range(2)])[0]
    assert other is not None and np.array_equal(other[0], whole[0][0])
    assert not np.array_equal(other[1], whole[0][1])


def test_a_view_follows_from_the_id_and_not_from_the_place(files: Files) -> None:
    turned = Files(files.ids[::-1], files.data[::-1])
    augment = Augment.finetuning(24)
    one = PictureViews(files, PREPROCESS, augment).read([1], [range(3)])[0]
    same = PictureViews(turned, PREPROCESS, augment).read([4], [range(3)])[0]
    assert one is not None and same is not None and np.array_equal(one, same)


def test_what_cannot_be_read_is_none(files: Files) -> None:
    found = PictureViews(files, PREPROCESS, CAMERA).read([3, 1], [range(2)] * 2)
    assert found[0] is None and found[1] is not None


def test_the_augmentation_says_what_it_is(files: Files) -> None:
    texts = {PictureViews(files, PREPROCESS, one).augmentation for one in (None, Augment(24), CAMERA)}
    assert len(texts) == 3 and "none" in texts


def test_what_does_not_fit_is_refused(files: Files) -> None:
    with pytest.raises(InputError, match=r"found one for \(32, 32\)"):
        PictureViews(files, PREPROCESS, Augment(32))
    with pytest.raises(InputError, match="more than one view of a picture, found none"):
        PictureViews(files, PREPROCESS).read([0], [range(2)])
