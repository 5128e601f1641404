"""The products of discovery in a running service: what they hold, who works on which thread.

Decided:
- A request leases the engine that answers searches, and the one over the index of objects, on the thread
  that works for it; so products follow every switch and write as searches do.
- Decoding, embedding and detecting run on the threads that embed for searches, as many as there are cores;
  addresses are fetched on those that wait. As many requests wait as for searches; then 429.
- What is known of pictures lies in memory. One thread looks every two seconds whether its tables have
  changed, and reads them again; where reading takes long it rests the longer.
Not here: what each product does (`product_answers`), the index of objects (`scenes`), the detector
(`detecting`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from saccade.discovery.complete.model import Compatibility
from saccade.discovery.engine import Engine
from saccade.discovery.lens.learned import LearnedBlend
from saccade.discovery.looks_memory import MemoryLooks
from saccade.discovery.looks_picture import Asked
from saccade.service.desk import Desk
from saccade.service.detecting import Detecting
from saccade.service.errors import busy
from saccade.service.kept import Kept
from saccade.service.live import Live
from saccade.service.product_answers import (
    NO_COMPLETE,
    NO_OBJECTS,
    Tools,
    Words,
    compatibility_key,
    read_compatibility,
)
from saccade.service.product_facts import Facts, facts_key, read_facts
from saccade.service.scenes import Scenes
from saccade.service.wire_discovery import Answered, DiscoveryAnswer

LOOK, LOOK_TABLES = 0.5, 2.0  # seconds between looks for a new index of objects, and for written tables
REST = 10.0  # times what reading took, before the next look at the tables
T = TypeVar("T")
Work = Callable[[Tools, Any], Answered]  # from tools and the picture that is asked about, to the answer
_log = logging.getLogger("saccade.service")


class Products:
    """Answers all products. `begin` early, `open` once there is an engine, `close` at the end."""

    def __init__(self, live: Live, desk: Desk) -> None:
        self.live, self.desk, self.limits = live, desk, live.settings.limits
        self.detecting = Detecting(live.settings, live.ws)
        self.scenes, self.looks = Scenes(live), MemoryLooks(live.ws)
        self._words = Kept[str, Words](self._words_key, lambda model_id: Words.read(live.ws, model_id))
        self._together = Kept[str, Compatibility | None](
            lambda _: compatibility_key(live.ws), lambda _: read_compatibility(live.ws)
        )
        self._facts = Kept[str, Facts](
            lambda _: facts_key(live.ws), lambda _: read_facts(live.ws, self.looks)
        )
        self._inside = 0
        self._stop, self._lost = threading.Event(), False
        self._watcher = threading.Thread(target=self._watch, name="products", daemon=True)

    # -- life ------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start to open the detector."""
        self.detecting.begin()

    def open(self) -> None:
        """Have everything that answers need; what is known of pictures is read by the first, or soon."""
        self.scenes.look()
        self.detecting.wait()
        self._watcher.start()

    def wrote(self, image_ids: Sequence[str]) -> None:
        """These pictures, or the items that show them, were written."""
        self.scenes.wrote(image_ids)

    def lost(self) -> None:
        """Writes were missed."""
        self._lost = True

    def close(self) -> None:
        """Stop watching and release the index of objects; before `Live.close`."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self.detecting.wait()
        self.scenes.close()

    # -- questions -------------------------------------------------------------------------------

    async def answer(self, asked: Asked | None, work: Work) -> tuple[bytes, dict[str, float]]:
        """The JSON of `work(tools, asked)`, and seconds by step; raises `ApiError` and what `work` raises."""
        if self._inside >= self.limits.waiting:
            raise busy()
        self._inside += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._answered(asked, work)
        except TimeoutError:
            raise busy(f"the answer took longer than {self.limits.seconds:g} s; try again later") from None
        finally:
            self._inside -= 1

    def words(self, engine: Engine) -> Words:
        """What lens predicts words with, for vectors of the engine's model."""
        return self._words.get(engine.info.model_id)

    def together(self) -> Compatibility | None:
        """What goes with what."""
        return self._together.get("")

    def there(self, engine: Engine) -> DiscoveryAnswer:
        """What the products have to work with."""
        facts, detector, objects = self._facts.get(""), self.detecting.detector, self.scenes.info
        learned = self.together()
        complete = learned is not None and learned.model_id == engine.info.model_id
        notes = [self.detecting.note] if detector is None else []
        notes += [] if objects else [NO_OBJECTS]
        notes += [] if complete else [NO_COMPLETE]
        return DiscoveryAnswer(
            detector=None if detector is None else detector.detector_id,
            categories=[] if detector is None else list(detector.categories),
            objects=objects is not None, colours=facts.colours, annotations=facts.annotations,
            labels=facts.labels, complete=complete, tasks=facts.tasks, spread=facts.spread,
            notes=[*notes, *facts.notes()],
        )  # fmt: skip

    async def _answered(self, asked: Asked | None, work: Work) -> tuple[bytes, dict[str, float]]:
        fetch = 0.0
        if asked is not None and asked.url is not None:
            start = time.perf_counter()
            asked = Asked(image=await self._on(self.desk.waiting, self._fetched, asked.url))
            fetch = time.perf_counter() - start
        return await self._on(self.desk.working, self._worked, asked, work, fetch)

    async def _on(self, pool: ThreadPoolExecutor, work: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *given)

    def _fetched(self, url: str) -> bytes:
        with self.live.lease() as engine:
            return engine.fetched(url)

    def _worked(self, asked: Asked | None, work: Work, fetch: float) -> tuple[bytes, dict[str, float]]:
        self.live.catch_up()
        with self.live.lease() as engine, self.scenes.lease() as objects:
            answer = work(Tools(engine, objects, self.looks, self.detecting.detector), asked)
        if fetch:
            answer.seconds = {"fetch": fetch, **answer.seconds}
        self.live.monitor.steps(answer.seconds)
        return answer.model_dump_json().encode(), answer.seconds

    # -- what changes ----------------------------------------------------------------------------

    def _watch(self) -> None:
        due = 0.0
        while True:
            try:
                self.scenes.look(self._take_lost())
                if time.monotonic() >= due:
                    due = time.monotonic() + max(LOOK_TABLES, REST * self._refreshed())
            except Exception as error:  # a table that is half there, a store that is away: look again
                _log.warning("looking at what the products know failed: %s", error)
            if self._stop.wait(LOOK):
                return

    def _refreshed(self) -> float:
        """Read again what has changed; seconds that it took."""
        start = time.perf_counter()
        self.looks.refresh()
        self.looks.preload()
        if not self._stop.is_set():
            self._words.refresh(self.live.engine.info.model_id)
            self._facts.refresh("")
            self._together.refresh("")
        return time.perf_counter() - start

    def _take_lost(self) -> bool:
        lost, self._lost = self._lost, False
        return lost

    def _words_key(self, model_id: str) -> tuple[object, ...]:
        ws = self.live.ws
        return ws.table("annotations").version, ws.table("phrases").version, LearnedBlend.find(ws)
