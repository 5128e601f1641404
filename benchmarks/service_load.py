"""The load for `service.py`: a process of its own that sends ready bytes over raw sockets.

Decided: a Python HTTP client costs more than the service it asks, so this sends prebuilt HTTP/1.1 requests on
kept connections and reads of an answer only its status and length. A job comes pickled on standard input,
its outcome goes pickled to standard output. Three kinds of arrival: `closed` (each connection sends its next
request when its answer is there), `open` (Poisson arrivals at a rate; latencies count from the moment a
request should have been sent, so that a service that stalls cannot hide it) and `each` (every request once).
"""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal, cast

import numpy as np
import uvloop

Arrival = Literal["closed", "open", "each"]


@dataclass(frozen=True)
class Job:
    """What to send: `requests` in turn, over `connections`, for `seconds`; `rate` a second where open."""

    port: int
    requests: Sequence[bytes]
    connections: int
    seconds: float
    arrival: Arrival = "closed"
    rate: float = 0.0
    seed: int = 0


@dataclass
class Outcome:
    """Latencies in seconds of what was answered, statuses (0: no answer), and what the load itself cost."""

    seconds: float = 0.0
    processor: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def good(self) -> int:
        return sum(count for status, count in self.statuses.items() if 200 <= status < 300)

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.good / self.seconds

    @property
    def faults(self) -> int:
        """Answers of 500 and above."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def percentile(self, q: float) -> float:
        """Latency in ms."""
        return 1000 * float(np.percentile(self.latencies, q)) if self.latencies else float("nan")

    def line(self) -> str:
        spent = 1e6 * self.processor / max(1, sum(self.statuses.values()))
        statuses = ", ".join(f"{status or 'failed'} {n:,}" for status, n in sorted(self.statuses.items()))
        return (
            f"{self.rate:,.0f} a second; p50 {self.percentile(50):.2f}, p95 {self.percentile(95):.2f}, "
            f"p99 {self.percentile(99):.2f} ms; {statuses}; the load itself takes {spent:.0f} µs a request"
        )


Started = tuple[subprocess.Popen[bytes], IO[bytes]]


def load(job: Job) -> Outcome:
    """Run a job in a process of its own."""
    done = begin(job)
    return finish(done)


def begin(job: Job) -> Started:
    """Start a job; `finish` waits for it."""
    told = tempfile.TemporaryFile()  # noqa: SIM115  (a pipe would fill up while nobody reads it)
    process = subprocess.Popen([sys.executable, str(Path(__file__))], stdin=subprocess.PIPE, stdout=told)
    assert process.stdin is not None
    pickle.dump(vars(job), process.stdin)
    process.stdin.close()
    return process, told


def finish(under_way: Started) -> Outcome:
    """Wait for a job that `begin` started."""
    process, told = under_way
    if process.wait():
        raise RuntimeError("the load failed; see above")
    with told:
        told.seek(0)
        return Outcome(**pickle.load(told))


class Connection(asyncio.Protocol):
    """One kept connection; `done(connection, status)` when an answer is whole, 0 when there will be none."""

    def __init__(self, done: Callable[[Connection, int], None]) -> None:
        self.done, self.started = done, 0.0
        self._transport: asyncio.Transport | None = None
        self._buffer, self._length, self._status, self._busy = bytearray(), -1, 0, False

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by descent

    def send(self, request: bytes, started: float) -> None:
        assert self._transport is not None
        self.started, self._busy = started, True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._length < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            self._status = int(head[9:12])
            place = head.find(b"content-length:")
            size = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            self._length = end + 4 + size
            if b"\r\nconnection: close" in head and self._transport is not None:
                self._transport.close()
        if len(self._buffer) >= self._length:
            status, self._length, self._busy = self._status, -1, False
            self._buffer.clear()
            self.done(self, status)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._busy:
            self._busy = False
            self.done(self, 0)

    def close(self) -> None:
        self._busy = False
        if self._transport is not None:
            self._transport.close()


class Load:
    """A job under way."""

    def __init__(self, job: Job) -> None:
        self.job, self.outcome = job, Outcome()
        self._next, self._begun, self._free = 0, 0.0, deque[Connection]()
        self._late, self._over = deque[float](), asyncio.Event()

    async def run(self) -> Outcome:
        job = self.job
        first = [await self._connected() for _ in range(job.connections)]
        processor, self._begun = time.process_time(), time.perf_counter()
        if job.arrival == "open":
            self._free.extend(first)
            await self._arrive()
        else:
            for connection in first:
                self._go_on(connection)
            if job.arrival == "closed":
                await asyncio.sleep(job.seconds)
            else:
                await asyncio.wait_for(self._over.wait(), job.seconds)
        self.outcome.seconds = time.perf_counter() - self._begun
        self.outcome.processor = time.process_time() - processor
        return self.outcome

    async def _connected(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: Connection(self._done), "127.0.0.1", self.job.port)
        return made

    async def _arrive(self) -> None:
        """Poisson arrivals; the requests of a moment that has passed are sent at once, with that moment."""
        waits = np.random.default_rng(self.job.seed).exponential(1 / self.job.rate, 1_000_000)
        moments = self._begun + np.cumsum(waits)
        for moment in moments[moments < self._begun + self.job.seconds].tolist():
            wait = moment - time.perf_counter()
            if wait > 0.0005:
                await asyncio.sleep(wait)
            self._late.append(moment)
            self._serve()
        while self._late or len(self._free) < self.job.connections:
            await asyncio.sleep(0.01)

    def _serve(self) -> None:
        while self._late and self._free:
            self._free.popleft().send(self._request(), self._late.popleft())

    def _request(self) -> bytes:
        self._next += 1
        return self.job.requests[(self._next - 1) % len(self.job.requests)]

    def _done(self, connection: Connection, status: int) -> None:
        now = time.perf_counter()
        if self.job.arrival == "closed" and now > self._begun + self.job.seconds:
            return
        self.outcome.statuses[status] += 1
        if status:
            self.outcome.latencies.append(now - connection.started)
        if connection.open:
            self._go_on(connection)
        else:
            asyncio.get_running_loop().create_task(self._again())

    async def _again(self) -> None:
        try:
            self._go_on(await self._connected())
        except OSError:
            self.outcome.statuses[0] += 1
            await asyncio.sleep(0.05)
            asyncio.get_running_loop().create_task(self._again())

    def _go_on(self, connection: Connection) -> None:
        if self.job.arrival == "open":
            self._free.append(connection)
            self._serve()
        elif self.job.arrival == "closed" or self._next < len(self.job.requests):
            connection.send(self._request(), time.perf_counter())
        elif sum(self.outcome.statuses.values()) >= len(self.job.requests):
            self._over.set()


def main() -> None:
    job = Job(**pickle.load(sys.stdin.buffer))
    found = uvloop.run(_run(job))
    sys.stdout.buffer.write(pickle.dumps(vars(found)))


async def _run(job: Job) -> Outcome:
    return await Load(job).run()


if __name__ == "__main__":
    main()
