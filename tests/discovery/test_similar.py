"""Similar: folded, narrowed, agreeing and varied, over either source of what is known."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from saccade.discovery.arrange import Arrange
from saccade.discovery.looks import TableLooks
from saccade.discovery.looks_memory import MemoryLooks
from saccade.discovery.looks_picture import Asked
from saccade.discovery.narrow import Narrow
from saccade.discovery.query import Query
from saccade.discovery.similar import Similar, SimilarAnswer, SimilarQuery
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import Equals
from saccade.vision.boxes import Box
from tests.discovery.conftest import draw
from tests.discovery.scenery import Gallery, png, scene

Search = Callable[..., SimilarAnswer]
PLAIN = Arrange(fold=False, copies=True, chips=0, palette=False)


@pytest.fixture(params=[TableLooks, MemoryLooks], scope="module")
def search(request: pytest.FixtureRequest, gallery: Gallery) -> Search:
    similar = Similar(gallery.engine, request.param(gallery.ws))

    def ask(item_id: str | None = None, k: int = 20, arrange: Arrange | None = None, **more) -> SimilarAnswer:
        box, filter = more.pop("box", None), more.pop("filter", None)
        asked = Asked(item_id=item_id, **more)
        return similar.search(SimilarQuery(asked, box, k, filter, arrange=arrange or Arrange()))

    return ask


def items(answer: SimilarAnswer) -> list[str | None]:
    return [row.item_id for row in answer.results]


def test_without_steps_the_order_is_that_of_a_plain_search(search: Search, gallery: Gallery) -> None:
    plain = gallery.engine.search(Query(item_id="disc-red", k=8))
    answer = search("disc-red", 8, PLAIN)
    assert [(row.item_id, row.score, row.rank) for row in answer.results] == [
        (row.item_id, row.score, row.rank) for row in plain.results
    ]
    assert (answer.chips, answer.palette, answer.effect, answer.cost) == ((), (), None, 0.0)
    assert answer.image_id == gallery.picture("disc-red")
    assert {"search", "hydrate", "arrange"} <= set(answer.seconds)


def test_every_result_says_why(search: Search) -> None:
    first = search("disc-red").results[0]
    assert first.why is not None
    assert first.why.source == "picture"
    assert first.why.score == first.score
    assert first.why.agreement is not None
    other = {row.item_id: row.why for row in search("disc-red").results}["disc-blue"]
    assert other is not None
    assert "category" in other.agreed
    assert any(one.startswith("labels: ") and "round" in one for one in other.agreed)
    assert "colour" not in other.agreed
    assert "agrees in category" in other.text


def test_copies_of_the_query_and_among_results_are_folded(search: Search) -> None:
    folded = search("disc-red")
    assert {"disc-green", "box-green"} & set(items(folded)) in ({"disc-green"}, {"box-green"})
    assert [row.folded for row in folded.results if row.item_id in ("disc-green", "box-green")] == [1]
    assert "folded" in [step.name for step in folded.steps]
    assert "box-green" not in items(search("disc-green"))
    assert "box-green" in items(search("disc-green", arrange=Arrange(copies=True)))
    assert "disc-green" not in items(search("disc-green", arrange=Arrange(copies=True)))


def test_a_catalogue_picture_hides_its_item_and_an_upload_does_not(search: Search, gallery: Gallery) -> None:
    assert "disc-red" not in items(search(image_id=gallery.picture("disc-red")))
    assert items(search(image=png(draw("disc", "red", 30))))[0] == "disc-red"


def test_a_higher_threshold_keeps_a_part_and_is_never_less_precise(search: Search) -> None:
    kept, precisions = list[set[str | None]](), list[float]()
    for threshold in (0.0, 0.3, 0.5, 0.7, 0.8):
        answer = search("box-blue", 20, Arrange(agreement=threshold, fold=False))
        kept.append(set(items(answer)))
        precisions.append(np.mean([row.category == "box" for row in answer.results]) if kept[-1] else 1.0)
        assert answer.coverage == pytest.approx(len(kept[-1]) / 11)
    assert all(later <= earlier for earlier, later in itertools.pairwise(kept))
    assert precisions == sorted(precisions)
    assert precisions[-1] == 1.0 > precisions[0]
    assert len(kept[-1]) < len(kept[0])


def test_nothing_agrees_and_nothing_to_compare_are_told(search: Search, gallery: Gallery) -> None:
    strict = search("disc-red", arrange=Arrange(agreement=1.0))
    assert strict.results == ()
    assert strict.coverage == 0
    assert "lower the threshold" in strict.notes[0]
    unknown = search(image=png(scene(3)[:200]), arrange=Arrange(agreement=0.9))
    assert len(unknown.results) > 5
    assert "agreement was left out" in unknown.notes[0]


def test_chips_narrow_to_those_that_have_them(search: Search) -> None:
    answer = search("disc-red", 5, Arrange(fold=False, candidates=5))
    chip = answer.chips[0]
    assert chip.text in ("disc", "round")
    assert chip.count == sum(row.category == "disc" for row in answer.results)
    narrowed = search("disc-red", arrange=Arrange(fold=False, narrow=Narrow(chips=(chip.id,))))
    assert set(items(narrowed)) == {"disc-green", "disc-blue", "disc-yellow"}
    assert chip.text not in [one.text for one in narrowed.chips]
    nobody = search("disc-red", arrange=Arrange(narrow=Narrow(chips=(chip.id, "phrase:gone"))))
    assert "take a condition away" in nobody.notes[0]


def test_colour_and_tone_narrow_and_the_palette_counts(search: Search) -> None:
    answer = search("disc-red", arrange=Arrange(fold=False))
    blue = next(swatch for swatch in answer.palette if swatch.name == "blue")
    narrowed = search("disc-red", arrange=Arrange(fold=False, narrow=Narrow(colour="blue")))
    assert set(items(narrowed)) == {"disc-blue", "box-blue", "cross-blue"}
    assert blue.count == 3
    by_hex = search("disc-red", arrange=Arrange(fold=False, narrow=Narrow(colour=blue.hex)))
    assert set(items(by_hex)) == set(items(narrowed))
    toned = search("cross-red", arrange=Arrange(fold=False, narrow=Narrow(labels={"skin_tone": ("1", "4")})))
    assert set(items(toned)) == {"disc-red", "box-red", "disc-yellow", "box-yellow"}
    with pytest.raises(InputError, match=r"imported tasks \(skin_tone\), found 'tone'"):
        search("cross-red", arrange=Arrange(narrow=Narrow(labels={"tone": ("1",)})))


def test_diversity_changes_the_order_and_says_what_it_cost(search: Search) -> None:
    plain = search("disc-red", 6, Arrange(fold=False))
    assert items(search("disc-red", 6, Arrange(fold=False, diversity=0.0))) == items(plain)
    varied = search("disc-red", 6, Arrange(fold=False, diversity=0.7))
    assert items(varied) != items(plain)
    assert varied.cost > 0
    assert varied.effect is not None
    assert varied.effect.distance_gain is not None
    assert varied.effect.distance_gain > 0


def test_groups_are_spread_and_weight_zero_is_the_order(search: Search) -> None:
    plain = search("disc-red", 6, Arrange(fold=False))
    assert items(search("disc-red", 6, Arrange(fold=False, spread="category", spread_weight=0))) == items(
        plain
    )
    spread = search("disc-red", 6, Arrange(fold=False, spread="category", spread_weight=1))
    assert sorted(row.category or "" for row in spread.results) == [
        "box",
        "box",
        "cross",
        "cross",
        "disc",
        "disc",
    ]
    tones = search("cross-red", 4, Arrange(fold=False, spread="skin_tone", spread_weight=1))
    assert tones.effect is not None
    assert set(tones.effect.shares_after or {}) == {"1", "2", "3", "4"}
    assert "nothing to spread over" in search("disc-red", 4, Arrange(spread="mood")).notes[0]


def test_a_filter_and_a_crop(search: Search) -> None:
    assert {row.category for row in search("disc-red", filter=Equals("category", "box")).results} == {"box"}
    cropped = search(image=png(scene(0)), box=Box(100 / 640, 72 / 240, 96 / 640, 96 / 240))
    assert items(cropped)[0] == "disc-red"
    assert cropped.results[0].why is not None
    assert cropped.results[0].why.source == "crop"


def test_what_is_refused(search: Search) -> None:
    with pytest.raises(NotFoundError, match="there is no item 'sofa'"):
        search("sofa")
    with pytest.raises(NotFoundError, match="has no vector in the index yet"):
        search(image_id="0" * 32)
    with pytest.raises(InputError, match="the query picture cannot be used"):
        search(image=b"no picture")
    with pytest.raises(InputError, match="k is 1 to 1000, found 0"):
        search("disc-red", 0)
