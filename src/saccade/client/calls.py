"""What each endpoint is asked and how its answer is read: once, for the sync and the async client.

Decided: a call is a generator. It yields a request or a pause, gets the response, and returns the answer;
it does no input or output itself, so each client is a loop of a few lines around it (`client`).
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, Unpack, cast
from urllib.parse import quote

import httpx

from saccade.client.answers import Answer, BulkResult, Deleted, Info, ItemDetail, Limits, Page, Put, Ready
from saccade.client.errors import Busy, Locked, Unexpected, Unreachable, refusal
from saccade.client.items import ItemFields, body, encoded, file_bytes
from saccade.client.reading import read
from saccade.errors import InputError

T = TypeVar("T")
LONGEST = 10.0  # seconds that one pause may take, whatever the service asks for
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Request:
    """One HTTP request; `given` are arguments of httpx."""

    method: str
    path: str
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Pause:
    """Wait this long."""

    seconds: float


Steps = Generator[Request | Pause, httpx.Response, T]


class Calls:
    """The calls of the API. `retries`: how often a busy or locked service is asked again."""

    def __init__(self, retries: int) -> None:
        self.retries = retries

    def search(
        self, *, text: str | None = None, image: Path | bytes | None = None, url: str | None = None,
        item_id: str | None = None, vector: Sequence[float] | None = None,
        box: tuple[float, float, float, float] | None = None, filter: Mapping[str, Any] | None = None,
        k: int = 20, group_by_item: bool = True, exact: bool = False,
    ) -> Steps[Answer]:  # fmt: skip
        """Find by exactly one of words, a picture file, an address, an item or a vector.

            client.search(image=Path("shoe.jpg"), box=(0.1, 0.2, 0.5, 0.6), filter=equals("colour", "red"))

        `box` is (x, y, width, height) in 0..1 of the upright picture; `k` results, of items unless
        `group_by_item` is off; `exact` compares with every vector. Raises `ApiError`.
        """
        query: dict[str, Any] = {"k": k, "group_by_item": group_by_item, "exact": exact}
        given = {"text": text, "url": url, "item_id": item_id, "filter": filter}
        query |= {name: value for name, value in given.items() if value is not None}
        if vector is not None:
            query["vector"] = [float(number) for number in vector]
        if box is not None:
            query["box"] = dict(zip(("x", "y", "width", "height"), box, strict=True))
        response = yield from self._ask(Request("POST", "/v1/search", _search_body(query, image)))
        return answered(Answer, response)

    def similar(self, item_id: str, *, k: int = 20, where: Sequence[str] = ()) -> Steps[Answer]:
        """More like an item: `client.similar("lamp-1", where=["price<20"])`. Raises `NotFound`."""
        given = {"params": [("k", str(k)), *(("where", one) for one in where)]}
        response = yield from self._ask(Request("GET", f"{_item(item_id)}/similar", given))
        return answered(Answer, response)

    def item(self, item_id: str) -> Steps[ItemDetail]:
        """All that is known of an item: `client.item("lamp-1").pictures`. Raises `NotFound`."""
        return answered(ItemDetail, (yield from self._ask(Request("GET", _item(item_id)))))

    def items(
        self, *, limit: int = 40, seed: int = 0, offset: int = 0, after: str | None = None,
        where: Sequence[str] = (),
    ) -> Steps[Page]:  # fmt: skip
        """A page of items: of the random order `seed` from place `offset`, or by id `after` one.

        client.items(limit=12, seed=7, where=["category=lamp"])
        """
        place = {"seed": str(seed), "offset": str(offset)} if after is None else {"after": after}
        given = {"params": [("limit", str(limit)), *place.items(), *(("where", one) for one in where)]}
        return answered(Page, (yield from self._ask(Request("GET", "/v1/items", given))))

    def put(self, item_id: str, **item: Unpack[ItemFields]) -> Steps[Put]:
        """Store an item as it shall be; the next search finds it. Needs a key.

            client.put("lamp-1", title="A lamp", price=20.0, pictures=[Path("lamp.jpg")])

        `pictures` are files, bytes, addresses or `NewPicture`s; left out, the item keeps its own.
        """
        given = {"content": encoded(body(item)), "headers": _JSON}
        return answered(Put, (yield from self._ask(Request("PUT", _item(item_id), given))))

    def delete(self, item_id: str) -> Steps[Deleted]:
        """Delete an item: it is gone from every answer at once. Needs a key; raises `NotFound`."""
        return answered(Deleted, (yield from self._ask(Request("DELETE", _item(item_id)))))

    def bulk(
        self, upsert: Mapping[str, ItemFields] | Iterable[tuple[str, ItemFields]] = (),
        delete: Iterable[str] = (),
    ) -> Steps[tuple[BulkResult, ...]]:  # fmt: skip
        """Store and delete any number of items, in requests that the service's limits allow. Needs a key.

            client.bulk({"lamp-1": {"title": "A lamp", "pictures": [Path("lamp.jpg")]}}, delete=["old"])

        One result a row, upserts first. A row that is too large alone is "rejected" and not sent.
        """
        limits = (yield from self.info()).limits
        pairs = upsert.items() if isinstance(upsert, Mapping) else upsert
        rows = cast("Iterable[tuple[str, ItemFields]]", pairs)
        found: list[BulkResult] = []
        for part in _parts(rows, delete, limits):
            if isinstance(part, BulkResult):
                found.append(part)
                continue
            given = {"content": part, "headers": _JSON}
            response = yield from self._ask(Request("POST", "/v1/items/bulk", given))
            found += answered(_Bulk, response).results
        return tuple(found)

    def picture(self, image_id: str, *, side: int = 320) -> Steps[bytes]:
        """A picture as JPEG, at most `side` (160, 320, 640 or 1024) pixels long. Raises `NotFound`."""
        path = f"/v1/pictures/{quote(image_id, safe='')}"
        return (yield from self._ask(Request("GET", path, {"params": {"side": str(side)}}))).content

    def info(self) -> Steps[Info]:
        """What the service is and takes: `client.info().limits.bulk`."""
        return answered(Info, (yield from self._ask(Request("GET", "/v1/info"))))

    def ready(self) -> Steps[Ready]:
        """Whether searches are answered now: `client.ready().ready`. Raises `Unreachable`."""
        response = yield Request("GET", "/ready")
        if response.status_code not in (200, 503):
            raise refusal(response)
        return answered(Ready, response)

    def wait_ready(self, seconds: float = 60.0) -> Steps[Ready]:
        """Wait until searches are answered; `Unreachable` when they are not after `seconds`."""
        end, reason = time.monotonic() + seconds, ""
        while True:
            try:
                found = yield from self.ready()
                if found.ready:
                    return found
                reason = found.reason or "not ready"
            except Unreachable as error:
                reason = error.message
            if time.monotonic() > end:
                raise Unreachable(0, "unreachable", f"not ready after {seconds:g} s: {reason}")
            yield Pause(0.1)

    def _ask(self, request: Request) -> Steps[httpx.Response]:
        """The response to a request that was taken; asks again while the service is busy."""
        for tried in range(self.retries + 1):
            response = yield request
            if response.is_success:
                return response
            error = refusal(response)
            if tried == self.retries or not isinstance(error, (Busy, Locked)):
                raise error
            wanted = 0.25 * 2**tried if error.retry_after is None else error.retry_after
            yield Pause(min(wanted, LONGEST))
        raise AssertionError("at least one try")


@dataclass(frozen=True)
class _Bulk:
    results: tuple[BulkResult, ...]


def answered(kind: type[T], response: httpx.Response) -> T:
    """The body of a response as a dataclass; `Unexpected` when it is something else."""
    try:
        return read(kind, response.json())
    except (ValueError, KeyError, TypeError) as error:
        request_id = response.headers.get("x-request-id")
        message = f"expected an answer of saccade at {response.url}, found another: {error}"
        raise Unexpected(response.status_code, "unexpected", message, request_id=request_id) from error


def _item(item_id: str) -> str:
    if not item_id or item_id in (".", ".."):
        raise InputError(f"expected an item id that a path can hold, found {item_id!r}")
    return f"/v1/items/{quote(item_id, safe='')}"


def _search_body(query: dict[str, Any], image: Path | bytes | None) -> dict[str, Any]:
    if image is None:
        return {"content": encoded(query), "headers": _JSON}
    name = image.name if isinstance(image, Path) else "picture"
    return {"files": {"image": (name, file_bytes(image))}, "data": {"query": encoded(query).decode()}}


def _parts(
    rows: Iterable[tuple[str, ItemFields]], delete: Iterable[str], limits: Limits
) -> Iterator[bytes | BulkResult]:
    """Bodies of bulk requests within the limits, and results of rows that no request can hold."""
    yield from _packed("upsert", (_row(item_id, item) for item_id, item in rows), limits)
    yield from _packed("delete", ((item_id, encoded(item_id)) for item_id in delete), limits)


def _row(item_id: str, item: ItemFields) -> tuple[str, bytes]:
    return item_id, encoded({"item_id": item_id, **body(item)})


def _packed(name: str, rows: Iterable[tuple[str, bytes]], limits: Limits) -> Iterator[bytes | BulkResult]:
    head, waiting, size = f'{{"{name}":['.encode(), list[bytes](), 0
    room = limits.bulk_bytes - len(head) - 2
    for item_id, row in rows:
        if len(row) > room:
            reason = f"{len(row):,} bytes, the service takes {limits.bulk_bytes:,}"
            yield BulkResult(item_id, "rejected", reason, ())
            continue
        if waiting and (len(waiting) >= limits.bulk or size + len(row) + 1 > room):
            yield head + b",".join(waiting) + b"]}"
            waiting, size = [], 0
        waiting.append(row)
        size += len(row) + 1
    if waiting:
        yield head + b",".join(waiting) + b"]}"
