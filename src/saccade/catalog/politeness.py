"""How hard one host may be asked, and whether a picture's owner said no.

Decided: a few connections and a few requests a second a host, and a host that says "later" (429 or 503
with Retry-After) is left alone by every request until then. `noai` and `noimageai` in X-Robots-Tag
mean that the picture is not taken.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

_REFUSALS = frozenset({"noai", "noimageai"})
_VALUED = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
_HOSTS = 50_000  # remembered at a time; idle ones are forgotten first


def refuses_ai(headers: Iterable[str], agent: str) -> str | None:
    """The refusing directive among values of X-Robots-Tag, or None.

    `otherbot: noai` speaks to that bot only; without a name, or with one that is part of `agent`, to us.
    """
    for header in headers:
        speaks_to_us = True
        for part in header.lower().split(","):
            name, colon, rest = part.partition(":")
            directed = bool(colon) and name.strip() not in _VALUED
            if directed:
                speaks_to_us = name.strip() in ("*", "") or name.strip() in agent.lower()
            said = (rest if directed else part).strip()
            if speaks_to_us and said in _REFUSALS:
                return said
    return None


def retry_after(value: str | None) -> float | None:
    """Seconds to wait out of a Retry-After header (seconds or a date); None when there is none that reads."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


class Paused(Exception):
    """The host wants to be left alone for `seconds`, which is too long to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the host asked to be left alone for {seconds:.0f} s")
        self.seconds = seconds


@dataclass
class _Host:
    slots: asyncio.Semaphore
    next_start: float = 0.0
    users: int = 0


@dataclass
class Hosts:
    """Turns at every host: at most `connections` at once, `rate` starts a second (0: no limit).

    A pause longer than `patience` seconds is not waited for: `turn` raises Paused.
    """

    connections: int
    rate: float
    patience: float
    known: OrderedDict[str, _Host] = field(default_factory=OrderedDict)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for a turn at `host` and holds it."""
        state = self._state(host)
        state.users += 1
        try:
            async with state.slots:
                await self._wait(state)
                yield
        finally:
            state.users -= 1

    def pause(self, host: str, seconds: float) -> None:
        """Nobody starts a request at `host` for this long."""
        state = self._state(host)
        state.next_start = max(state.next_start, time.monotonic() + seconds)

    async def _wait(self, state: _Host) -> None:
        while (left := state.next_start - time.monotonic()) > 0:
            if left > self.patience:
                raise Paused(left)
            await asyncio.sleep(left)
        if self.rate:
            state.next_start = time.monotonic() + 1.0 / self.rate

    def _state(self, host: str) -> _Host:
        found = self.known.get(host)
        if found is None:
            found = self.known[host] = _Host(asyncio.Semaphore(self.connections))
        self.known.move_to_end(host)
        if len(self.known) > _HOSTS:
            oldest, state = next(iter(self.known.items()))
            if not state.users:
                del self.known[oldest]
        return found
