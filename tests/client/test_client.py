"""The client against the real service, in a thread of this process."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.client import (
    AsyncClient,
    Client,
    Invalid,
    NewPicture,
    NotAllowed,
    NotFound,
    TooLarge,
    Unreachable,
    all_of,
    between,
    equals,
)
from saccade.service.settings import ServiceLimits
from tests.discovery.conftest import COLOURS, SHAPES, build
from tests.service.conftest import drawn
from tests.service.running import KEY, free_port, in_thread, settings

LIMITS = ServiceLimits(bulk=5, bulk_bytes=20_000, body_bytes=100_000)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop of twelve items with small limits."""
    ws = build(tmp_path_factory.mktemp("shop"))
    with in_thread(settings(ws.uri, limits=LIMITS)) as url:
        yield url


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address, key=KEY) as client:
        yield client


def test_every_kind_of_search(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "box.png"
    file.write_bytes(drawn("box", "blue"))
    for image in (file, file.read_bytes()):
        assert client.search(image=image, k=1).results[0].item_id == "box-blue"
    assert client.search(text="yellow cross").results[0].title == "yellow cross"
    by_item = client.search(item_id="disc-red", k=4)
    assert by_item.results == client.similar("disc-red", k=4).results
    assert [row.rank for row in by_item.results] == [1, 2, 3, 4]
    dim = client.info().index.dim
    assert len(client.search(vector=np.ones(dim), k=3, exact=True).results) == 3
    boxed = client.search(image=file, box=(0.1, 0.1, 0.8, 0.8), k=1)
    assert boxed.results[0].category == "box"
    red = all_of(equals("colour", "red"), between("price", below=15))
    assert {row.item_id for row in client.search(item_id="cross-blue", filter=red).results} == {
        "disc-red", "box-red"
    }  # fmt: skip


def test_items_one_by_one_and_all(client: Client) -> None:
    names = sorted(f"{shape}-{colour}" for shape in SHAPES for colour in COLOURS)
    assert [item.item_id for item in client.all_items()] == names
    assert [item.item_id for item in client.all_items(where=["category=disc", "price<12"])] == [
        "disc-green", "disc-red"
    ]  # fmt: skip
    assert len(client.items(limit=5, seed=3).items) == 5
    detail = client.item("box-red")
    assert (detail.title, detail.attributes["colour"], len(detail.pictures)) == ("red box", "red", 2)
    picture = Image.open(io.BytesIO(client.picture(detail.pictures[0].image_id, side=160)))
    assert picture.size == (96, 96)


def test_put_and_delete(client: Client) -> None:
    pictures = [NewPicture(drawn("disc", "red", 14), role="review")]
    stored = client.put("a b/c", title="new", price=3.0, attributes={"colour": "red"}, pictures=pictures)
    assert (stored.created, stored.searchable, stored.images[0].status) == (True, True, "ok")
    assert client.item("a b/c").pictures[0].role == "review"
    assert "a b/c" in {row.item_id for row in client.search(text="new").results}
    assert client.delete("a b/c").deleted
    with pytest.raises(NotFound, match="a b/c"):
        client.delete("a b/c")


def test_bulk_in_many_requests(client: Client) -> None:
    rows = {f"many-{n}": {"title": f"many {n}", "pictures": [drawn("box", "red", 10 + n)]} for n in range(13)}
    found = client.bulk({**rows, "huge": {"description": "x" * 19_990}}, delete=["nobody"])
    status = {row.item_id: row.status for row in found}
    assert status == {**dict.fromkeys(rows, "ok"), "huge": "rejected", "nobody": "not_found"}
    assert client.info().items == 12 + 13
    gone = client.bulk(delete=rows)
    assert [row.status for row in gone] == ["ok"] * 13


def test_refusals(client: Client, address: str) -> None:
    with pytest.raises(NotFound, match="nobody") as missing:
        client.item("nobody")
    assert missing.value.request_id
    with pytest.raises(Invalid) as invalid:
        client.search(text="red", k=500)
    assert (invalid.value.code, invalid.value.field) == ("invalid", "k")
    with pytest.raises(Invalid, match="did you mean 'colour'"):
        client.search(text="red", filter=equals("color", "red"))
    with pytest.raises(TooLarge):
        client.search(image=bytes(200_000))
    with Client(address) as stranger, pytest.raises(NotAllowed):
        stranger.put("x", title="x")
    with (
        Client(f"http://127.0.0.1:{free_port()}") as nobody,
        pytest.raises(Unreachable, match="saccade serve"),
    ):
        nobody.info()


def test_one_client_for_many_threads(client: Client) -> None:
    found: list[str | None] = []

    def ask() -> None:
        for _ in range(10):
            found.append(client.search(item_id="disc-red", k=1).results[0].item_id)

    pool = [threading.Thread(target=ask) for _ in range(8)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    assert len(found) == 80
    assert len(set(found)) == 1


def test_the_async_client(address: str) -> None:
    async def run() -> None:
        async with AsyncClient(address, key=KEY) as client:
            assert (await client.wait_ready(5)).ready
            answers = await asyncio.gather(*(client.search(item_id="disc-red", k=2) for _ in range(20)))
            assert len({answer.results[0].item_id for answer in answers}) == 1
            assert len([item async for item in client.all_items()]) == 12
            await client.put("soon", title="soon gone")
            assert (await client.delete("soon")).deleted
            with pytest.raises(NotFound):
                await client.similar("soon")

    asyncio.run(run())
