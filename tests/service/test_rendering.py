"""Answers that are put together by hand are what the models document."""

from __future__ import annotations

import json

from saccade.discovery.answer import Stopwatch
from saccade.discovery.engine import Engine, Prepared, Row
from saccade.discovery.items import ItemRow
from saccade.discovery.query import Query
from saccade.service.rendering import Renderer
from saccade.service.wire import ItemsAnswer, SearchAnswer
from saccade.workspace import Workspace
from tests.discovery.conftest import build

SHOE = ItemRow("shoe-1", 'A "red"\nshoe ☃', "shoe", 12.5, None, {"colour": "red", "é": "ü"}, "a" * 32)


def test_a_search_answer_fits_its_model(tmp_path_factory) -> None:
    engine = Engine(_shop(tmp_path_factory))
    rows = [Row(0.75, "a" * 32, SHOE, (128, 96)), Row(-0.1, "b" * 32, None, None)]
    asked = Prepared(Query(item_id="x"), Stopwatch(), image_id="c" * 32)
    asked.watch.add("search", 0.0012345678)
    body = Renderer().search(asked, rows, engine.info)
    read = SearchAnswer.model_validate_json(body, strict=True)
    first, second = read.results
    assert (first.rank, first.score, first.item_id, first.title) == (1, 0.75, "shoe-1", SHOE.title)
    assert first.attributes == SHOE.attributes
    assert first.picture is not None
    assert (first.picture.width, first.picture.url) == (128, "/v1/pictures/" + "a" * 32)
    assert (second.rank, second.item_id, second.attributes) == (2, None, {})
    assert second.picture is not None
    assert second.picture.width is None
    assert (read.source, read.image_id, read.index_version) == ("visual", "c" * 32, engine.info.version)
    assert json.loads(body) == read.model_dump(mode="json")


def test_words_have_no_model(tmp_path_factory) -> None:
    engine = Engine(_shop(tmp_path_factory))
    body = Renderer().search(Prepared(Query(text="red"), Stopwatch()), [], engine.info)
    read = SearchAnswer.model_validate_json(body)
    assert (read.source, read.model_id, read.index_version, read.results) == ("titles", None, None, [])


def test_an_item_that_changed_is_shown_as_it_is() -> None:
    renderer = Renderer()
    before = renderer.items([Row(0.0, "a" * 32, SHOE, (128, 96))], None)
    changed = ItemRow("shoe-1", "blue shoe", "shoe", 9.0, None, {}, "a" * 32)
    after = renderer.items([Row(0.0, "a" * 32, changed, (128, 96))], "shoe-1")
    assert ItemsAnswer.model_validate_json(before).items[0].price == 12.5
    assert ItemsAnswer.model_validate_json(after).items[0].title == "blue shoe"
    assert ItemsAnswer.model_validate_json(after).next == "shoe-1"


_made: list[Workspace] = []


def _shop(tmp_path_factory) -> Workspace:
    if not _made:
        _made.append(build(tmp_path_factory.mktemp("shop")))
    return _made[0]
