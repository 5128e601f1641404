"""Names made from content."""

from __future__ import annotations

import uuid

import numpy as np

from saccade.vision.boxes import Box
from saccade.vision.identity import image_id, object_id


def test_same_bytes_one_name_and_one_changed_byte_another() -> None:
    assert image_id(b"a picture") == image_id(bytes(bytearray(b"a picture")))
    assert image_id(b"a picture") != image_id(b"a picturf")


def test_a_name_is_32_hex_digits_and_a_uuid() -> None:
    name = image_id(b"")
    assert len(name) == 32
    assert uuid.UUID(name).hex == name
    # BLAKE2b-128 of nothing, from the reference implementation.
    assert name == "cae66941d9efbd404e4d88758ea67670"


def test_an_object_keeps_its_name_through_float32() -> None:
    box = Box(0.1, 0.2, 0.3, 0.4)
    stored = Box(*(float(np.float32(side)) for side in (0.1, 0.2, 0.3, 0.4)))
    assert object_id("a" * 32, box) == object_id("a" * 32, stored)


def test_objects_differ_by_image_and_by_box() -> None:
    box = Box(0.1, 0.2, 0.3, 0.4)
    names = {object_id("a", box), object_id("b", box), object_id("a", Box(0.2, 0.1, 0.3, 0.4))}
    assert len(names) == 3


def test_negative_zero_is_zero() -> None:
    assert object_id("a", Box(-0.0, 0.0, 1, 1)) == object_id("a", Box(0.0, -0.0, 1, 1))
