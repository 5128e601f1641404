"""Every call against a transport that plays the service: what is sent, what is made of the answer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from saccade.client import (
    ApiError,
    AsyncClient,
    Busy,
    Client,
    Invalid,
    Locked,
    NotAllowed,
    NotFound,
    TooLarge,
    Unexpected,
    Unreachable,
    all_of,
    any_of,
    between,
    equals,
    not_,
    some_of,
)
from saccade.errors import InputError, SaccadeError

PICTURE = {"image_id": "a" * 32, "url": "/v1/pictures/" + "a" * 32, "width": 96, "height": 64}
ITEM = {
    "item_id": "lamp/1", "title": "Lamp", "category": "lamp", "price": 20, "url": None,
    "attributes": {"colour": "red"}, "picture": PICTURE,
}  # fmt: skip
ANSWER = {
    "results": [{"rank": 1, "score": 0.5, **ITEM}], "source": "visual", "model_id": "m-1",
    "index_version": 3, "image_id": None, "seconds": {"search": 0.001}, "new": "a field of tomorrow",
}  # fmt: skip
INFO = {
    "name": "shop", "version": "0.1.0", "items": 3, "text_search": True, "url_search": True,
    "writable": True,
    "index": {"name": "main", "version": 1, "count": 3, "fresh": 0, "model_id": "m-1", "dim": 4,
              "backend": "exact", "recall": 1.0},
    "limits": {"body_bytes": 1000, "bulk_bytes": 600, "pixels": 10, "k": 200, "bulk": 3, "pictures": 16},
    "fields": [{"field": "price", "kind": "number", "least": 1, "most": 2.5},
               {"field": "category", "kind": "text", "distinct": 1,
                "values": [{"value": "lamp", "count": 3}]}],
}  # fmt: skip
Reply = httpx.Response | Exception


class Played:
    """Answers with the replies in order (the last one again and again) and remembers the requests."""

    def __init__(self, *replies: Reply) -> None:
        self.replies, self.seen = list(replies), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.seen.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    def client(self, **given) -> Client:
        return Client("http://shop.test", transport=httpx.MockTransport(self), **given)

    @property
    def json(self) -> dict:
        return json.loads(self.seen[-1].content)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted, not slept."""
    found: list[float] = []
    monkeypatch.setattr("saccade.client.client.time.sleep", found.append)
    return found


def ok(body: object) -> httpx.Response:
    return httpx.Response(200, json=body)


def refused(status: int, code: str, field: str | None = None, **headers: str) -> httpx.Response:
    fault = {"error": {"code": code, "message": f"that was {code}", "field": field}}
    return httpx.Response(status, json=fault, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_a_search_sends_what_was_given_and_reads_the_answer() -> None:
    played = Played(ok(ANSWER))
    found = played.client().search(
        vector=[1, 0.5], box=None, filter=equals("colour", "red"), k=5, exact=True, group_by_item=False
    )
    assert played.json == {
        "vector": [1.0, 0.5], "filter": {"field": "colour", "equals": "red"}, "k": 5, "exact": True,
        "group_by_item": False,
    }  # fmt: skip
    row = found.results[0]
    assert (row.rank, row.score, row.item_id, row.price) == (1, 0.5, "lamp/1", 20.0)
    assert isinstance(row.price, float)
    assert row.picture is not None
    assert row.picture.width == 96
    assert found.seconds == {"search": 0.001}


def test_a_picture_goes_as_a_form(tmp_path: Path) -> None:
    played = Played(ok(ANSWER))
    file = tmp_path / "shoe.jpg"
    file.write_bytes(b"\xff\xd8picture")
    for image in (file, b"\xff\xd8picture"):
        played.client().search(image=image, box=(0, 0.25, 0.5, 0.5))
        sent = played.seen[-1]
        assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert b"\xff\xd8picture" in sent.content
        assert b'"box":{"x":0,"y":0.25,"width":0.5,"height":0.5}' in sent.content


def test_an_id_is_quoted_in_the_path() -> None:
    played = Played(ok(ANSWER))
    played.client().similar("a/b?c#ü %", k=3, where=["price<20", "category=lamp"])
    assert played.seen[0].url.raw_path == (
        b"/v1/items/a%2Fb%3Fc%23%C3%BC%20%25/similar?k=3&where=price%3C20&where=category%3Dlamp"
    )
    for none in ("", ".", ".."):
        with pytest.raises(InputError, match="item id"):
            played.client().item(none)


def test_items_take_a_seed_or_a_place() -> None:
    played = Played(ok({"items": [ITEM], "next": None}))
    assert played.client().items(seed=7, offset=40).items[0].attributes == {"colour": "red"}
    assert dict(played.seen[-1].url.params) == {"limit": "40", "seed": "7", "offset": "40"}
    played.client().items(limit=2, after="lamp-1")
    assert dict(played.seen[-1].url.params) == {"limit": "2", "after": "lamp-1"}


def test_all_items_follows_the_pages() -> None:
    pages = [ok({"items": [{**ITEM, "item_id": name}], "next": after})
             for name, after in (("a", "a"), ("b", "b"), ("c", None))]  # fmt: skip
    played = Played(*pages)
    assert [item.item_id for item in played.client().all_items()] == ["a", "b", "c"]
    assert [request.url.params["after"] for request in played.seen] == ["", "a", "b"]


def test_put_sends_files_bytes_and_addresses(tmp_path: Path) -> None:
    played = Played(ok({"item_id": "x", "created": True, "images": [], "searchable": True}))
    (tmp_path / "a.png").write_bytes(b"abc")
    client = played.client(key="k" * 16)
    found = client.put("x", title="X", pictures=[tmp_path / "a.png", b"abc", "https://a.test/b.png"])
    assert found.created
    data = base64.b64encode(b"abc").decode()
    assert played.json == {
        "title": "X",
        "images": [{"role": "seller", "data": data}, {"role": "seller", "data": data},
                   {"role": "seller", "url": "https://a.test/b.png"}],
    }  # fmt: skip
    assert played.seen[0].headers["authorization"] == "Bearer " + "k" * 16


def test_bulk_is_cut_to_the_limits() -> None:
    rows = [{"item_id": f"{n}", "status": "ok", "reason": "", "images": []} for n in range(3)]
    played = Played(ok(INFO), ok({"results": rows}))
    items = [(f"{n}", {"title": "x" * (10 if n else 700)}) for n in range(8)]
    found = played.client().bulk(items, delete=["a", "b", "ü", "d"])
    sent = [json.loads(request.content) for request in played.seen[1:]]
    assert [[row["item_id"] for row in one.get("upsert", ())] for one in sent[:3]] == [
        ["1", "2", "3"], ["4", "5", "6"], ["7"]
    ]  # fmt: skip
    assert [one["delete"] for one in sent[3:]] == [["a", "b", "ü"], ["d"]]
    assert max(len(request.content) for request in played.seen) <= INFO["limits"]["bulk_bytes"]
    assert found[0].status == "rejected"
    assert "the service takes 600" in found[0].reason


def test_bulk_is_cut_by_bytes_too() -> None:
    played = Played(ok(INFO), ok({"results": []}))
    played.client().bulk({f"{n}": {"title": "x" * 250} for n in range(3)})
    sizes = [len(request.content) for request in played.seen[1:]]
    assert len(sizes) == 2
    assert max(sizes) <= 600
    assert [len(json.loads(request.content)["upsert"]) for request in played.seen[1:]] == [2, 1]


def test_info_and_pictures() -> None:
    info = Played(ok(INFO)).client().info()
    assert (info.limits.bulk, info.index.backend, info.fields[0].least) == (3, "exact", 1.0)
    assert info.fields[1].values is not None
    assert info.fields[1].values[0].count == 3
    played = Played(httpx.Response(200, content=b"jpeg"))
    assert played.client().picture("a" * 32, side=640) == b"jpeg"
    assert played.seen[0].url.params["side"] == "640"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "bad_request", Invalid), (401, "no_key", NotAllowed), (403, "forbidden", NotAllowed),
        (404, "not_found", NotFound), (413, "too_large", TooLarge), (415, "bad_media_type", Invalid),
        (422, "invalid", Invalid), (418, "odd", ApiError), (500, "fault", ApiError),
    ],
)  # fmt: skip
def test_every_refusal_has_its_class(status: int, code: str, kind: type[ApiError]) -> None:
    played = Played(refused(status, code, "box.x", x_request_id="id-7"))
    with pytest.raises(SaccadeError) as caught:
        played.client().search(text="red")
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.code, error.field, error.request_id) == (status, code, "box.x", "id-7")
    assert str(error) == f"that was {code}"
    assert len(played.seen) == 1


def test_a_busy_service_is_asked_again_after_the_time_it_names(pauses: list[float]) -> None:
    played = Played(
        refused(429, "busy", retry_after="2"), refused(409, "locked", retry_after="99"), ok(ANSWER)
    )
    assert played.client().search(text="red").results
    assert pauses == [2.0, 10.0]


def test_patience_ends(pauses: list[float]) -> None:
    played = Played(refused(429, "busy"))
    with pytest.raises(Busy):
        played.client(retries=3).search(text="red")
    assert pauses == [0.25, 0.5, 1.0]
    assert len(played.seen) == 4
    with pytest.raises(Locked):
        Played(refused(409, "locked")).client(retries=0).delete("x")
    assert len(pauses) == 3


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), "does `saccade serve` run there"),
        (httpx.ReadTimeout(""), "gave no answer within 30 s"),
        (httpx.RemoteProtocolError(""), "RemoteProtocolError"),
    ],
)
def test_no_answer_is_one_line(error: Exception, text: str) -> None:
    with pytest.raises(Unreachable) as caught:
        Played(error).client().info()
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.status == 0


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(502, text="<html>\n<h1>Bad gateway</h1>"), httpx.Response(200, text="<html>"),
        ok([]), ok({"results": [{"rank": 1}]}), ok({**ANSWER, "source": 3}),
        httpx.Response(503, json={"error": "text"}),
    ],
)  # fmt: skip
def test_an_answer_of_somebody_else_is_told_apart(reply: httpx.Response) -> None:
    with pytest.raises(Unexpected) as caught:
        Played(reply).client().search(text="red")
    assert "\n" not in str(caught.value)
    assert "expected an answer of saccade" in str(caught.value)


def test_wait_ready_waits_through_refusals(pauses: list[float]) -> None:
    not_yet = httpx.Response(503, json={"ready": False, "reason": "starting"})
    ready = {"ready": True, "index_version": 3, "model_id": "m-1"}
    played = Played(httpx.ConnectError("refused"), not_yet, ok(ready))
    assert played.client().wait_ready(5).index_version == 3
    assert len(pauses) == 2
    with pytest.raises(Unreachable, match="not ready after 0 s: starting"):
        Played(not_yet).client().wait_ready(0)
    assert Played(not_yet).client().ready().reason == "starting"


@pytest.mark.parametrize("address", ["", "shop:8000", "ftp://shop", "http://", "http://[::1"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(InputError, match="http://host:8000"):
        Client(address)


def test_what_json_cannot_say_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    played = Played(ok(ANSWER))
    with pytest.raises(InputError, match="JSON"):
        played.client().search(vector=[float("nan")])
    with pytest.raises(InputError, match="cannot read the picture"):
        played.client().search(image=tmp_path / "none.jpg")
    assert not played.seen


def test_filters_are_the_json_of_the_api() -> None:
    made = all_of(
        any_of("category", "boot", "hat"), some_of(equals("new", True), not_(equals("colour", "red"))),
        between("price", at_least=5, below=20),
    )  # fmt: skip
    assert made == {
        "all": [
            {"field": "category", "any_of": ["boot", "hat"]},
            {"any": [{"field": "new", "equals": True}, {"not": {"field": "colour", "equals": "red"}}]},
            {"field": "price", "at_least": 5, "below": 20},
        ]
    }


def test_the_async_client_makes_the_same_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("saccade.client.client.asyncio.sleep", sleep)
    page = {"items": [ITEM], "next": None}
    played = Played(refused(429, "busy", retry_after="1"), ok(ANSWER), ok(page), httpx.ConnectError("no"))

    async def run() -> None:
        async with AsyncClient("http://shop.test", transport=httpx.MockTransport(played)) as client:
            assert (await client.search(item_id="a", k=2)).results[0].title == "Lamp"
            assert [item.title async for item in client.all_items()] == ["Lamp"]
            with pytest.raises(Unreachable):
                await client.info()

    asyncio.run(run())
    assert slept == [1.0]


def test_both_clients_have_the_same_calls() -> None:
    def calls(kind: type) -> dict[str, Callable]:
        return {name: method for name, method in vars(kind).items() if not name.startswith("_")}

    assert calls(Client).keys() == calls(AsyncClient).keys()
    for name, method in calls(Client).items():
        assert method.__doc__ or name in ("close", "run")
