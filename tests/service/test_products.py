"""The products over HTTP: what each answers, what is refused, what a service without this or that says.

Each answer is also held to the OpenAPI document (`running.Checked`).
"""

from __future__ import annotations

import base64
import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from saccade.detection.detector import open_detector
from saccade.discovery.arrange import Arrange
from saccade.discovery.complete import Complete, CompleteQuery
from saccade.discovery.flashlight import Flashlight, FlashlightQuery
from saccade.discovery.lens import Lens, LensQuery
from saccade.discovery.looks_picture import Asked
from saccade.discovery.objects import ObjectQuery, ObjectSearch
from saccade.discovery.pictures import read_pictures
from saccade.discovery.shop import ShopQuery, ShopTheLook
from saccade.discovery.similar import Similar, SimilarQuery
from saccade.errors import NotFoundError
from saccade.index.stage import BuildIndex
from saccade.service import detecting, product_answers
from saccade.service.server import check
from saccade.service.settings import ServiceLimits
from saccade.vision.detections import Detections
from saccade.workspace import Workspace
from tests.discovery.conftest import COLOURS
from tests.discovery.scenery import SCENES, Gallery, place_of, scene
from tests.service.conftest import drawn, png
from tests.service.furnished import furnished, keep, squares
from tests.service.running import Checked, in_thread, settings

PICTURED = ("similar", "flashlight", "dots", "objects", "shop", "lens", "complete")
RED, BLUE = (255, 0, 0), (0, 0, 255)
PHOTO = squares((1, 2, RED), (5, 5, BLUE))


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    return furnished(tmp_path_factory.mktemp("gallery"))


@pytest.fixture(scope="module")
def here(gallery: Gallery) -> Iterator[str]:
    with in_thread(settings(gallery.ws.uri)) as url:
        yield url


@pytest.fixture
def asks(here: str) -> Iterator[Checked]:
    with Checked(here) as client:
        yield client


@pytest.fixture
def copy(gallery: Gallery, tmp_path: Path) -> Gallery:
    """A gallery to write to; its engines are those of the first."""
    shutil.copytree(gallery.ws.uri, tmp_path / "ws")
    return gallery._replace(ws=Workspace(tmp_path / "ws"))


def ask(client: Checked, product: str, status: int = 200, **query: Any) -> Any:
    response = client.post(f"/v1/{product}", json=query)
    assert response.status_code == status, response.text
    return response.json() if status == 200 else response.json()["error"]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def ids(rows: list[dict[str, Any]]) -> list[str | None]:
    return [row["item_id"] for row in rows]


def sides(box: Any) -> dict[str, Any]:
    return {name: pytest.approx(getattr(box, name), abs=1e-5) for name in ("x", "y", "width", "height")}


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


# -- what each product answers -----------------------------------------------------------------------


def test_what_is_there(asks: Checked, gallery: Gallery) -> None:
    found = asks.get("/v1/discovery").json()
    assert found["detector"].startswith("squares-")
    assert found["categories"] == ["box", "disc"]
    assert [found[name] for name in ("objects", "colours", "annotations", "complete")] == [True] * 4
    assert (found["labels"], found["notes"]) == (False, [])
    assert found["tasks"] == {"skin_tone": ["1", "2", "3", "4"]}
    assert found["spread"] == ["category", "colour", "skin_tone"]


def test_similar_is_the_library_s(asks: Checked, gallery: Gallery) -> None:
    answer = ask(asks, "similar", item_id="disc-red", k=5, arrange={"candidates": 5})
    query = SimilarQuery(Asked(item_id="disc-red"), k=5, arrange=Arrange(candidates=5))
    expected = Similar(gallery.engine).search(query)
    assert expected.chips
    assert ids(answer["results"]) == [row.item_id for row in expected.results]
    assert [row["score"] for row in answer["results"]] == pytest.approx(
        [row.score for row in expected.results], abs=1e-5
    )
    assert [row["folded"] for row in answer["results"]] == [row.folded for row in expected.results]
    assert answer["results"][0]["why"]["text"] == expected.results[0].why.text  # pyright: ignore
    assert [chip["id"] for chip in answer["chips"]] == [chip.id for chip in expected.chips]
    assert [swatch["hex"] for swatch in answer["palette"]] == [swatch.hex for swatch in expected.palette]
    assert [step["after"] for step in answer["steps"]] == [step.after for step in expected.steps]
    assert (answer["cost"], answer["effect"]) == (0.0, None)
    assert answer["image_id"] == expected.image_id


def test_similar_is_arranged_as_asked(asks: Checked) -> None:
    chip = "attribute:colour=red"
    answer = ask(asks, "similar", item_id="disc-blue", k=9, arrange={"narrow": {"chips": [chip]}})
    assert {row["attributes"]["colour"] for row in answer["results"]} == {"red"}
    labels = {"narrow": {"labels": {"skin_tone": ["1"]}}}
    toned = ask(asks, "similar", item_id="disc-blue", arrange=labels)["results"]
    assert {row["attributes"]["colour"] for row in toned} == {"red"}
    colour = ask(asks, "similar", item_id="disc-blue", arrange={"narrow": {"colour": "#c81e1e"}})
    assert colour["results"]
    assert {row["attributes"]["colour"] for row in colour["results"]} == {"red"}
    varied = ask(asks, "similar", item_id="disc-blue", arrange={"diversity": 0.9, "spread": "colour"})
    assert varied["effect"]["gap_after"] <= varied["effect"]["gap_before"]
    nothing = ask(asks, "similar", item_id="disc-blue", arrange={"narrow": {"chips": ["phrase:unknown"]}})
    assert nothing["results"] == []
    assert "take a condition away" in nothing["notes"][0]


@pytest.mark.parametrize("thing", range(3))
def test_a_tap_finds_the_thing(asks: Checked, gallery: Gallery, thing: int) -> None:
    box, scene_id = place_of(thing), gallery.scenes[0]
    tap = {"x": box.x + box.width / 2, "y": box.y + box.height / 2}
    answer = ask(asks, "flashlight", image_id=scene_id, tap=tap, k=3)
    expected = Flashlight(gallery.engine, objects=gallery.objects).search(
        FlashlightQuery(Asked(image_id=scene_id), tap=(tap["x"], tap["y"]), k=3)
    )
    assert ids(answer["results"]) == [row.item_id for row in expected.results]
    assert answer["results"][0]["item_id"] == SCENES[0][thing] or answer["results"][0]["score"] > 0.999
    assert (answer["how"], answer["box"]) == ("object", sides(box))
    assert answer["object"]["object_id"] == gallery.object_of(0, thing)
    assert len(answer["dots"]) == 3


def test_a_box_that_sticks_out_is_cut(asks: Checked) -> None:
    box = {"x": -0.5, "y": 0.25, "width": 1.0, "height": 2.0}
    answer = ask(asks, "flashlight", image=encoded(drawn("box", "red")), box=box)
    assert answer["how"] == "crop"
    assert answer["box"] == {"x": 0.0, "y": 0.25, "width": 0.5, "height": 0.75}


def test_dots_are_stored_ones_or_a_detector_s(asks: Checked, gallery: Gallery) -> None:
    stored = ask(asks, "dots", image_id=gallery.scenes[1])
    assert (stored["source"], stored["found"]) == ("stored", 3)
    assert {part["category"] for part in stored["parts"]} == {"disc", "box", "cross"}
    seen = ask(asks, "dots", image=encoded(PHOTO))
    assert (seen["source"], [part["category"] for part in seen["parts"]]) == ("detector", ["box", "disc"])
    detector = open_detector(None, gallery.ws)
    expected = Flashlight(gallery.engine, detector=detector).dots(Asked(image=PHOTO))
    assert [part["box"] for part in seen["parts"]] == [sides(part.box) for part in expected.parts]
    assert "detect" in seen["seconds"]


def test_objects_are_the_library_s(asks: Checked, gallery: Gallery) -> None:
    thing = gallery.object_of(0, 0)
    answer = ask(asks, "objects", object_id=thing, k=3)
    expected = ObjectSearch(gallery.objects, whole=gallery.engine).search(ObjectQuery(object_id=thing, k=3))
    found = [(one["picture"]["image_id"], one["rank"]) for one in answer["scenes"]]
    assert found == [(one.image_id, one.rank) for one in expected.scenes]
    first = answer["scenes"][0]
    assert first["picture"] == {
        "image_id": gallery.scenes[1], "url": f"/v1/pictures/{gallery.scenes[1]}", "width": 640, "height": 240
    }  # fmt: skip
    assert first["matches"][0]["score"] == pytest.approx(expected.scenes[0].score, abs=1e-5)
    by_box = ask(asks, "objects", image_id=gallery.scenes[0], box=vars_of(0), k=1)
    assert by_box["scenes"][0]["picture"]["image_id"] == gallery.scenes[1]


def vars_of(thing: int) -> dict[str, float]:
    box = place_of(thing)
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def test_shop_is_the_library_s(asks: Checked, gallery: Gallery) -> None:
    answer = ask(asks, "shop", image_id=gallery.scenes[0], k=2)
    shop = ShopTheLook(gallery.engine, objects=gallery.objects)
    expected = shop.search(ShopQuery(Asked(image_id=gallery.scenes[0]), k=2))
    assert [group["exact"] and group["exact"]["item_id"] for group in answer["groups"]] == [
        group.exact and group.exact.item_id for group in expected.groups
    ]
    assert [ids(group["results"]) for group in answer["groups"]] == [
        [row.item_id for row in group.results] for group in expected.groups
    ]
    assert len(answer["groups"]) == 3


def test_lens_is_the_library_s(asks: Checked, gallery: Gallery) -> None:
    answer = ask(asks, "lens", image=encoded(PHOTO), k=5)
    lens = Lens.open(gallery.engine, open_detector(None, gallery.ws))
    expected = lens.ask(LensQuery(PHOTO, k=5))
    lens.close()
    assert ids(answer["results"]) == [row.result.item_id for row in expected.results]
    assert answer["results"][0]["why"] == expected.results[0].why
    assert sum(share["share"] for share in answer["results"][0]["shares"]) == pytest.approx(1, abs=1e-4)
    assert [one["name"] for one in answer["sources"]] == [one.name for one in expected.sources]
    assert {one["category"] for one in answer["understanding"]["objects"]} == {"box", "disc"}
    assert answer["blend"] == "fixed"
    of_scene = ask(asks, "lens", image_id=gallery.scenes[0], k=5)
    data = read_pictures(gallery.ws, [gallery.scenes[0]])[gallery.scenes[0]].data
    assert of_scene["results"] == ask(asks, "lens", image=encoded(data or b""), k=5)["results"]


def test_complete_is_the_library_s(asks: Checked, gallery: Gallery) -> None:
    complete = Complete.open(gallery.engine)
    pairs: list[tuple[dict[str, Any], CompleteQuery]] = [
        ({"item_id": "disc-red"}, CompleteQuery(item_id="disc-red", k=3)),
        ({"items": ["disc-red", "box-red"]}, CompleteQuery(items=("disc-red", "box-red"), k=3)),
        ({"image": encoded(drawn("disc", "red"))}, CompleteQuery(image=drawn("disc", "red"), k=3)),
    ]
    for given, query in pairs:
        answer, expected = ask(asks, "complete", k=3, **given), complete.ask(query)
        assert [one["category"] for one in answer["groups"]] == [one.category for one in expected.groups]
        assert [ids(one["results"]) for one in answer["groups"]] == [
            [row.result.item_id for row in one.results] for one in expected.groups
        ]
        assert answer["category"] == expected.category == "disc"
    scene_ = ask(asks, "complete", image_id=gallery.scenes[0], box=vars_of(0), category="disc", k=1)
    assert {one["category"] for one in scene_["groups"]} == {"box", "cross"}


def test_a_form_with_a_file_is_the_same(asks: Checked) -> None:
    for product in PICTURED:
        form = asks.post(f"/v1/{product}", files={"image": ("photo.png", PHOTO)})
        assert form.status_code == 200, form.text
        plain = ask(asks, product, image=encoded(PHOTO))
        for name in ("results", "parts", "scenes", "groups"):
            assert form.json().get(name) == plain.get(name), product
    given = {"query": '{"tap": {"x": 0.19, "y": 0.31}, "k": 1}'}
    found = asks.post("/v1/flashlight", files={"image": ("photo.png", PHOTO)}, data=given).json()
    assert (found["how"], len(found["results"])) == ("object", 1)


def test_time_by_step_and_counts(asks: Checked) -> None:
    for product in PICTURED:
        response = asks.post(f"/v1/{product}", json={"image": encoded(PHOTO)})
        header = response.headers["server-timing"]
        steps = [part.partition(";")[0] for part in header.split(", ")]
        assert steps == list(response.json()["seconds"]), product
    text = asks.get("/metrics").text
    for product in PICTURED:
        route = f'saccade_http_requests_total{{method="POST",route="/v1/{product}",status="200"}}'
        assert route in text
    assert 'saccade_search_step_seconds_count{step="detect"}' in text


# -- what is refused ---------------------------------------------------------------------------------

NO_PICTURE = encoded(b"words, not a picture")


@pytest.mark.parametrize("product", PICTURED)
@pytest.mark.parametrize(
    ("query", "status", "field", "said"),
    [
        ({}, 422, None, "found none"),
        ({"item_id": "disc-red", "image_id": "0" * 32}, 422, None, "found item_id and image_id"),
        ({"item_id": "nobody"}, 404, None, "no item 'nobody'"),
        ({"image_id": "0" * 32}, 404, None, ""),
        ({"image_id": "no id"}, 422, "image_id", "pattern"),
        ({"image": "&&&"}, 422, "image", "base64"),
        ({"image": ""}, 400, None, ""),
        ({"image": NO_PICTURE}, 400, None, "cannot be used"),
        ({"url": "http://127.0.0.1:9/a.png"}, 400, None, "gives no picture"),
        ({"item_id": "disc-red", "colour": "red"}, 422, "colour", "xtra"),
    ],
)  # fmt: skip
def test_pictures_that_cannot_be_used(
    asks: Checked, product: str, query: dict[str, Any], status: int, field: str | None, said: str
) -> None:
    error = ask(asks, product, status, **query)
    assert error["field"] == field
    assert said in error["message"]


@pytest.mark.parametrize("product", ["similar", "flashlight", "objects", "lens", "complete"])
@pytest.mark.parametrize(
    ("box", "said"),
    [
        ({"x": 0.2, "y": 0.2, "width": 0, "height": 0.5}, "draw it larger"),
        ({"x": 1.5, "y": 0.2, "width": 0.5, "height": 0.5}, "draw it inside"),
        ({"x": -0.9, "y": 0.2, "width": 0.5, "height": 0.5}, "draw it inside"),
        ({"x": 0.2, "y": 0.2, "width": 0.5}, "box.height"),
    ],
)
def test_boxes_that_mean_nothing(asks: Checked, product: str, box: dict[str, float], said: str) -> None:
    error = ask(asks, product, 422, image=encoded(PHOTO), box=box)
    assert error["field"].startswith("box")
    assert said in error["message"]


@pytest.mark.parametrize(
    ("product", "query", "status", "field"),
    [
        ("flashlight", {"tap": {"x": 1.2, "y": 0.5}}, 422, "tap.x"),
        ("flashlight", {"tap": {"x": 0.2, "y": 0.5}, "box": vars_of(0)}, 422, "tap"),
        ("objects", {"tap": {"x": 0.2, "y": 0.5}, "box": vars_of(0)}, 422, "tap"),
        ("objects", {"object_id": "a"}, 422, None),
        ("complete", {"items": ["disc-red"]}, 422, None),
        ("similar", {"k": 201}, 422, "k"), ("similar", {"k": 0}, 422, "k"), ("lens", {"k": 201}, 422, "k"),
        ("objects", {"k": 201}, 422, "k"), ("shop", {"k": 101}, 422, "k"), ("complete", {"k": 101}, 422, "k"),
        ("shop", {"objects": 25}, 422, "objects"),
        ("similar", {"arrange": {"agreement": 1.5}}, 422, "arrange.agreement"),
        ("similar", {"arrange": {"narrow": {"chips": ["red"]}}}, 400, None),
        ("similar", {"arrange": {"narrow": {"colour": "reddish"}}}, 400, None),
        ("flashlight", {"arrange": {"narrow": {"labels": {"unknown": ["1"]}}}}, 400, None),
        ("similar", {"filter": {"field": "unknown", "equals": 1}}, 400, None),
        ("shop", {"filter": {"field": "unknown", "equals": 1}}, 400, None),
        ("lens", {"filter": {"field": "unknown", "equals": 1}}, 400, None),
    ],
)  # fmt: skip
def test_what_else_is_refused(
    asks: Checked, product: str, query: dict[str, Any], status: int, field: str | None
) -> None:
    assert ask(asks, product, status, image=encoded(PHOTO), **query)["field"] == field


def test_an_object_that_is_not_there(asks: Checked) -> None:
    assert "no object 'nothing'" in ask(asks, "objects", 404, object_id="nothing")["message"]
    assert ask(asks, "objects", 422, object_id="nothing", box=vars_of(0))["field"] == "object_id"
    assert ask(asks, "complete", 422, items=["disc-red"], box=vars_of(0))["field"] == "box"
    assert "nobody" in ask(asks, "complete", 404, items=["disc-red", "nobody"])["message"]


def test_other_bodies(asks: Checked) -> None:
    assert asks.post("/v1/dots", content=b"a", headers={"content-type": "text/plain"}).status_code == 415
    assert asks.post("/v1/dots", content=b"{").status_code == 422
    assert asks.post("/v1/dots", files={"other": ("a", b"")}).json()["error"]["field"] == "image"
    both = asks.post("/v1/dots", files={"image": ("a", PHOTO)}, data={"query": '{"item_id": "disc-red"}'})
    assert both.status_code == 422
    assert "item_id and a file" in both.json()["error"]["message"]


def ribbon() -> bytes:
    return png(np.full((1, 10_000, 3), 114, np.uint8))


def grey() -> bytes:
    return saved(Image.open(io.BytesIO(PHOTO)).convert("L"))


def clear() -> bytes:
    image = Image.open(io.BytesIO(PHOTO)).convert("RGBA")
    image.putalpha(100)
    return saved(image)


def saved(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("made", [ribbon, grey, clear])
def test_odd_pictures_are_answered(asks: Checked, made: Callable[[], bytes]) -> None:
    for product in PICTURED:
        ask(asks, product, image=encoded(made()))
    found = ask(asks, "flashlight", image=encoded(made()), tap={"x": 0.95, "y": 0.05})
    assert found["results"]


# -- a service that lacks something ------------------------------------------------------------------


def test_a_plain_shop_says_what_to_run(api: Checked) -> None:
    found = api.get("/v1/discovery").json()
    assert (found["detector"], found["objects"], found["complete"]) == (None, False, False)
    for command in ("detect", "fingerprint", "index", "fit-complete", "colours", "label"):
        assert f"saccade {command}" in " ".join(found["notes"])
    assert "saccade index" in ask(api, "objects", 404, image=encoded(PHOTO))["message"]
    assert "saccade fit-complete" in ask(api, "complete", 404, item_id="disc-red")["message"]
    assert "nobody has looked" in ask(api, "dots", image=encoded(PHOTO))["notes"][0]
    assert ask(api, "shop", image=encoded(PHOTO))["notes"]
    assert ask(api, "lens", image=encoded(PHOTO))["results"]
    around = ask(api, "flashlight", image=encoded(PHOTO), tap={"x": 0.5, "y": 0.5})
    assert around["how"] == "around"


def test_no_addresses_and_full_queues(shop: Workspace) -> None:
    with in_thread(settings(shop.uri, urls=False)) as url, Checked(url) as client:
        assert ask(client, "lens", 403, url="http://a.test/a.png")["field"] == "url"
    with in_thread(settings(shop.uri, limits=ServiceLimits(waiting=0))) as url, Checked(url) as client:
        response = client.post("/v1/dots", json={"item_id": "disc-red"})
        assert (response.status_code, response.headers["retry-after"]) == (429, "1")


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A server that has the photo, whatever it is asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PHOTO)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/photo.png"
    server.shutdown()
    server.server_close()


def test_an_address_is_fetched(shop: Workspace, elsewhere: str) -> None:
    with in_thread(settings(shop.uri, allow_private=True)) as url, Checked(url) as client:
        for product in ("similar", "flashlight", "dots", "shop", "lens"):
            fetched, plain = ask(client, product, url=elsewhere), ask(client, product, image=encoded(PHOTO))
            assert fetched["seconds"].keys() - plain["seconds"].keys() == {"fetch"}
            assert fetched["image_id"] == plain["image_id"]
            assert fetched.get("results") == plain.get("results")


class Crowd:
    """Finds a thousand boxes in every picture."""

    detector_id, categories, dim = "crowd-0", ("thing",), 0

    def __init__(self, *given: object, **other: object) -> None:
        rng = np.random.default_rng(0)
        corner, size = rng.uniform(0, 0.8, (1000, 2)), rng.uniform(0.05, 0.2, (1000, 2))
        boxes = np.concatenate([corner, size], axis=1).astype(np.float32)
        scores = np.sort(rng.uniform(0.3, 1, 1000))[::-1].astype(np.float32)
        self.found = Detections(boxes, scores, np.zeros(1000, np.int64))

    def detect(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        return [self.found for _ in pictures]


def test_a_thousand_boxes(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detecting, "open_detector", Crowd)
    with in_thread(settings(shop.uri, detector="crowd-0")) as url, Checked(url) as client:
        dots = ask(client, "dots", image=encoded(PHOTO))
        assert (dots["found"], len(dots["parts"])) == (1000, 12)
        assert "1,000 objects were found" in dots["notes"][0]
        assert len(ask(client, "shop", image=encoded(PHOTO), objects=24)["groups"]) == 12
        assert ask(client, "lens", image=encoded(PHOTO))["results"]


def test_it_works_on_threads_and_ends_in_time(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    names, free = list[str](), threading.Event()
    dots = product_answers.dots

    def slow(tools: Any, asked: Asked) -> Any:
        names.append(threading.current_thread().name)
        free.wait(10)
        return dots(tools, asked)

    monkeypatch.setattr(product_answers, "dots", slow)
    with in_thread(settings(shop.uri, limits=ServiceLimits(seconds=1))) as url, Checked(url) as client:
        try:
            error = ask(client, "dots", 429, item_id="disc-red")
            assert "longer than 1 s" in error["message"]
            assert client.get("/health").elapsed.total_seconds() < 3
        finally:
            free.set()
    assert [name.partition("_")[0] for name in names] == ["embed"]


def test_several_detectors_want_a_name(copy: Gallery, tmp_path: Path) -> None:
    other = keep(copy, tmp_path, "others")
    with in_thread(settings(copy.ws.uri)) as url, Checked(url) as client:
        found = client.get("/v1/discovery").json()
        assert found["detector"] is None
        assert other in found["notes"][0]
        assert "--detector" in found["notes"][0]
    with in_thread(settings(copy.ws.uri, detector=other)) as url, Checked(url) as client:
        assert client.get("/v1/discovery").json()["detector"] == other
        assert ask(client, "dots", image=encoded(PHOTO))["found"] == 2


def test_a_detector_that_fails_costs_no_search(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: object, **other: object) -> None:
        raise RuntimeError("no such instruction")

    monkeypatch.setattr(detecting, "open_detector", fails)
    with in_thread(settings(shop.uri, detector="squares-0")) as url, Checked(url) as client:
        assert "no such instruction" in client.get("/v1/discovery").json()["notes"][0]
        assert client.found(item_id="disc-red", k=1)


def test_a_detector_that_is_none_is_found_before_the_start(gallery: Gallery, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        check(settings(gallery.ws.uri, detector="nobody"))
    with pytest.raises(NotFoundError, match="no detector folder"):
        check(settings(gallery.ws.uri, detector=str(tmp_path)))
    check(settings(gallery.ws.uri))


def test_a_broken_index_of_objects_costs_no_search(copy: Gallery) -> None:
    for info in (Path(copy.ws.uri) / "indexes" / "objects").rglob("info.json"):
        info.write_text("{")
    with in_thread(settings(copy.ws.uri)) as url, Checked(url) as client:
        assert client.found(item_id="disc-red", k=1)
        assert not client.get("/v1/discovery").json()["objects"]
        tapped = ask(client, "flashlight", image_id=copy.scenes[0], tap={"x": 0.23, "y": 0.5})
        assert tapped["how"] == "object"


# -- what changes ------------------------------------------------------------------------------------


def scenes(client: Checked, object_id: str) -> list[str]:
    found = ask(client, "objects", object_id=object_id)["scenes"]
    return [one["picture"]["image_id"] for one in found]


def test_writes_are_followed(copy: Gallery) -> None:
    """A scene whose only item is deleted is gone; so is a product, from everything, at once."""
    thing, there = copy.object_of(0, 0), copy.scenes[1]
    copy.ws.table("sources").delete(f"image_id = '{there}'")  # it is there for its item alone
    with in_thread(settings(copy.ws.uri)) as url, Checked(url) as client:
        assert there in scenes(client, thing)
        picture = {"data": encoded(png(scene(1))), "role": "scene"}
        assert client.put("/v1/items/room", json={"title": "a room", "images": [picture]}).status_code == 200
        first = ask(client, "objects", object_id=thing)["scenes"][0]
        assert ids(first["items"]) == ["room"]
        assert first["items"][0]["picture"]["width"] == 640
        assert client.delete("/v1/items/room").status_code == 200
        assert there not in scenes(client, thing)
        bought = ask(client, "shop", image_id=copy.scenes[0], role=None)["groups"]
        assert any("disc-red" in ids([*([group["exact"]] if group["exact"] else []), *group["results"]])
                   for group in bought)  # fmt: skip
        assert client.delete("/v1/items/disc-red").status_code == 200
        assert "disc-red" not in str(ask(client, "shop", image_id=copy.scenes[0], role=None)["groups"])
        assert "disc-red" not in str(ask(client, "lens", image_id=copy.scenes[0])["results"])
        assert "disc-red" not in str(ask(client, "complete", item_id="box-red")["groups"])
        new = {"title": "new", "images": [{"data": encoded(drawn("disc", "red", 31))}]}
        assert client.put("/v1/items/new", json=new).status_code == 200
        assert "new" in ids(ask(client, "similar", image=encoded(drawn("disc", "red")))["results"])


def test_an_index_of_objects_is_opened_when_it_comes_and_followed(copy: Gallery, tmp_path: Path) -> None:
    folder, away = Path(copy.ws.uri) / "indexes" / "objects", tmp_path / "away"
    shutil.move(folder, away)
    thing = copy.object_of(0, 0)
    with in_thread(settings(copy.ws.uri)) as url, Checked(url) as client:
        assert ask(client, "objects", 404, object_id=thing)
        shutil.move(away, folder)
        until(lambda: client.get("/v1/discovery").json()["objects"])
        assert scenes(client, thing)[0] == copy.scenes[1]
        copy.ws.table("objects").delete(f"image_id = '{copy.scenes[1]}'")
        BuildIndex(copy.ws.models_with_fingerprints()[0], index="objects", store="objects").run(copy.ws)
        until(lambda: ask(client, "objects", object_id=thing)["index_version"] == 2)
        assert copy.scenes[1] not in scenes(client, thing)


def test_tables_that_others_write_are_seen(copy: Gallery) -> None:
    with in_thread(settings(copy.ws.uri)) as url, Checked(url) as client:
        assert client.get("/v1/discovery").json()["annotations"]
        copy.ws.table("annotations").delete("true")
        copy.ws.table("tasks").delete("true")
        until(lambda: not client.get("/v1/discovery").json()["annotations"])
        assert client.get("/v1/discovery").json()["tasks"] == {}
        chips = ask(client, "similar", item_id="disc-red")["chips"]
        assert {chip["kind"] for chip in chips} <= {"attribute"}
        assert len(COLOURS) == 4


def test_many_at_once(here: str, gallery: Gallery) -> None:
    """Sixteen callers of all products: every answer is that of one alone."""
    queries = [("similar", {"item_id": "disc-red"}), ("shop", {"image_id": gallery.scenes[0]}),
               ("flashlight", {"image": encoded(PHOTO), "tap": {"x": 0.19, "y": 0.31}}),
               ("lens", {"image": encoded(PHOTO)})]  # fmt: skip
    wrong = list[str]()

    def ask_all(client: httpx.Client, number: int) -> None:
        for at in range(4):
            product, query = queries[(number + at) % 4]
            found = client.post(f"{here}/v1/{product}", json=query).json()
            if _rows(found) != expected[product]:
                wrong.append(product)

    with httpx.Client(timeout=30) as client:
        expected = {
            name: _rows(client.post(f"{here}/v1/{name}", json=query).json()) for name, query in queries
        }
        pool = [threading.Thread(target=ask_all, args=(client, number)) for number in range(16)]
        for thread in pool:
            thread.start()
        for thread in pool:
            thread.join()
    assert wrong == []


def _rows(answer: dict[str, Any]) -> Any:
    return answer.get("results") or answer.get("groups")
