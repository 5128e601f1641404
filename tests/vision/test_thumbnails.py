"""Thumbnails shrink, never grow, and end up as JPEGs in an address."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from saccade.vision.thumbnails import data_uri, thumbnail


@pytest.mark.parametrize(
    ("shape", "expected"), [((400, 200), (100, 50)), ((60, 80), (60, 80)), ((1000, 3), (100, 1))]
)
def test_the_longer_side_is_bounded(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert thumbnail(np.zeros((*shape, 3), np.uint8), 100).shape == (*expected, 3)


def test_the_address_holds_a_jpeg_of_the_picture() -> None:
    red = np.zeros((50, 40, 3), np.uint8)
    red[..., 0] = 250
    head, _, body = data_uri(red).partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
        assert picture.size == (40, 50)
        assert picture.getpixel((20, 25))[0] > 240
