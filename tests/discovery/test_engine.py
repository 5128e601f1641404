"""Searches by item, picture, address, words and vector over a small shop."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.catalog.retire import delete_items
from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import AnyOf, Equals, Range
from saccade.vision.boxes import Box
from saccade.workspace import Workspace
from tests.discovery.conftest import build, draw


def png(rgb: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


def items(engine: Engine, query: Query) -> list[str | None]:
    return [row.item_id for row in engine.search(query).results]


def test_an_item_finds_others_and_never_itself(engine: Engine) -> None:
    answer = engine.search(Query(item_id="disc-red", k=11))
    found = [row.item_id for row in answer.results]
    assert len(found) == len(set(found)) == 11
    assert "disc-red" not in found
    assert [row.rank for row in answer.results] == list(range(1, 12))
    scores = [row.score for row in answer.results]
    assert scores == sorted(scores, reverse=True)
    assert "embed" not in answer.seconds


def test_a_photograph_finds_its_product_first(engine: Engine) -> None:
    answer = engine.search(Query(image=png(draw("box", "blue", 33)), k=3))
    first = answer.results[0]
    assert first.item_id == "box-blue"
    assert (first.title, first.category, first.price) == ("blue box", "box", 16.0)
    assert first.attributes["colour"] == "blue"
    assert set(answer.seconds) == {"decode", "embed", "search", "hydrate"}
    assert answer.source == "visual"


def test_a_box_searches_with_that_part(engine: Engine) -> None:
    scene = np.hstack([draw("disc", "red", 30), draw("cross", "green", 30)])
    assert items(engine, Query(image=png(scene), box=Box(0.5, 0, 0.5, 1), k=1)) == ["cross-green"]
    assert items(engine, Query(image=png(scene), box=Box(0, 0, 0.5, 1), k=1)) == ["disc-red"]


def test_a_box_of_an_item_reads_its_picture(engine: Engine) -> None:
    answer = engine.search(Query(item_id="disc-red", box=Box(0.1, 0.1, 0.8, 0.8), k=2))
    assert "embed" in answer.seconds
    assert "disc-red" not in [row.item_id for row in answer.results]


def test_filters_narrow_every_kind(engine: Engine) -> None:
    assert set(items(engine, Query(item_id="disc-red", filter=Equals("category", "box")))) == {
        "box-red", "box-green", "box-blue", "box-yellow",
    }  # fmt: skip
    assert items(engine, Query(text="red", filter=AnyOf("category", ("cross",)))) == ["cross-red"]
    cheap = Query(image=png(draw("disc", "red", 30)), filter=Range("price", below=12.0))
    assert set(items(engine, cheap)) == {"disc-red", "disc-green"}


@pytest.mark.parametrize("given", [{"text": "red"}, {"item_id": "disc-red"}])
def test_a_filter_on_an_unknown_field_names_those_that_exist(engine: Engine, given: dict) -> None:
    with pytest.raises(InputError, match=r"found 'color'; did you mean 'colour'\?"):
        engine.search(Query(**given, filter=Equals("color", "red")))


def test_words_are_ranked_by_bm25(engine: Engine) -> None:
    answer = engine.search(Query(text="yellow cross", k=12))
    assert answer.results[0].item_id == "cross-yellow"
    assert answer.source == "titles"
    assert answer.results[0].score > answer.results[1].score > 0
    assert items(engine, Query(text="nowhere")) == []


def test_a_vector_is_taken_as_it_is(engine: Engine) -> None:
    vector = engine.runner().embed([draw("disc", "green", 36)])[0]
    assert items(engine, Query(vector=vector, k=1)) == ["disc-green"]
    with pytest.raises(InputError, match="expected vectors of shape"):
        engine.search(Query(vector=np.ones(3)))


def test_pictures_instead_of_items(engine: Engine) -> None:
    found = items(engine, Query(item_id="disc-red", group_by_item=False, k=22))
    assert len(found) == 22
    assert "disc-red" not in found
    assert found.count("box-blue") == 2


def test_exact_equals_the_index_here(engine: Engine) -> None:
    query = {"item_id": "cross-blue", "k": 5}
    assert items(engine, Query(**query)) == items(engine, Query(**query, exact=True))


@pytest.mark.parametrize("data", [b"", b"no picture", png(draw("disc", "red", 30))[:200]])
def test_a_broken_picture_is_one_line(engine: Engine, data: bytes) -> None:
    with pytest.raises(InputError, match="the query picture cannot be used") as caught:
        engine.search(Query(image=data))
    assert "\n" not in str(caught.value)


def test_an_unknown_item_and_an_unknown_index(engine: Engine, shop: Workspace) -> None:
    with pytest.raises(NotFoundError, match="there is no item 'sofa'"):
        engine.search(Query(item_id="sofa"))
    with pytest.raises(NotFoundError, match="other"):
        Engine(shop, "other")


def test_a_deleted_item_is_gone_at_once(tmp_path: Path) -> None:
    ws = build(tmp_path)
    engine = Engine(ws)
    assert "disc-green" in items(engine, Query(item_id="disc-red"))
    delete_items(ws, ["disc-green"])
    assert "disc-green" not in items(engine, Query(item_id="disc-red"))
    assert items(engine, Query(text="green disc", k=1)) != ["disc-green"]


@pytest.fixture
def address() -> Iterator[str]:
    """A loopback server with one picture."""
    body = png(draw("box", "yellow", 33))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/box.png"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(body if found else b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_address_is_fetched_but_not_a_private_one_by_default(shop: Workspace, address: str) -> None:
    open_engine = Engine(shop, public_only=False)
    answer = open_engine.search(Query(url=f"{address}/box.png", k=1))
    assert answer.results[0].item_id == "box-yellow"
    assert "fetch" in answer.seconds
    with pytest.raises(InputError, match="not-found"):
        open_engine.search(Query(url=f"{address}/none.png"))
    with pytest.raises(InputError, match="not-public"):
        Engine(shop).search(Query(url=f"{address}/box.png"))
