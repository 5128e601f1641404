"""The products through the client, against the real service, and what is sent for each call."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from saccade.client import AsyncClient, Client, Invalid, NotFound
from saccade.client.products import Part
from saccade.errors import InputError
from tests.discovery.scenery import Gallery, place_of
from tests.service.conftest import drawn
from tests.service.furnished import furnished
from tests.service.running import in_thread, settings


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    return furnished(tmp_path_factory.mktemp("gallery"))


@pytest.fixture(scope="module")
def address(gallery: Gallery) -> Iterator[str]:
    with in_thread(settings(gallery.ws.uri)) as url:
        yield url


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def test_what_is_there(client: Client) -> None:
    found = client.discovery()
    assert (found.objects, found.complete, found.categories) == (True, True, ("box", "disc"))
    assert list(found.tasks["skin_tone"]) == ["1", "2", "3", "4"]


def test_similar_and_its_chips(client: Client) -> None:
    found = client.similar_to(item_id="disc-red", k=5, arrange={"candidates": 5})
    assert found.results[0].why is not None
    assert found.results[0].why.source == "picture"
    assert found.chips
    narrowed = client.similar_to(item_id="disc-red", arrange={"narrow": {"chips": [found.chips[0].id]}})
    assert [step.name for step in narrowed.steps if step.name.startswith("chip")]
    spread = client.similar_to(item_id="disc-red", arrange={"spread": "colour", "diversity": 0.4})
    assert spread.effect is not None


def test_a_tap_a_box_and_dots(client: Client, gallery: Gallery, tmp_path: Path) -> None:
    box = place_of(0)
    dots = client.dots(image_id=gallery.scenes[0])
    assert all(isinstance(part, Part) for part in dots.parts)
    tapped = client.flashlight(image_id=gallery.scenes[0], tap=(dots.parts[0].x, dots.parts[0].y), k=2)
    assert (tapped.how, tapped.object) == ("object", dots.parts[0])
    file = tmp_path / "box.png"
    file.write_bytes(drawn("box", "blue"))
    drawn_box = client.flashlight(image=file, box=(0.1, 0.1, 0.8, 0.8), k=1)
    assert (drawn_box.how, drawn_box.results[0].item_id) == ("crop", "box-blue")
    scenes = client.objects(image_id=gallery.scenes[0], box=(box.x, box.y, box.width, box.height), k=1).scenes
    assert scenes[0].picture.image_id == gallery.scenes[1]
    same = client.objects(object_id=gallery.object_of(0, 0), k=1).scenes
    assert same[0].picture == scenes[0].picture


def test_shop_lens_and_complete(client: Client, gallery: Gallery) -> None:
    groups = client.shop(image_id=gallery.scenes[0], k=2, role=None).groups
    assert {group.part.category for group in groups} == {"disc", "box", "cross"}
    lens = client.lens(image=drawn("disc", "green"), k=3)
    assert lens.results[0].shares[0].share > 0
    assert len(lens.understanding.colours[0].lab) == 3
    assert {source.name for source in lens.sources} == {"whole", "crop", "objects", "words"}
    for answer in (client.complete(item_id="disc-red", k=2), client.complete(items=["disc-red"], k=2)):
        assert answer.category == "disc"
        assert {group.category for group in answer.groups} == {"box", "cross"}
        assert len(answer.groups[0].results) == 2


def test_errors_are_the_client_s(client: Client) -> None:
    with pytest.raises(Invalid, match="found none"):
        client.dots()
    with pytest.raises(Invalid) as caught:
        client.flashlight(item_id="disc-red", box=(0.1, 0.1, 0, 0.5))
    assert caught.value.field == "box"
    with pytest.raises(NotFound, match="no item"):
        client.similar_to(item_id="nobody")
    with pytest.raises(InputError, match="found picture"):
        client.lens(picture=b"")  # pyright: ignore[reportCallIssue]


def test_the_async_client_does_the_same(client: Client, address: str, gallery: Gallery) -> None:
    async def ask() -> tuple[object, ...]:
        async with AsyncClient(address) as other:
            return (
                (await other.similar_to(item_id="disc-red")).results,
                (await other.shop(image_id=gallery.scenes[0])).groups,
                (await other.lens(image=drawn("box", "red"))).results,
                (await other.complete(item_id="disc-red")).groups,
                (await other.dots(image_id=gallery.scenes[0])).parts,
            )

    assert asyncio.run(ask()) == (
        client.similar_to(item_id="disc-red").results, client.shop(image_id=gallery.scenes[0]).groups,
        client.lens(image=drawn("box", "red")).results, client.complete(item_id="disc-red").groups,
        client.dots(image_id=gallery.scenes[0]).parts,
    )  # fmt: skip


def test_what_is_sent() -> None:
    sent = list[httpx.Request]()

    def play(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(404, json={"error": {"code": "not_found", "message": "no", "field": None}})

    with Client("http://a.test", transport=httpx.MockTransport(play)) as client:
        for call in (
            lambda: client.shop(item_id="a", role=None, k=3),
            lambda: client.flashlight(url="http://b.test/c.png", tap=(0.5, 0.25)),
            lambda: client.lens(image=b"bytes", box=(0, 0, 1, 1)),
        ):
            with pytest.raises(NotFound):
                call()
    assert [request.url.path for request in sent] == ["/v1/shop", "/v1/flashlight", "/v1/lens"]
    shop, light = (json.loads(request.content) for request in sent[:2])
    assert (shop["item_id"], shop["role"], shop["k"]) == ("a", None, 3)
    assert "filter" not in shop
    assert (light["tap"], light["url"]) == ({"x": 0.5, "y": 0.25}, "http://b.test/c.png")
    assert sent[2].headers["content-type"].startswith("multipart/form-data")
    assert b"bytes" in sent[2].content
    assert base64.b64encode(b"bytes") not in sent[2].content
