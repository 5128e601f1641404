"""Object search: whole scenes that contain a thing, which a search by whole pictures misses."""

from __future__ import annotations

import pytest

from saccade.discovery.engine import Engine
from saccade.discovery.looks_memory import MemoryLooks
from saccade.discovery.looks_picture import Asked
from saccade.discovery.objects import ObjectAnswer, ObjectQuery, ObjectSearch
from saccade.discovery.query import Query
from saccade.discovery.shelf import MemoryShelf
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import Equals
from tests.discovery.conftest import draw
from tests.discovery.scenery import SCENES, Gallery, place_of, png, scene


@pytest.fixture(params=["tables", "memory"])
def objects(request: pytest.FixtureRequest, gallery: Gallery) -> ObjectSearch:
    if request.param == "tables":
        return ObjectSearch(gallery.objects, whole=gallery.engine)
    engine = Engine(gallery.ws, "objects", shelf=MemoryShelf(gallery.ws))
    return ObjectSearch(engine, MemoryLooks(gallery.ws), gallery.engine)


def scenes(answer: ObjectAnswer) -> list[str]:
    return [scene.image_id for scene in answer.scenes]


def test_an_object_finds_the_other_scene_that_holds_it(objects: ObjectSearch, gallery: Gallery) -> None:
    answer = objects.search(ObjectQuery(gallery.object_of(0, 0), k=3))
    assert scenes(answer)[0] == gallery.scenes[1]
    assert gallery.scenes[0] not in scenes(answer)
    first = answer.scenes[0]
    assert first.score == pytest.approx(1, abs=0.02)
    assert first.score - answer.scenes[1].score > 0.3
    assert first.matches[0].part.object_id == gallery.object_of(1, 1)
    assert first.matches[0].part.box.x == pytest.approx(place_of(1).x)
    assert (first.width, first.height, first.rank) == (640, 240, 1)
    assert first.why.agreed == ("category",)
    assert answer.part is not None
    assert answer.part.object_id == gallery.object_of(0, 0)


def test_whole_pictures_miss_what_objects_find(gallery: Gallery) -> None:
    """A photograph of a red disc: its scenes are the last pictures that look like it."""
    photo = png(draw("disc", "red", 31))
    pictures = gallery.engine.search(Query(image=photo, k=5, group_by_item=False)).results
    assert not set(gallery.scenes) & {row.image_id for row in pictures}
    found = ObjectSearch(gallery.objects).search(ObjectQuery(asked=Asked(image=photo), k=2))
    assert set(scenes(found)) == {gallery.scenes[0], gallery.scenes[1]}


def test_an_item_a_box_and_a_tap(objects: ObjectSearch, gallery: Gallery) -> None:
    expected = {gallery.scenes[0], gallery.scenes[1]}
    assert set(scenes(objects.search(ObjectQuery(asked=Asked(item_id="disc-red"), k=2)))) == expected
    boxed = objects.search(ObjectQuery(asked=Asked(image=png(scene(0)[::, :639])), box=place_of(0), k=2))
    assert set(scenes(boxed)) == expected
    place = place_of(0)
    tap = (place.x + place.width / 2, place.y + place.height / 2)
    tapped = objects.search(ObjectQuery(asked=Asked(image_id=gallery.scenes[0]), tap=tap, k=1))
    assert scenes(tapped) == [gallery.scenes[1]]
    aside = objects.search(ObjectQuery(asked=Asked(image_id=gallery.scenes[0]), tap=(0.01, 0.01), k=2))
    assert aside.part is not None
    assert aside.part.object_id is None


def test_categories_scores_and_filters(objects: ObjectSearch, gallery: Gallery) -> None:
    same = objects.search(ObjectQuery(gallery.object_of(0, 0)))
    assert {match.part.category for one in same.scenes for match in one.matches} == {"disc"}
    other = objects.search(ObjectQuery(gallery.object_of(0, 0), category="box"))
    assert {match.part.category for one in other.scenes for match in one.matches} == {"box"}
    every = objects.search(ObjectQuery(gallery.object_of(0, 0), category=""))
    assert len(every.scenes) == 3
    assert sum(len(one.matches) for one in every.scenes) == 9
    scored = objects.search(ObjectQuery(gallery.object_of(1, 1), score=0.5))
    assert gallery.scenes[0] not in scenes(scored)
    one = objects.search(ObjectQuery(gallery.object_of(0, 0), filter=Equals("image_id", gallery.scenes[3])))
    assert scenes(one) == [gallery.scenes[3]]


def test_nothing_is_told(objects: ObjectSearch, gallery: Gallery) -> None:
    answer = objects.search(ObjectQuery(gallery.object_of(0, 0), category="lamp"))
    assert answer.scenes == ()
    assert answer.notes == ("no object in the index is a lamp",)


def test_copies_of_a_scene_are_shown_once(gallery: Gallery) -> None:
    class Copied(MemoryLooks):
        def copies(self, image_ids: list[str]) -> list[str]:  # pyright: ignore
            return ["same" for _ in image_ids]

    answer = ObjectSearch(gallery.objects, Copied(gallery.ws)).search(ObjectQuery(gallery.object_of(0, 0)))
    assert scenes(answer) == [gallery.scenes[1]]
    assert answer.scenes[0].folded == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "an object_id or a picture"),
        ({"object_id": "a", "box": place_of(0)}, "found two of them"),
        ({"object_id": "a", "k": 0}, "k is 1 to 1000"),
        ({"asked": Asked(item_id="x"), "tap": (2, 0)}, "a tap is"),
    ],
)
def test_what_is_refused(given: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ObjectQuery(**given)


def test_an_unknown_object(objects: ObjectSearch) -> None:
    with pytest.raises(NotFoundError, match="there is no object 'lamp'"):
        objects.search(ObjectQuery("lamp"))


@pytest.mark.parametrize("name", ["cross-yellow", "box-yellow", "disc-blue"])
def test_a_thing_finds_its_scene_first(gallery: Gallery, name: str) -> None:
    photo = Asked(image=png(draw(*name.split("-"), 30)))
    answer = ObjectSearch(gallery.objects).search(ObjectQuery(asked=photo, k=1))
    assert name in SCENES[gallery.scenes.index(answer.scenes[0].image_id)]
