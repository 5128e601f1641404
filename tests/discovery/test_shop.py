"""Shop the look: each thing of a scene with its very product and look-alikes."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.discovery.flashlight_dots import DotRule
from saccade.discovery.looks_memory import MemoryLooks
from saccade.discovery.looks_picture import Asked
from saccade.discovery.query import Query
from saccade.discovery.shop import ShopAnswer, ShopQuery, ShopTheLook
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import Range
from tests.discovery.scenery import SCENES, Gallery, place_of, png, scene
from tests.discovery.test_flashlight import Fake, sides


def shop(gallery: Gallery, number: int, **how) -> ShopAnswer:
    return ShopTheLook(gallery.engine, objects=gallery.objects).search(
        ShopQuery(Asked(image_id=gallery.scenes[number]), **{"exact_margin": 0.0, **how})
    )


@pytest.mark.parametrize("number", range(4))
def test_every_thing_has_its_product(gallery: Gallery, number: int) -> None:
    answer = shop(gallery, number)
    by_place = {group.part.object_id: group for group in answer.groups}
    for thing, name in enumerate(SCENES[number]):
        group = by_place[gallery.object_of(number, thing)]
        assert group.exact is not None
        assert group.exact.item_id == name
        assert group.exact.why is not None
        assert group.exact.why.agreed == ("category",)
        assert name not in [row.item_id for row in group.results]
        assert group.same_category
        assert {row.category for row in group.results} == {name.split("-")[0]}
        assert [row.rank for row in group.results] == list(range(2, 2 + len(group.results)))
    assert not {"decode", "embed"} & set(answer.seconds)


def test_scene_to_product_beats_whole_images(gallery: Gallery) -> None:
    """The paper's claim, on the small shop: the first product of a scene by its objects and by all of it."""
    by_objects, whole = list[bool](), list[bool]()
    for number, names in enumerate(SCENES):
        groups = shop(gallery, number).groups
        by_objects += [group.exact is not None and group.exact.item_id in names for group in groups]
        vector = gallery.engine.index.vector([gallery.scenes[number]])[0]
        whole.append(gallery.engine.search(Query(vector=vector, k=1)).results[0].item_id in names)
    assert np.mean(by_objects) >= 2 * np.mean(whole)


def test_a_product_is_shown_once_unless_asked(gallery: Gallery) -> None:
    once = shop(gallery, 0, categories=False, k=20)
    shown = [row.item_id for group in once.groups for row in (group.exact, *group.results) if row]
    assert len(shown) == len(set(shown))
    often = shop(gallery, 0, categories=False, k=20, repeat=True)
    shown = [row.item_id for group in often.groups for row in (group.exact, *group.results) if row]
    assert shown.count("disc-red") == 3


def test_exact_needs_a_score_and_a_lead(gallery: Gallery) -> None:
    assert all(group.exact is None for group in shop(gallery, 0, exact_score=1.01).groups)
    assert all(group.exact is None for group in shop(gallery, 0, exact_margin=2.0).groups)
    first = shop(gallery, 0, exact_score=1.01).groups[0]
    assert first.results[0].rank == 1
    assert first.results[0].score > 0.9


def test_copies_are_folded_and_filters_hold(gallery: Gallery) -> None:
    answer = shop(gallery, 2, categories=False, k=12)
    green = next(group for group in answer.groups if group.part.object_id == gallery.object_of(2, 2))
    assert green.exact is not None
    assert (green.exact.item_id, green.exact.folded) == ("disc-green", 1)
    every = [row for group in answer.groups for row in (group.exact, *group.results) if row]
    assert "box-green" not in [row.item_id for row in every]
    cheap = shop(gallery, 0, filter=Range("price", below=12))
    prices = [row.price for group in cheap.groups for row in (group.exact, *group.results) if row]
    assert prices
    assert all(price is not None and price < 12 for price in prices)
    dear = next(group for group in cheap.groups if group.part.category == "cross")
    assert (dear.exact, dear.results, dear.note) == (None, (), "no product looks like it")


def test_a_detector_finds_the_things_of_an_upload_in_one_batch(gallery: Gallery) -> None:
    detector = Fake([sides(place_of(thing)) for thing in range(3)], [2, 0, 1])
    batches = list[int]()

    class Counting:
        def embed(self, pictures: list[np.ndarray]) -> np.ndarray:
            batches.append(len(pictures))
            return gallery.engine.runner().embed(pictures)

    from saccade.discovery.engine import Engine

    engine = Engine(gallery.ws, runner=Counting())
    answer = ShopTheLook(engine, MemoryLooks(gallery.ws), detector).search(
        ShopQuery(Asked(image=png(scene(1)[:, :639])), exact_margin=0.0)
    )
    assert batches == [3]
    assert [group.exact and group.exact.item_id for group in answer.groups] == list(SCENES[1])
    assert {"decode", "detect", "embed", "search", "hydrate"} <= set(answer.seconds)


def test_few_things_no_things_and_unknown_categories_are_told(gallery: Gallery) -> None:
    few = shop(gallery, 0, objects=2)
    assert len(few.groups) == 2
    assert few.notes == ("3 things were found; the best 2 are shown",)
    nothing = ShopTheLook(gallery.engine, detector=Fake([])).search(
        ShopQuery(Asked(image=png(scene(0)[:90])))
    )
    assert len(nothing.groups) == 1
    assert nothing.groups[0].results
    assert "no object was found" in nothing.notes[0]
    foreign = Fake([sides(place_of(0))])
    foreign.categories = ("toaster", "", "")
    strange = ShopTheLook(gallery.engine, detector=foreign).search(
        ShopQuery(Asked(image=png(scene(0)[:, 1:])))
    )
    assert strange.groups[0].note == "the catalogue has no category called toaster: all are shown"
    assert not strange.groups[0].same_category
    strict = ShopTheLook(gallery.engine, rule=DotRule(score=2.0)).search(
        ShopQuery(Asked(image_id=gallery.scenes[1]))
    )
    assert "no object was found" in strict.notes[0]


def test_what_is_refused(gallery: Gallery) -> None:
    with pytest.raises(InputError, match="k is 1 to 100 for each thing"):
        ShopQuery(Asked(item_id="x"), k=0)
    with pytest.raises(InputError, match="expected 1 to 24 things"):
        ShopQuery(Asked(item_id="x"), objects=99)
    with pytest.raises(NotFoundError, match="there is no item 'x'"):
        ShopTheLook(gallery.engine).search(ShopQuery(Asked(item_id="x")))
