"""The page of a search shows the query and its neighbours."""

from __future__ import annotations

from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.discovery.show import answer_page
from saccade.vision.boxes import Box
from tests.discovery.conftest import draw
from tests.discovery.test_engine import png


def test_an_item_query_shows_its_picture_and_the_results(engine: Engine) -> None:
    query = Query(item_id="disc-red", k=4)
    page = answer_page(engine, query, engine.search(query))
    assert page.count("data:image/jpeg;base64,") == 5
    assert "red box" in page
    assert "12 items" not in page
    assert engine.info.model_id in page


def test_an_uploaded_query_shows_its_box(engine: Engine) -> None:
    query = Query(image=png(draw("box", "red", 30)), box=Box(0.25, 0.25, 0.5, 0.5), k=2)
    page = answer_page(engine, query, engine.search(query))
    assert "left:25.00%" in page
    assert page.count("<figure") == 3


def test_words_have_no_picture(engine: Engine) -> None:
    query = Query(text="red", k=2)
    assert "no picture" in answer_page(engine, query, engine.search(query))
