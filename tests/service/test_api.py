"""What every endpoint does. Each answer is also held to the OpenAPI document (`running.Checked`)."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from PIL import Image

from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.workspace import Workspace
from tests.discovery.conftest import COLOURS, SHAPES, draw
from tests.service.conftest import drawn, png
from tests.service.running import Checked, in_thread, settings

NAMES = sorted(f"{shape}-{colour}" for shape in SHAPES for colour in COLOURS)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def error(response: httpx.Response) -> tuple[int, str, str | None]:
    found = response.json()["error"]
    return response.status_code, found["code"], found["field"]


# -- search ------------------------------------------------------------------------------------------


def test_an_item_finds_what_the_engine_finds(api: Checked, shop: Workspace) -> None:
    answer = api.search(item_id="disc-red", k=5).json()
    expected = Engine(shop).search(Query(item_id="disc-red", k=5))
    assert [row["item_id"] for row in answer["results"]] == [row.item_id for row in expected.results]
    scores = [row["score"] for row in answer["results"]]
    assert scores == pytest.approx([row.score for row in expected.results], abs=1e-5)
    assert [row["rank"] for row in answer["results"]] == [1, 2, 3, 4, 5]
    assert (answer["source"], answer["index_version"]) == ("visual", 1)
    assert answer["model_id"] == expected.model_id
    assert answer["image_id"] == expected.image_id
    assert {"search", "hydrate"} <= answer["seconds"].keys()


def test_a_result_has_all_of_its_item(api: Checked) -> None:
    row = api.search(image=encoded(drawn("box", "blue")), k=1).json()["results"][0]
    assert (row["item_id"], row["title"], row["category"], row["price"]) == (
        "box-blue", "blue box", "box", 16.0
    )  # fmt: skip
    assert row["attributes"]["colour"] == "blue"
    assert row["picture"]["url"] == f"/v1/pictures/{row['picture']['image_id']}"
    assert (row["picture"]["width"], row["picture"]["height"]) == (96, 96)


@pytest.mark.parametrize("head", ["", "data:image/png;base64,", "data:;base64,"])
def test_a_picture_in_json(api: Checked, head: str) -> None:
    assert api.found(image=head + encoded(drawn("cross", "green")), k=1) == ["cross-green"]


def test_a_picture_as_a_form(api: Checked) -> None:
    files = {"image": ("a.png", drawn("cross", "green"), "image/png")}
    answer = api.post("/v1/search", files=files, data={"query": '{"k": 2}'}).json()
    assert answer["results"][0]["item_id"] == "cross-green"
    assert len(answer["results"]) == 2
    assert {"decode", "embed"} <= answer["seconds"].keys()
    assert len(api.post("/v1/search", files=files).json()["results"]) == len(NAMES)


def test_words(api: Checked) -> None:
    answer = api.search(text="yellow cross").json()
    assert answer["results"][0]["item_id"] == "cross-yellow"
    assert (answer["source"], answer["model_id"], answer["index_version"]) == ("titles", None, None)
    assert api.found(text="nowhere") == []


def test_a_vector(api: Checked, shop: Workspace) -> None:
    vector = Engine(shop).runner().embed([draw("disc", "green", 36)])[0]
    assert api.found(vector=vector.tolist(), k=1) == ["disc-green"]
    assert api.found(vector=(1000 * vector).tolist(), k=1) == ["disc-green"]


def test_an_address(writing: Checked, pictures: str) -> None:
    answer = writing.search(url=f"{pictures}/box.png", k=1).json()
    assert answer["results"][0]["item_id"] == "box-yellow"
    assert "fetch" in answer["seconds"]
    assert error(writing.search(url=f"{pictures}/none.png")) == (400, "bad_request", None)


def test_a_box_narrows_a_picture_and_an_item(api: Checked) -> None:
    scene = encoded(png(np.hstack([draw("disc", "red", 30), draw("cross", "green", 30)])))
    right, left = ({"x": x, "y": 0, "width": 0.5, "height": 1} for x in (0.5, 0))
    assert api.found(image=scene, box=right, k=1) == ["cross-green"]
    assert api.found(image=scene, box=left, k=1) == ["disc-red"]
    whole = {"x": 0, "y": 0, "width": 1, "height": 1}
    found = api.search(item_id="disc-red", box=whole, k=3).json()
    assert "embed" in found["seconds"]
    assert "disc-red" not in [row["item_id"] for row in found["results"]]


def test_a_box_in_a_form(api: Checked) -> None:
    scene = png(np.hstack([draw("disc", "red", 30), draw("cross", "green", 30)]))
    query = json.dumps({"k": 1, "box": {"x": 0.5, "y": 0, "width": 0.5, "height": 1}})
    found = api.post("/v1/search", files={"image": scene}, data={"query": query}).json()["results"]
    assert found[0]["item_id"] == "cross-green"


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"field": "category", "equals": "box"}, {"box-blue", "box-green", "box-red", "box-yellow"}),
        ({"field": "colour", "any_of": ["red", "blue"]},
         {"box-blue", "box-red", "cross-blue", "cross-red", "disc-blue", "disc-red"}),
        ({"field": "price", "at_least": 11, "below": 13}, {"disc-green", "disc-blue"}),
        ({"field": "price", "above": 11, "at_most": 13}, {"disc-blue", "disc-yellow"}),
        ({"all": [{"field": "category", "equals": "disc"}, {"not": {"field": "colour", "equals": "red"}}]},
         {"disc-blue", "disc-green", "disc-yellow"}),
        ({"any": [{"field": "item_id", "equals": "box-red"}, {"field": "price", "below": 11}]},
         {"box-red", "disc-red"}),
    ],
)  # fmt: skip
def test_filters(api: Checked, filter: dict, expected: set[str]) -> None:
    assert set(api.found(image=encoded(drawn("disc", "red")), filter=filter)) == expected
    assert set(api.found(item_id="cross-yellow", filter=filter)) == expected
    assert set(api.found(text="red green blue yellow", filter=filter)) == expected


def test_pictures_instead_of_items(api: Checked) -> None:
    found = api.found(item_id="disc-red", group_by_item=False, k=22)
    assert len(found) == 22
    assert found.count("box-blue") == 2
    assert "disc-red" not in found
    assert len(set(api.found(item_id="disc-red", k=22))) == 11


def test_exact_finds_the_same_here(api: Checked) -> None:
    assert api.found(item_id="cross-blue", exact=True) == api.found(item_id="cross-blue")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (400, "bad_request", None)),
        ({"item_id": "disc-red", "text": "red"}, (400, "bad_request", None)),
        ({"item_id": "nobody"}, (404, "not_found", None)),
        ({"text": " "}, (400, "bad_request", None)),
        ({"text": "x" * 501}, (422, "invalid", "text")),
        ({"text": "red", "k": 0}, (422, "invalid", "k")),
        ({"text": "red", "k": 201}, (422, "invalid", "k")),
        ({"text": "red", "k": "many"}, (422, "invalid", "k")),
        ({"text": "red", "box": {"x": 0, "y": 0, "width": 1, "height": 1}}, (400, "bad_request", None)),
        ({"item_id": "disc-red", "box": {"x": 0, "y": 0, "width": 0, "height": 1}},
         (422, "invalid", "box.width")),
        ({"item_id": "disc-red", "box": {"x": 0}}, (422, "invalid", "box.y")),
        ({"text": "red", "boxes": []}, (422, "invalid", "boxes")),
        ({"text": "red", "filter": {"field": "color", "equals": "red"}}, (400, "bad_request", None)),
        ({"item_id": "disc-red", "filter": {"field": "price"}}, (400, "bad_request", None)),
        ({"image": "not base64!"}, (422, "invalid", "image")),
        ({"image": encoded(b"no picture")}, (400, "bad_request", None)),
        ({"vector": []}, (422, "invalid", "vector")),
        ({"vector": [1.0, 2.0]}, (400, "bad_request", None)),
        ({"vector": [0.0, 0.0]}, (422, "invalid", "vector")),
        ({"vector": [1e308, 1.0]}, (422, "invalid", "vector")),
        ({"vector": ["a"]}, (422, "invalid", "vector.0")),
    ],
)  # fmt: skip
def test_mistakes_have_a_code_and_a_place(api: Checked, query: dict, expected: tuple) -> None:
    assert error(api.search(**query)) == expected


def test_other_bodies(api: Checked) -> None:
    assert error(api.post("/v1/search", content=b"{")) == (422, "invalid", None)
    plain = api.post("/v1/search", content=b"red", headers={"content-type": "text/plain"})
    assert error(plain) == (415, "bad_media_type", None)
    assert error(api.post("/v1/search", files={"picture": b"x"})) == (422, "invalid", "image")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert error(api.post("/v1/search", content=b"--y", headers=broken))[0] in (400, 422)


def test_an_unknown_field_names_the_known_ones(api: Checked) -> None:
    answer = api.search(text="red", filter={"field": "color", "equals": "red"})
    assert "did you mean 'colour'?" in answer.json()["error"]["message"]


# -- looking at items --------------------------------------------------------------------------------


def test_similar_is_a_search_by_item(api: Checked) -> None:
    similar = api.get("/v1/items/disc-red/similar", params={"k": 4}).json()
    searched = api.search(item_id="disc-red", k=4).json()
    assert similar["results"] == searched["results"]
    where = {"where": ["category=box", "price<16"]}
    found = api.get("/v1/items/disc-red/similar", params=where).json()["results"]
    assert {row["item_id"] for row in found} == {"box-red", "box-green"}
    assert error(api.get("/v1/items/nobody/similar")) == (404, "not_found", None)
    assert error(api.get("/v1/items/disc-red/similar?where=nonsense"))[0] == 400
    assert error(api.get("/v1/items/disc-red/similar?k=201")) == (422, "invalid", "k")


def test_an_item_in_full(api: Checked) -> None:
    found = api.get("/v1/items/cross-green").json()
    assert (found["title"], found["price"], found["category"]) == ("green cross", 19.0, "cross")
    assert [picture["position"] for picture in found["pictures"]] == [0, 1]
    for picture in found["pictures"]:
        assert (picture["role"], picture["width"], picture["objects"]) == ("seller", 96, [])
        assert api.get(picture["url"]).status_code == 200
    assert error(api.get("/v1/items/nobody")) == (404, "not_found", None)


def test_a_sample_has_everything_once_and_repeats_with_its_seed(api: Checked) -> None:
    def page(**params: int) -> list[str]:
        return [item["item_id"] for item in api.get("/v1/items", params=params).json()["items"]]

    pages = [page(limit=5, seed=3, offset=start) for start in (0, 5, 10)]
    assert [len(one) for one in pages] == [5, 5, 2]
    assert sorted(name for one in pages for name in one) == NAMES
    assert page(limit=5, seed=3) == pages[0]
    assert any(page(limit=12, seed=seed) != page(limit=12, seed=3) for seed in (4, 5, 6))
    assert page(limit=5, seed=3, offset=12) == []


def test_pages_in_order_of_ids(api: Checked) -> None:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = api.get("/v1/items", params={"limit": 5, "after": after}).json()
        found += [item["item_id"] for item in page["items"]]
        after = page["next"]
    assert found == NAMES


@pytest.mark.parametrize("way", [{"seed": 1}, {"after": ""}])
def test_conditions_narrow_a_listing(api: Checked, way: dict) -> None:
    params = {"where": ["category=disc", "price>=12"], **way}
    items = api.get("/v1/items", params=params).json()["items"]
    assert {item["item_id"] for item in items} == {"disc-blue", "disc-yellow"}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "seed=-1", "seed=4294967296", "offset=-1", "where=colour"]
)
def test_listings_that_cannot_be(api: Checked, query: str) -> None:
    assert error(api.get(f"/v1/items?{query}"))[0] in (400, 422)


@pytest.mark.parametrize("side", [160, 320, 640, 1024])
def test_pictures_are_jpegs_and_never_enlarged(writing: Checked, side: int) -> None:
    large = png(np.random.default_rng(0).integers(0, 255, (500, 700, 3), np.uint8))
    stored = writing.put("/v1/items/large", json={"images": [{"data": encoded(large)}]}).json()
    response = writing.get(f"/v1/pictures/{stored['images'][0]['image_id']}", params={"side": side})
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    picture = Image.open(io.BytesIO(response.content))
    assert picture.format == "JPEG"
    assert max(picture.size) == min(side, 700)
    assert picture.size[0] / picture.size[1] == pytest.approx(1.4, abs=0.02)
    assert writing.delete("/v1/items/large").status_code == 200


def test_pictures_that_are_not_there(api: Checked) -> None:
    picture = api.get("/v1/items/box-red").json()["pictures"][0]["url"]
    assert error(api.get(f"{picture}?side=200")) == (422, "invalid", "side")
    assert error(api.get("/v1/pictures/" + "0" * 32)) == (404, "not_found", None)
    assert error(api.get("/v1/pictures/nonsense")) == (422, "invalid", "image_id")


def test_info(api: Checked, shop: Workspace) -> None:
    found = api.get("/v1/info").json()
    assert found["items"] == 12
    assert (found["index"]["count"], found["index"]["fresh"], found["index"]["version"]) == (24, 0, 1)
    assert found["index"]["dim"] == Engine(shop).info.dim
    assert found["writable"] is True
    assert found["limits"]["k"] == 200
    fields = {field["field"]: field for field in found["fields"]}
    assert {"value": "disc", "count": 4} in fields["category"]["values"]
    assert fields["colour"]["distinct"] == 4
    assert (fields["price"]["least"], fields["price"]["most"]) == (10.0, 21.0)
    assert "item_id" not in fields


def test_operations(api: Checked) -> None:
    assert api.get("/health").json() == {"status": "ok"}
    ready = api.get("/ready").json()
    assert (ready["ready"], ready["index_version"]) == (True, 1)
    api.search(text="red")
    text = api.get("/metrics").text
    assert 'saccade_http_requests_total{method="POST",route="/v1/search",status="200"}' in text
    assert "saccade_index_version 1.0" in text


def test_the_page_and_what_is_not_there(api: Checked) -> None:
    for path in ("/", "/search", "/items/disc-red"):
        page = api.get(path)
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'self'" in page.headers["content-security-policy"]
    for path in ("/v1/nothing", "/missing.js", "/assets/none"):
        assert error(api.get(path)) == (404, "not_found", None), path
    assert error(api.request("PATCH", "/v1/items/a"))[0] == 405


def test_headers_of_every_answer(api: Checked) -> None:
    mine = api.get("/health", headers={"x-request-id": "mine-1"})
    assert mine.headers["x-request-id"] == "mine-1"
    assert api.get("/health", headers={"x-request-id": "not\tmine"}).headers["x-request-id"] != "not\tmine"
    assert mine.headers["x-content-type-options"] == "nosniff"
    assert "server" not in mine.headers
    assert "access-control-allow-origin" not in mine.headers
    timing = api.search(item_id="disc-red").headers["server-timing"]
    assert "search;dur=" in timing


# -- writing -----------------------------------------------------------------------------------------


def test_a_stored_item_is_found_by_the_next_search_and_gone_after_its_deletion(writing: Checked) -> None:
    ink = np.full((96, 96, 3), (120, 20, 160), np.uint8)
    body = {"title": "violet field", "category": "field", "price": 3.5, "attributes": {"colour": "violet"},
            "images": [{"data": encoded(png(ink))}]}  # fmt: skip
    stored = writing.put("/v1/items/violet", json=body).json()
    assert (stored["created"], stored["searchable"]) == (True, True)
    assert stored["images"][0]["status"] == "ok"
    ways = [
        {"image": encoded(png(ink)), "k": 1}, {"text": "violet"}, {"item_id": "disc-red", "k": 200},
        {"image": encoded(png(ink)), "filter": {"field": "colour", "equals": "violet"}},
    ]  # fmt: skip
    for query in ways:
        assert "violet" in writing.found(**query), query
    detail = writing.get("/v1/items/violet").json()
    assert (detail["title"], detail["price"], detail["attributes"]) == (
        "violet field",
        3.5,
        {"colour": "violet"},
    )
    assert writing.get("/v1/info").json()["items"] == 13
    again = writing.put("/v1/items/violet", json={**body, "title": "violet plain"}).json()
    assert again["created"] is False
    assert writing.search(text="violet").json()["results"][0]["title"] == "violet plain"
    picture = detail["pictures"][0]["url"]
    assert writing.get(picture).status_code == 200
    assert writing.delete("/v1/items/violet").json() == {"item_id": "violet", "deleted": True}
    for query in ways[:3]:
        assert "violet" not in writing.found(**query), query
    assert error(writing.get("/v1/items/violet"))[:2] == (404, "not_found")
    assert error(writing.search(item_id="violet"))[:2] == (404, "not_found")
    assert error(writing.delete("/v1/items/violet"))[:2] == (404, "not_found")
    listed = writing.get("/v1/items", params={"limit": 200}).json()["items"]
    assert "violet" not in {item["item_id"] for item in listed}


def test_a_put_says_what_the_item_is_from_now_on(writing: Checked) -> None:
    first = {"title": "A", "price": 1.0, "images": [{"data": encoded(drawn("disc", "blue", 20))},
             {"data": encoded(drawn("disc", "blue", 22)), "role": "review"}]}  # fmt: skip
    writing.put("/v1/items/changing", json=first)
    assert writing.put("/v1/items/changing", json={"title": "B"}).json()["searchable"] is True
    found = writing.get("/v1/items/changing").json()
    assert (found["title"], found["price"]) == ("B", None)
    assert [picture["role"] for picture in found["pictures"]] == ["seller", "review"]
    writing.put("/v1/items/changing", json={"images": [{"data": encoded(drawn("box", "red", 20))}]})
    assert len(writing.get("/v1/items/changing").json()["pictures"]) == 1
    assert writing.put("/v1/items/changing", json={"images": []}).json()["searchable"] is False
    assert writing.get("/v1/items/changing").json()["pictures"] == []
    assert writing.delete("/v1/items/changing").status_code == 200


def test_a_picture_by_address_and_one_that_is_none(writing: Checked, pictures: str) -> None:
    body = {"images": [{"url": f"{pictures}/box.png"}, {"data": encoded(b"no picture")}]}
    stored = writing.put("/v1/items/fetched", json=body).json()
    assert [one["status"] == "ok" for one in stored["images"]] == [True, False]
    assert stored["images"][1]["reason"]
    assert stored["searchable"] is True
    assert writing.delete("/v1/items/fetched").status_code == 200


def test_bulk_tells_of_every_row(writing: Checked) -> None:
    rows = [
        {"item_id": "bulk-1", "title": "one", "images": [{"data": encoded(drawn("disc", "red", 10))}]},
        {"item_id": "bulk-2", "title": "two", "images": []},
    ]  # fmt: skip
    answer = writing.bulk({"upsert": rows, "delete": ["nobody"]}).json()["results"]
    assert [(row["item_id"], row["status"]) for row in answer] == [
        ("bulk-1", "ok"), ("bulk-2", "ok"), ("nobody", "not_found")
    ]  # fmt: skip
    assert "bulk-1" in writing.found(text="one")
    gone = writing.bulk({"delete": ["bulk-1", "bulk-2"]}).json()["results"]
    assert [row["status"] for row in gone] == ["ok", "ok"]
    assert writing.found(text="one") == []
    many = {"delete": [f"x{n}" for n in range(1001)]}
    assert error(writing.bulk(many))[:2] == (422, "invalid")
    assert writing.bulk({}).json() == {"results": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"price": "cheap"}, "price"), ({"name": "A"}, "name"), ({"attributes": {"a": 1}}, "attributes.a"),
        ({"images": [{}]}, "images.0"), ({"images": [{"data": "", "url": "http://a.test/"}]}, "images.0"),
        ({"images": [{"data": "?"}]}, "images.0.data"), ({"images": [{"data": ""}] * 17}, "images"),
        ({"images": [{"data": "", "role": "owner"}]}, "images.0.role"), ([], None),
    ],
)  # fmt: skip
def test_items_that_do_not_fit(writing: Checked, body: object, field: str | None) -> None:
    assert error(writing.put("/v1/items/bad", json=body)) == (422, "invalid", field)
    assert writing.get("/v1/items/bad").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["a b", "ä·ö", "100%", "q?a=b", "a#b", "…", "'; DROP", '"', "%2e", "boots/red.jpg", "../up", "a//b/"],
)
def test_names_with_everything_in_them(writing: Checked, name: str) -> None:
    """Ids of a catalogue that was read from folders have slashes."""
    place = f"/v1/items/{quote(name, safe='')}"
    row = {"item_id": name, "title": "named", "images": [{"data": encoded(drawn("disc", "red", 11))}]}
    assert writing.bulk({"upsert": [row]}).json()["results"][0]["status"] == "ok"
    assert writing.get(place).json().get("item_id") == name
    assert writing.get(f"{place}/similar").status_code == 200
    assert writing.put(place, json={"title": "again"}).json()["created"] is False
    assert writing.delete(place).json() == {"item_id": name, "deleted": True}


def test_writes_need_a_key(api: Checked, shop: Workspace) -> None:
    for text in (None, "Bearer wrong", "Bearer", "Basic x", "wrong"):
        headers = {} if text is None else {"authorization": text}
        for answer in (
            api.put("/v1/items/x", json={}, headers=headers), api.delete("/v1/items/x", headers=headers),
            api.post("/v1/items/bulk", json={}, headers=headers),
        ):  # fmt: skip
            assert error(answer) == (401, "no_key", None)
            assert answer.headers["www-authenticate"] == "Bearer"
    with in_thread(settings(shop.uri, keys=())) as url, Checked(url) as client:
        assert error(client.put("/v1/items/x", json={})) == (403, "forbidden", None)
        assert client.get("/v1/info").json()["writable"] is False


def test_addresses_can_be_turned_off(shop: Workspace) -> None:
    with in_thread(settings(shop.uri, urls=False)) as url, Checked(url) as client:
        assert error(client.search(url="https://a.test/x.png")) == (403, "forbidden", "url")
        body = {"images": [{"url": "https://a.test/x.png"}]}
        assert error(client.put("/v1/items/x", json=body)) == (403, "forbidden", "images.0")
        assert client.get("/v1/info").json()["url_search"] is False


def test_another_writer_makes_a_write_wait_its_turn(
    copied: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = copied()
    monkeypatch.setattr("saccade.service.app.Writer", _impatient())
    with in_thread(settings(place)) as url, Checked(url) as client, Workspace(place).lock("another command"):
        locked = client.put("/v1/items/x", json={"title": "X"})
        assert error(locked) == (409, "locked", None)
        assert int(locked.headers["retry-after"]) >= 1
        assert "another command" in locked.json()["error"]["message"]


def _impatient() -> Callable:
    from functools import partial

    from saccade.service.writer import Writer

    return partial(Writer, patience=0.1)


@pytest.fixture(scope="session")
def pictures() -> Iterator[str]:
    """A loopback server with one picture."""
    body = drawn("box", "yellow")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/box.png"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(body if found else b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
