"""Which picture is asked about, and what is read of it."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.discovery.answer import Stopwatch
from saccade.discovery.engine import Engine
from saccade.discovery.looks_picture import Asked, Picture, owners_of
from saccade.discovery.shelf import MemoryShelf
from saccade.errors import InputError
from saccade.vision.boxes import Box
from saccade.vision.identity import image_id
from tests.discovery.scenery import Gallery, png, scene


@pytest.mark.parametrize("given", [{}, {"item_id": "a", "image": b""}])
def test_exactly_one_is_given(given: dict) -> None:
    with pytest.raises(InputError, match="expected one of item_id, image_id, image and url"):
        Asked(**given)


def test_a_stored_vector_costs_no_pixels(gallery: Gallery) -> None:
    picture = Picture(gallery.engine, Asked(item_id="disc-red"), Stopwatch())
    assert picture.image_id == gallery.picture("disc-red")
    assert (picture.own, picture.known, picture.item()) == ("disc-red", True, "disc-red")
    vector = picture.vector()
    assert set(picture.watch.seconds) == {"search"}
    whole = picture.vector(Box(0, 0, 1, 1))
    assert {"fetch", "decode", "embed"} <= set(picture.watch.seconds)
    assert float(vector @ whole) > 0.999


def test_an_upload_is_itself_and_knows_its_item(gallery: Gallery) -> None:
    data = png(scene(1))
    picture = Picture(gallery.engine, Asked(image=data), Stopwatch())
    assert (picture.image_id, picture.own, picture.known) == (image_id(data), None, False)
    assert picture.image_id == gallery.scenes[1]
    assert picture.item() is None
    assert np.array_equal(picture.rgb(), scene(1))
    shown = Picture(gallery.engine, Asked(image_id=gallery.picture("box-red")), Stopwatch())
    assert shown.item() == "box-red"


def test_owners_are_the_same_from_tables_and_memory(gallery: Gallery) -> None:
    wanted = [gallery.scenes[0], gallery.picture("box-red")]
    memory = Engine(gallery.ws, shelf=MemoryShelf(gallery.ws))
    expected = {wanted[0]: [], wanted[1]: ["box-red"]}
    assert owners_of(gallery.engine, wanted) == owners_of(memory, wanted) == expected
