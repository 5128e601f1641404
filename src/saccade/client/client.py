"""The two clients: a sync and an async loop around the same calls.

Decided: the methods are those of `Calls`, wrapped, with their signatures and docstrings, so that neither is
written twice. Connections are kept open and shared between threads or tasks. The proxies of the environment
are used as httpx does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from saccade.client import judging
from saccade.client.answers import Item
from saccade.client.calls import Pause, Request, Steps
from saccade.client.errors import ApiError, unreachable
from saccade.client.product_calls import ProductCalls as Calls
from saccade.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")
PAGE = 200  # items of one request of `all_items`


def _sync(call: Callable[Concatenate[Calls, P], Steps[T]]) -> Callable[Concatenate[Client, P], T]:
    @wraps(call)
    def method(self: Client, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(call(self.calls, *args, **kwargs))

    return method


def _async(
    call: Callable[Concatenate[Calls, P], Steps[T]],
) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]:
    @wraps(call)
    async def method(self: AsyncClient, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(call(self.calls, *args, **kwargs))

    return method


class Client:
    """A service, asked one call after another; safe to share between threads.

        with Client("http://127.0.0.1:8000", key="…") as client:
            client.wait_ready(30)
            client.search(item_id="lamp-1", k=5).results[0].title

    `key` is a write key; `timeout` in seconds, for connecting and for each wait on the connection;
    `retries` of a busy or locked service, each after the time that it asks for (at most 10 s). Errors are
    `ApiError`s.
    """

    def __init__(
        self, base_url: str = "http://127.0.0.1:8000", key: str | None = None, *, timeout: float = 30.0,
        retries: int = 4, transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        self.calls, self._base, self._timeout = Calls(retries), _checked(base_url), timeout
        self._http = httpx.Client(
            base_url=self._base, headers=_headers(key), timeout=timeout, transport=transport
        )

    search = _sync(Calls.search)
    similar = _sync(Calls.similar)
    item = _sync(Calls.item)
    items = _sync(Calls.items)
    put = _sync(Calls.put)
    delete = _sync(Calls.delete)
    bulk = _sync(Calls.bulk)
    picture = _sync(Calls.picture)
    info = _sync(Calls.info)
    ready = _sync(Calls.ready)
    wait_ready = _sync(Calls.wait_ready)
    plans = _sync(judging.plans)
    next_questions = _sync(judging.next_questions)
    judge = _sync(judging.judge)
    discovery = _sync(Calls.discovery)
    similar_to = _sync(Calls.similar_to)
    flashlight = _sync(Calls.flashlight)
    dots = _sync(Calls.dots)
    objects = _sync(Calls.objects)
    shop = _sync(Calls.shop)
    lens = _sync(Calls.lens)
    complete = _sync(Calls.complete)

    def all_items(self, where: Sequence[str] = ()) -> Iterator[Item]:
        """Every item in order of ids, page by page: `for item in client.all_items(): ...`."""
        after: str | None = ""
        while after is not None:
            page = self.items(limit=PAGE, after=after, where=where)
            yield from page.items
            after = page.next

    def run(self, steps: Steps[T]) -> T:
        """Do what a call asks for, until it returns."""
        try:
            step = next(steps)
            while True:
                try:
                    response = self._done(step)
                except ApiError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as end:
            return end.value

    def _done(self, step: Request | Pause) -> httpx.Response:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return _NOTHING
        try:
            return self._http.request(step.method, step.path, **step.given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(error, self._base, self._timeout) from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


class AsyncClient:
    """A service, for asyncio; the same calls as `Client`.

    async with AsyncClient("http://127.0.0.1:8000") as client:
        found = await client.search(text="lamp")
    """

    def __init__(
        self, base_url: str = "http://127.0.0.1:8000", key: str | None = None, *, timeout: float = 30.0,
        retries: int = 4, transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self.calls, self._base, self._timeout = Calls(retries), _checked(base_url), timeout
        self._http = httpx.AsyncClient(
            base_url=self._base, headers=_headers(key), timeout=timeout, transport=transport
        )

    search = _async(Calls.search)
    similar = _async(Calls.similar)
    item = _async(Calls.item)
    items = _async(Calls.items)
    put = _async(Calls.put)
    delete = _async(Calls.delete)
    bulk = _async(Calls.bulk)
    picture = _async(Calls.picture)
    info = _async(Calls.info)
    ready = _async(Calls.ready)
    wait_ready = _async(Calls.wait_ready)
    plans = _async(judging.plans)
    next_questions = _async(judging.next_questions)
    judge = _async(judging.judge)
    discovery = _async(Calls.discovery)
    similar_to = _async(Calls.similar_to)
    flashlight = _async(Calls.flashlight)
    dots = _async(Calls.dots)
    objects = _async(Calls.objects)
    shop = _async(Calls.shop)
    lens = _async(Calls.lens)
    complete = _async(Calls.complete)

    async def all_items(self, where: Sequence[str] = ()) -> AsyncIterator[Item]:
        """Every item in order of ids, page by page: `async for item in client.all_items(): ...`."""
        after: str | None = ""
        while after is not None:
            page = await self.items(limit=PAGE, after=after, where=where)
            for item in page.items:
                yield item
            after = page.next

    async def run(self, steps: Steps[T]) -> T:
        """Do what a call asks for, until it returns."""
        try:
            step = next(steps)
            while True:
                try:
                    response = await self._done(step)
                except ApiError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as end:
            return end.value

    async def _done(self, step: Request | Pause) -> httpx.Response:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return _NOTHING
        try:
            return await self._http.request(step.method, step.path, **step.given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(error, self._base, self._timeout) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()


_NOTHING = httpx.Response(204)


def _checked(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise InputError(f"expected an address such as http://host:8000, found {base_url!r}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError(f"expected an address such as http://host:8000, found {base_url!r}")
    return base_url.rstrip("/")


def _headers(key: str | None) -> dict[str, str]:
    headers = {"accept": "application/json, image/jpeg", "user-agent": "saccade-client"}
    return headers if key is None else {**headers, "authorization": f"Bearer {key}"}
