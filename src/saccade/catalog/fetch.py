"""Pictures from addresses: many at once, politely, with a status and a reason for every one.

Decided: httpx on asyncio. A failure that may pass (timeouts, refused connections, 429, 5xx) is tried again
with doubling waits and a little chance; the rest is told at once. Whether something is a picture is read
from its first bytes, never from the content type. A body is cut off at `max_bytes`, redirects are followed
by hand so that each hop is checked. Private hosts are refused unless `public_only` is off (`guard.py`).

    fetch_one("https://example.org/a.jpg").status        # "ok", "not-found", "timeout", …
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import httpx

from saccade.catalog.guard import NotPublicError, guarded_transport
from saccade.catalog.politeness import Hosts, Paused, refuses_ai, retry_after
from saccade.vision.formats import sniff

_Result = TypeVar("_Result")
TEMPORARY = frozenset({"timeout", "unreachable", "rate-limited", "server-error"})
_HTTP_STATUS = {
    401: "forbidden", 403: "forbidden", 404: "not-found", 408: "timeout", 410: "not-found",
    429: "rate-limited", 451: "forbidden",
}  # fmt: skip


@dataclass(frozen=True)
class FetchSettings:
    """How addresses are fetched. Times in seconds, sizes in bytes."""

    concurrency: int = 64
    """Requests at once in all."""
    per_host: int = 4
    """Requests at once at one host."""
    rate_per_host: float = 20.0
    """Requests that start in a second at one host; 0: no limit."""
    timeout: float = 10.0
    """For connecting, and between two pieces of a body."""
    deadline: float = 60.0
    """For one whole try; a host that asks to wait longer than that is given up."""
    attempts: int = 3
    """Tries of one address."""
    backoff: float = 0.5
    """Wait before the second try; it doubles."""
    max_bytes: int = 32 * 2**20
    """Of one picture."""
    max_redirects: int = 5
    """Followed for one address."""
    user_agent: str = "saccade/0.1 (image catalogue)"
    """How we introduce ourselves."""
    honour_noai: bool = True
    """Leave pictures alone whose host says noai or noimageai."""
    public_only: bool = True
    """Refuse hosts of private networks."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one address. `data` only when the status is "ok"; `tag` is the ETag or Last-Modified.

    Statuses: ok, unchanged, bad-url, not-public, not-found, forbidden, http-error, server-error,
    rate-limited, timeout, unreachable, too-many-redirects, too-large, noai, empty, not-an-image.
    """

    url: str
    status: str
    reason: str = ""
    data: bytes = b""
    tag: str = ""
    attempts: int = 1


class _Stop(Exception):
    """Ends one try: (status, reason, seconds to wait or None)."""

    def __init__(self, status: str, reason: str, wait: float | None = None) -> None:
        super().__init__(status)
        self.status, self.reason, self.wait = status, reason, wait


class Fetcher:
    """An asynchronous fetcher; one for many addresses, so that connections and limits are shared."""

    def __init__(self, settings: FetchSettings | None = None) -> None:
        self.settings = settings or FetchSettings()
        self._hosts = Hosts(self.settings.per_host, self.settings.rate_per_host, self.settings.deadline)
        self._slots = asyncio.Semaphore(self.settings.concurrency)
        self._open = AsyncExitStack()
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        settings, count = self.settings, self.settings.concurrency
        transport = guarded_transport(count) if settings.public_only else None
        client = httpx.AsyncClient(
            transport=transport,
            timeout=settings.timeout,
            limits=httpx.Limits(max_connections=count, max_keepalive_connections=count),
            headers={"User-Agent": settings.user_agent, "Accept": "image/*,*/*;q=0.5"},
            trust_env=not settings.public_only,
        )
        self._client = await self._open.enter_async_context(client)
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._open.aclose()

    async def fetch(self, url: str, tag: str = "") -> Fetched:
        """Fetch one address; with the `tag` of an earlier fetch the status may be "unchanged"."""
        for attempt in range(1, self.settings.attempts + 1):
            try:
                data, found = await self._once(url, tag)
                return Fetched(url, "ok", "", data, found, attempt)
            except _Stop as stop:
                if stop.status == "unchanged":
                    return Fetched(url, "unchanged", tag=tag, attempts=attempt)
                last = attempt == self.settings.attempts
                if last or stop.status not in TEMPORARY or (stop.wait or 0) > self.settings.deadline:
                    return Fetched(url, stop.status, stop.reason, attempts=attempt)
                waits = self.settings.backoff * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)
                await asyncio.sleep(waits if stop.wait is None else stop.wait)
        raise AssertionError("at least one attempt")

    async def _once(self, url: str, tag: str) -> tuple[bytes, str]:
        try:
            return await self._hops(httpx.URL(url), tag)
        except Paused as error:
            raise _Stop("rate-limited", str(error), error.seconds) from None
        except NotPublicError as error:
            raise _Stop("not-public", str(error)) from None
        except httpx.TimeoutException as error:
            raise _Stop("timeout", f"{type(error).__name__} after {self.settings.timeout:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise _Stop("bad-url", str(error)[:200]) from None
        except httpx.HTTPError as error:
            raise _Stop("unreachable", f"{type(error).__name__}: {error}"[:200]) from None

    async def _hops(self, url: httpx.URL, tag: str) -> tuple[bytes, str]:
        for _ in range(self.settings.max_redirects + 1):
            if url.scheme not in ("http", "https") or not url.host:
                raise _Stop("bad-url", f"expected an http(s) address, found {str(url)[:100]}")
            # The slot comes second: a queue at one host must not hold back the others.
            async with self._hosts.turn(url.host), self._slots:
                found = await self._in_time(url, tag)
            if not isinstance(found, httpx.URL):
                return found
            url = found
        raise _Stop("too-many-redirects", f"more than {self.settings.max_redirects} redirects")

    async def _in_time(self, url: httpx.URL, tag: str) -> tuple[bytes, str] | httpx.URL:
        try:
            async with asyncio.timeout(self.settings.deadline):
                return await self._request(url, tag)
        except TimeoutError:
            raise _Stop("timeout", f"not done within {self.settings.deadline:g} s") from None

    async def _request(self, url: httpx.URL, tag: str) -> tuple[bytes, str] | httpx.URL:
        assert self._client is not None, "use `async with Fetcher()`"
        async with self._client.stream("GET", url, headers=_conditions(tag)) as answer:
            if answer.has_redirect_location:
                return url.join(answer.headers["location"])
            self._check(url, answer)
            return await self._body(answer), answer.headers.get("etag") or answer.headers.get(
                "last-modified"
            ) or ""

    def _check(self, url: httpx.URL, answer: httpx.Response) -> None:
        code = answer.status_code
        if code == 304:
            raise _Stop("unchanged", "")
        if code != 200:
            status = _HTTP_STATUS.get(code) or ("server-error" if code >= 500 else "http-error")
            wait = retry_after(answer.headers.get("retry-after")) if status in TEMPORARY else None
            if wait is not None:
                self._hosts.pause(url.host, wait)
            raise _Stop(status, f"HTTP {code} {answer.reason_phrase}".strip(), wait)
        said = answer.headers.get_list("x-robots-tag")
        refusal = refuses_ai(said, self.settings.user_agent) if self.settings.honour_noai else None
        if refusal:
            raise _Stop("noai", f"the host says {refusal} for this picture")

    async def _body(self, answer: httpx.Response) -> bytes:
        most = self.settings.max_bytes
        length = answer.headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            raise _Stop("too-large", f"{int(length)} bytes, at most {most} are taken")
        data = bytearray()
        async for piece in answer.aiter_bytes(65536):
            if not data and sniff(piece) is None:
                raise _Stop("not-an-image", f"starts with {piece[:16]!r}")
            data += piece
            if len(data) > most:
                raise _Stop("too-large", f"more than {most} bytes")
        if not data:
            raise _Stop("empty", "the answer has no body")
        return bytes(data)


def _conditions(tag: str) -> dict[str, str]:
    if not tag:
        return {}
    return {"If-None-Match": tag} if tag.startswith(('"', "W/")) else {"If-Modified-Since": tag}


class FetchThread:
    """The fetcher for code that is not asynchronous: its loop runs in a thread of its own.

    `submit` returns at once; the caller bounds how many results it lets lie around.
    """

    def __init__(self, settings: FetchSettings | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="saccade-fetch", daemon=True)
        self._thread.start()
        self._fetcher = self._wait(_made(settings))

    def submit(self, url: str, tag: str = "") -> Future[Fetched]:
        return asyncio.run_coroutine_threadsafe(self._fetcher.fetch(url, tag), self._loop)

    def close(self) -> None:
        """Gives up what is under way and ends the thread."""
        self._wait(_cancel_others())
        self._wait(self._fetcher.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[object, object, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _made(settings: FetchSettings | None) -> Fetcher:
    return await Fetcher(settings).__aenter__()


async def _cancel_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def fetch_one(url: str, settings: FetchSettings | None = None) -> Fetched:
    """Fetch one address now, from any thread, whether or not an event loop runs in it."""
    with FetchThread(settings) as fetcher:
        return fetcher.submit(url).result()
