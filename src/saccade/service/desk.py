"""Searches, from a query to the body of an answer: who does what on which thread.

Decided: the event loop only parses and waits. Pictures are decoded and embedded on as many threads as there
are cores; addresses and words wait for others and have threads of their own; vectors and items go straight
to the batch. A search that takes longer than the limit is answered with 429, since it is load, or a filter
over everything, that makes it slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from saccade.discovery.answer import Stopwatch
from saccade.discovery.engine import Engine, Prepared, Row
from saccade.discovery.query import Query
from saccade.errors import SaccadeError
from saccade.service.batcher import Batcher
from saccade.service.errors import ApiError, busy
from saccade.service.live import Live
from saccade.service.monitoring import Monitor
from saccade.service.rendering import Renderer
from saccade.service.settings import Settings

T = TypeVar("T")
WAITING_THREADS = 16  # for addresses and words


class _Ask(NamedTuple):
    """A search in the batch: ready, or a query whose preparation costs nothing."""

    engine: Engine
    query: Query
    prepared: Prepared | None


Found = tuple[Prepared, list[Row]]


class Desk:
    """Answers searches over what is live."""

    def __init__(self, live: Live, settings: Settings, monitor: Monitor) -> None:
        self.live, self.limits, self.monitor = live, settings.limits, monitor
        self.renderer = Renderer()
        self.working = ThreadPoolExecutor(settings.cores(), "embed")
        self.waiting = ThreadPoolExecutor(WAITING_THREADS, "wait")
        self._batch = Batcher[_Ask, Found](
            self._neighbours, waiting=self.limits.waiting, quick=self._are_quick
        )
        self._inside = 0

    async def search(self, query: Query) -> tuple[bytes, dict[str, float]]:
        """The JSON of the answer, and seconds by step; raises `ApiError` and what the engine raises."""
        if self._inside >= self.limits.waiting:
            raise busy()
        self._inside += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._searched(query)
        except TimeoutError:
            raise busy(
                f"the search took longer than {self.limits.seconds:g} s; narrow it, or try later"
            ) from None
        finally:
            self._inside -= 1

    def close(self) -> None:
        """Finish what is under way."""
        self._batch.close()
        self.working.shutdown()
        self.waiting.shutdown(cancel_futures=True)

    async def _searched(self, query: Query) -> tuple[bytes, dict[str, float]]:
        with self.live.lease() as engine:
            if query.text is not None:
                asked, rows = await self._on(self.waiting, self._words, engine, query)
            else:
                asked, rows = await self._batch.submit(_Ask(engine, query, await self._ready(engine, query)))
            self.monitor.steps(asked.watch.seconds)
            return self.renderer.search(asked, rows, engine.info), asked.watch.seconds

    async def _ready(self, engine: Engine, query: Query) -> Prepared | None:
        """The query with its vector, where making it is work; None where the batch can do it in passing."""
        if query.url is not None:
            return await self._on(self.waiting, engine.prepare, query)
        if query.image is not None or query.box is not None:
            return await self._on(self.working, engine.prepare, query)
        return None

    async def _on(self, pool: ThreadPoolExecutor, work: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *given)

    def _words(self, engine: Engine, query: Query) -> Found:
        self.live.catch_up()
        watch = Stopwatch()
        return Prepared(query, watch), engine.by_words(query, watch)

    # -- in the loop, or on the search thread -----------------------------------------------------

    def _are_quick(self, batch: Sequence[_Ask]) -> bool:
        """Whether nothing but an index in this process and rows in memory is needed, and no exact scan."""
        if not self.live.shelf.whole or self.live.journal.waits():
            return False
        return not any(
            ask.query.exact or ask.query.filter is not None or ask.engine.info.backend == "server"
            for ask in batch
        )

    def _neighbours(self, batch: Sequence[_Ask]) -> list[Found | Exception]:
        self.monitor.batch.observe(len(batch))
        self.monitor.waiting.set(self._inside)
        self.live.catch_up()
        found: list[Found | Exception | None] = [None] * len(batch)
        engines: dict[int, list[int]] = {}
        for row, ask in enumerate(batch):
            engines.setdefault(id(ask.engine), []).append(row)
        for rows in engines.values():
            answers = _together(batch[rows[0]].engine, [batch[row] for row in rows])
            for row, answer in zip(rows, answers, strict=True):
                found[row] = answer
        return [one or ApiError(500, "a search was lost") for one in found]


def _together(engine: Engine, asks: Sequence[_Ask]) -> list[Found | Exception]:
    """Prepare what is not, then search for all at once; one by one where that fails."""
    items = {ask.query.item_id for ask in asks if ask.prepared is None and ask.query.item_id is not None}
    if len(items) > 1:
        engine.shelf.rows(items)  # one read for all of them
    ready = [_prepared(engine, ask) for ask in asks]
    good = [one for one in ready if isinstance(one, Prepared)]
    answers = iter(_searched(engine, good))
    return [one if isinstance(one, Exception) else next(answers) for one in ready]


def _prepared(engine: Engine, ask: _Ask) -> Prepared | Exception:
    try:
        return ask.prepared or engine.prepare(ask.query)
    except SaccadeError as error:
        return error


def _searched(engine: Engine, asked: Sequence[Prepared]) -> list[Found | Exception]:
    try:
        return list(zip(asked, engine.neighbours(asked), strict=True)) if asked else []
    except Exception as error:
        if len(asked) == 1:
            return [error]
        return [answer for one in asked for answer in _searched(engine, [one])]
