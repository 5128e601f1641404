"""Pictures into a square and boxes there and back, for every odd shape."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.vision.letterbox import MEAN_COLOUR, boxed, letterbox, unboxed


def test_a_wide_picture_lies_at_the_top_left_and_the_rest_has_the_mean_colour() -> None:
    square, scale = letterbox(np.full((50, 200, 3), 255, np.uint8), 100)
    assert square.shape == (100, 100, 3) and scale == 0.5
    assert (square[:25] == 255).all() and (square[25:] == MEAN_COLOUR).all()


@pytest.mark.parametrize(("height", "width"), [(1, 10000), (10000, 1), (1, 1), (7, 13), (640, 480)])
def test_boxes_come_back_whatever_the_shape(height: int, width: int) -> None:
    square, scale = letterbox(np.zeros((height, width, 3), np.uint8), 96)
    assert square.shape == (96, 96, 3)
    boxes = np.array([[0, 0, 1, 1], [0.25, 0.5, 0.5, 0.25]], np.float32)
    inside = boxed(boxes, scale, width, height)
    assert inside.dtype == np.float32 and inside.max() <= 96 * (1 + 1e-6)
    np.testing.assert_allclose(unboxed(inside, scale, width, height), boxes, atol=1e-5)


def test_a_mark_in_the_picture_is_where_its_box_is() -> None:
    picture = np.zeros((120, 240, 3), np.uint8)
    picture[30:60, 120:180] = 255
    square, scale = letterbox(picture, 96)
    left, top, right, bottom = boxed([[0.5, 0.25, 0.25, 0.25]], scale, 240, 120)[0].round().astype(int)
    assert square[top:bottom, left:right].mean() > 250
    assert square[:, :, 0].astype(int)[:48].sum() == pytest.approx(
        255 * (right - left) * (bottom - top), rel=0.02
    )


def test_a_box_in_the_padding_has_no_area_left_and_one_that_sticks_out_is_cut() -> None:
    _, scale = letterbox(np.zeros((50, 100, 3), np.uint8), 100)
    found = unboxed([[10, 60, 30, 90], [-5, 40, 20, 70]], scale, 100, 50)
    assert found[0, 3] == 0
    np.testing.assert_allclose(found[1], [0, 0.8, 0.2, 0.2], atol=1e-6)
    assert unboxed(np.zeros((0, 4)), scale, 100, 50).shape == (0, 4)


def test_a_grey_picture_is_refused() -> None:
    with pytest.raises(InputError, match="decode it"):
        letterbox(np.zeros((5, 5), np.uint8), 32)
