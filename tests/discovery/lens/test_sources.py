"""The four sources: what each finds, and what it says where it cannot."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from saccade.discovery.engine import Engine
from saccade.discovery.lens.shapes import Photo, Word
from saccade.discovery.lens.sources import Crop, Objects, Whole, Words
from saccade.index.filters import Equals
from saccade.index.opened import open_index
from saccade.workspace import Workspace


def asked(engine: Engine, *, crop: bool = False, words: tuple[Word, ...] = (), **more: object) -> Photo:
    picture = np.full((96, 96, 3), 240, np.uint8)
    cv2.circle(picture, (48, 48), 33, (200, 30, 30), -1)
    vector = engine.runner().embed([picture])[0]
    return Photo(picture, vector, vector if crop else None, words, **more)  # pyright: ignore[reportArgumentType]


def test_whole(asking: Engine) -> None:
    found = Whole(asking.index, asking.shelf).find(asked(asking), 5)
    assert found.candidates[0].item_id == "disc-red" and len(found.candidates) == 5
    assert len({one.key for one in found.candidates}) == 5


def test_filters_hold_everywhere(asking: Engine, labelled: Workspace) -> None:
    words = (Word("red", "en", 0.9, "neighbours"), Word("box", "en", 0.5, "neighbours"))
    photo = asked(asking, crop=True, words=words, filter=Equals("category", "box"))
    index, info = open_index(labelled, "objects")
    sources = (
        Whole(asking.index, asking.shelf), Crop(asking.index, asking.shelf), Objects(index, info),
        Words(labelled, asking.info.fields),
    )  # fmt: skip
    for source in sources:
        found = source.find(photo, 8)
        assert found.candidates and {one.key.split("-")[0] for one in found.candidates} == {"box"}, (
            source.name
        )
    index.close()


def test_no_object_no_crop(asking: Engine, labelled: Workspace) -> None:
    index, info = open_index(labelled, "objects")
    for source in (Crop(asking.index, asking.shelf), Objects(index, info)):
        found = source.find(asked(asking), 5)
        assert found.candidates == () and found.note and "no object" in found.note
    index.close()


def test_objects_bring_the_items_of_their_pictures(asking: Engine, labelled: Workspace) -> None:
    index, info = open_index(labelled, "objects")
    found = Objects(index, info).find(asked(asking, crop=True), 4)
    images = set(labelled.table("images").read(["image_id"]).column("image_id").to_pylist())
    assert all(one.image_id in images for one in found.candidates)
    photo = asked(asking, crop=True, filter=Equals("maker", "x"))
    assert "no field maker" in (Objects(index, info).find(photo, 4).note or "")
    index.close()


def test_words_weigh_by_chance(asking: Engine, labelled: Workspace) -> None:
    likely = (Word("green", "en", 0.9, "neighbours"), Word("disc", "en", 0.3, "neighbours"))
    found = Words(labelled, asking.info.fields).find(asked(asking, words=likely), 12)
    names = [one.key for one in found.candidates]
    assert names[0] == "disc-green" and names.index("box-green") < names.index("disc-red")


@pytest.mark.parametrize("words", [(), (Word("zeppelin", "en", 0.9, "neighbours"),)])
def test_words_that_find_nothing_say_so(asking: Engine, labelled: Workspace, words: tuple[Word, ...]) -> None:
    found = Words(labelled, asking.info.fields).find(asked(asking, words=words), 5)
    assert found.candidates == () and found.note


def test_titles_that_nobody_indexed(asking: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = Workspace(tmp_path_factory.mktemp("none") / "ws", create=True)
    found = Words(empty, {}).find(asked(asking, words=(Word("red", "en", 1.0, "neighbours"),)), 5)
    assert found.candidates == () and found.note and "no items" in found.note
