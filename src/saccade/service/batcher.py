"""Concurrent searches go to the index together.

Decided: no timer. What the event loop has read in one turn is one batch, so a lone search never waits and a
crowd shares calls. A batch that is quick is worked off in the loop itself: the index holds Python's lock
while it searches, so a thread would gain nothing, and handing the lock to and fro costs as much as the
search. What may take longer (`quick` says no) goes to a thread, and whatever arrives while that is busy is
its next batch. A query that spoils its batch (an unknown field in a filter) is found by asking one by one;
the others do not notice.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from saccade.service.errors import busy

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class _Job(Generic[T, R]):
    what: T
    future: asyncio.Future[R]
    result: R | None = None
    error: Exception | None = None


class Batcher(Generic[T, R]):
    """Runs `work(batch) -> results`, in order, in the loop where `quick(batch)`, else on a thread of its own.

    `most`: of one batch; `waiting`: jobs that may wait or run, beyond which `submit` is refused.
    """

    def __init__(
        self, work: Callable[[Sequence[T]], Sequence[R | Exception]], *, most: int = 64, waiting: int = 256,
        quick: Callable[[Sequence[T]], bool] = lambda _: False,
    ) -> None:  # fmt: skip
        self._work, self._most, self._limit, self._quick = work, most, waiting, quick
        self._arrived: list[_Job[T, R]] = []
        self._queue: deque[_Job[T, R]] = deque()
        self._wake = threading.Event()
        self._closed = False
        self.waiting = 0
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)
        self._thread.start()

    async def submit(self, what: T) -> R:
        """The result for one; raises what `work` raised for it, or `ApiError` 429 when too many wait."""
        if self.waiting >= self._limit or self._closed:
            raise busy()
        loop = asyncio.get_running_loop()
        job = _Job[T, R](what, loop.create_future())
        self.waiting += 1
        try:
            if not self._arrived:
                loop.call_soon(self._turn)
            self._arrived.append(job)
            return await job.future
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """Answer what waits, then end the thread."""
        self._closed = True
        self._wake.set()
        self._thread.join()

    def _turn(self) -> None:
        """What has arrived in this turn of the loop: work it off, or hand it to the thread."""
        jobs, self._arrived = self._arrived, []
        for start in range(0, len(jobs), self._most):
            batch = [job for job in jobs[start : start + self._most] if not job.future.cancelled()]
            if batch and not self._queue and self._quick([job.what for job in batch]):
                self._answer(batch)
                _tell(batch)
            elif batch:
                self._queue.extend(batch)
                self._wake.set()

    def _run(self) -> None:
        while not (self._closed and not self._queue):
            self._wake.wait()
            self._wake.clear()
            while batch := self._next():
                self._answer(batch)
                batch[0].future.get_loop().call_soon_threadsafe(_tell, batch)
            if self._closed:
                return

    def _next(self) -> list[_Job[T, R]]:
        """The jobs that wait, without those whose caller has gone."""
        taken: list[_Job[T, R]] = []
        while self._queue and len(taken) < self._most:
            job = self._queue.popleft()
            if not job.future.cancelled():
                taken.append(job)
        return taken

    def _answer(self, batch: list[_Job[T, R]]) -> None:
        try:
            found = self._work([job.what for job in batch])
        except Exception as error:
            found = [error] * len(batch)
        for job, result in zip(batch, found, strict=True):
            if isinstance(result, Exception):
                job.error = result
            else:
                job.result = result


def _tell(batch: list[_Job[T, R]]) -> None:
    for job in batch:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)  # pyright: ignore[reportArgumentType]
