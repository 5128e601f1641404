"""A micro-batch follows from (seed, step, place), however the step is cut."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from saccade.training.augment import Camera
from saccade.training.data.assemble import Assembler, Item
from saccade.training.data.transforms import Augment
from saccade.vision.preprocess import Preprocess

AUGMENTS = [
    Augment.finetuning(32),
    replace(Augment.camera_photos(32), camera=Camera(backdrop=1.0), camera_share=1),
]


@pytest.mark.parametrize("augment", AUGMENTS)
def test_parts_of_a_step_are_those_of_the_whole(shelf: Any, augment: Augment) -> None:
    make = Assembler(shelf.pictures, augment, 5, shared=False)
    rows = np.random.default_rng(0).integers(0, len(shelf.ids), 40)
    whole = make(Item(7, np.arange(40), rows)).pixels.numpy()
    for places in (np.arange(1, 40, 3), np.array([39]), np.array([8, 2])):
        part = pickle.loads(pickle.dumps(make))(Item(7, places, rows)).pixels.numpy()
        assert np.array_equal(part, whole[places])


def test_step_place_and_seed_matter(shelf: Any) -> None:
    rows, places = np.zeros(2, np.int64), np.arange(2)
    make = Assembler(shelf.pictures, AUGMENTS[0], 5, shared=False)
    first = make(Item(1, places, rows)).pixels
    assert not first[0].equal(first[1])
    assert not make(Item(2, places, rows)).pixels.equal(first)
    assert not replace(make, seed=6)(Item(1, places, rows)).pixels.equal(first)


def test_it_is_shared_when_asked_for(shelf: Any) -> None:
    item = Item(0, np.arange(3), np.arange(3))
    for shared in (False, True):
        made = Assembler(shelf.pictures, AUGMENTS[0], 0, shared)(item)
        assert made.pixels.is_shared() == shared and made.pixels.shape == (3, 32, 32, 3)
        assert made.pixels.any()


def test_unreadable_pictures_are_black_and_named(shelf: Any) -> None:
    shelf.files[2].write_bytes(shelf.files[2].read_bytes()[:300])
    shelf.files[4].unlink()
    make = Assembler(shelf.pictures, Augment.none(Preprocess(size=(32, 32))), 0, shared=False)
    made = make(Item(0, np.arange(6), np.arange(6)))
    assert set(made.bad) == {2, 4} and made.bad[4].startswith("gone:")
    seen = made.pixels.numpy().reshape(6, -1).any(axis=1)
    assert seen.tolist() == [True, True, False, True, False, True]


def test_a_lost_backdrop_does_no_harm(shelf: Any) -> None:
    for path in shelf.files:
        path.unlink()
    make = Assembler(shelf.pictures, AUGMENTS[1], 0, shared=False)
    made = make(Item(0, np.arange(12, 24), np.arange(24)))
    assert not made.bad and made.pixels.numpy().reshape(12, -1).any(axis=1).all()


def test_an_empty_part(shelf: Any) -> None:
    for shared in (False, True):
        made = Assembler(shelf.pictures, AUGMENTS[0], 0, shared)(Item(0, np.arange(0), np.arange(3)))
        assert made.pixels.shape == (0, 32, 32, 3)
