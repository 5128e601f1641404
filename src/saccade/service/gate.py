"""What every request passes first and last: size and time limits, a request id, the log line, the metrics.

Decided: plain ASGI, because a request costs a fraction of a millisecond and frameworks' middleware costs
another. A body is counted while it arrives, whatever its headers claim; bodies of all requests together are
bounded, so that many large ones meet 429 instead of the machine's end. A path that no route knows is logged
and counted as `other`, so that callers cannot fill the metrics with names.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from saccade.service.errors import ApiError, answered, busy
from saccade.service.monitoring import Monitor
from saccade.service.settings import ServiceLimits

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Endpoint = Callable[[Request], Awaitable[Response]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("saccade.request")
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}\Z")
_PROCESS, _NUMBERS = secrets.token_hex(4).encode(), itertools.count(1)  # an id of its own costs a system call
_QUIET = ("/health", "/ready", "/metrics")
_SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


class Gate:
    """Wraps the application."""

    def __init__(
        self, app: App, limits: ServiceLimits, monitor: Monitor,
        hot: Callable[[str, str], Endpoint | None] = lambda method, path: None,
    ) -> None:  # fmt: skip
        self.app, self.limits, self.monitor, self.hot = app, limits, monitor, hot
        self.held = 0  # bytes of bodies that are in memory now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        passing = _Passing(self, scope, receive, send)
        try:
            passing.claim()
            endpoint = self.hot(scope["method"], scope["path"])
            if endpoint is None:
                await self.app(scope, passing.receive, passing.send)
            else:
                await self._straight(endpoint, scope, passing)
        except ClientDisconnect:  # nobody is there to answer
            pass
        except ApiError as error:  # raised before the application had a handler around it
            await answered(error, scope["method"], scope["path"])(scope, receive, passing.send)
        finally:
            passing.end()

    async def _straight(self, endpoint: Endpoint, scope: Scope, passing: _Passing) -> None:
        """Call an endpoint without the framework's routing; errors become answers as they do there."""
        scope["app"] = self.app
        passing.route = "/v1/search" if scope["path"] == "/v1/search" else "/v1/items/{item_id}/similar"
        try:
            response = await endpoint(Request(scope, passing.receive))
        except ClientDisconnect:
            return
        except Exception as error:
            response = answered(error, scope["method"], scope["path"])
        await response(scope, passing.receive, passing.send)


class _Passing:
    """One request on its way."""

    def __init__(self, gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
        self.gate, self.scope, self._receive, self._send = gate, scope, receive, send
        self.start, self.status, self.sent, self.got = time.perf_counter(), 0, 0, 0
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        self.id = given if given and _ID.match(given) else b"%s-%x" % (_PROCESS, next(_NUMBERS))
        self.length = headers.get(b"content-length", b"")
        bulk = scope["path"].endswith("/bulk")
        self.most = gate.limits.bulk_bytes if bulk else gate.limits.body_bytes
        self.deadline = self.start + gate.limits.seconds
        self.route = ""
        self.whole = scope["method"] in ("GET", "HEAD")

    def claim(self) -> None:
        """Refuse a body by what its header says, before a byte of it is read."""
        if self.length.isdigit() and int(self.length) > self.most:
            raise self._too_large()
        if self.gate.held > self.gate.limits.held_bytes:
            raise busy()

    async def receive(self) -> Message:
        if self.whole:
            return await self._receive()
        left = self.deadline - time.perf_counter()
        try:
            async with asyncio.timeout(max(left, 0.001)):
                message = await self._receive()
        except TimeoutError:
            raise ApiError(408, f"the body did not arrive within {self.gate.limits.seconds:g} s") from None
        if message["type"] == "http.request":
            size = len(message.get("body", b""))
            self.got += size
            self.gate.held += size
            if self.got > self.most:
                raise self._too_large()
            self.whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.id), *_SAFE]
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)

    def end(self) -> None:
        """Give back what was held, count, log."""
        self.gate.held -= self.got
        seconds = time.perf_counter() - self.start
        route = self.scope.get("route")
        path = self.route or getattr(route, "path", None) or "other"
        method = self.scope["method"]
        self.gate.monitor.request(path, method, self.status or 499, seconds)
        if path in _QUIET and self.status < 400:
            return
        if _log.isEnabledFor(logging.INFO):
            _log.info(
                "request",
                extra={
                    "id": self.id.decode(), "method": method, "route": path, "path": self.scope["path"][:200],
                    "status": self.status or 499, "ms": round(1000 * seconds, 2), "bytes": self.sent,
                    "client": (self.scope.get("client") or ("",))[0],
                },
            )  # fmt: skip

    def _too_large(self) -> ApiError:
        return ApiError(413, f"expected a body of at most {self.most:,} bytes")
