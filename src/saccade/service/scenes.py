"""The index of objects beside the one that answers searches: opened when there is one, followed like it.

Decided: as in `live`, a request leases the engine it began with, and over the published version lies a layer
of what was written since. Here a write only leaves the ids of its pictures; their points are brought up to
date before the next question, so that writes cost nothing while nobody asks about objects.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np

from saccade.discovery.engine import Embeds, Engine, Limits
from saccade.discovery.objects import OBJECTS
from saccade.errors import SaccadeError
from saccade.index.behind import behind, field_choice, points_of
from saccade.index.layered import Layered
from saccade.index.opened import IndexInfo, open_index, versions
from saccade.service.live import Live

REST = 30.0  # seconds after a version that could not be opened
_log = logging.getLogger("saccade.service")


@dataclass
class _Kept:
    """An engine, its index, and how many requests use it."""

    engine: Engine
    index: Layered
    leases: int = 0
    retired: bool = False


class Scenes:
    """The engine over the index of objects of a worker, None while there is no such index."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self._guard, self._opening, self._catching = threading.Lock(), threading.Lock(), threading.Lock()
        self._kept: _Kept | None = None
        self._written = set[str]()  # pictures whose points may have changed
        self._since: set[str] | None = None  # the same, while the next version is opened
        self._failed: tuple[int | None, float] | None = None  # a version, and when it could not be opened

    def wrote(self, image_ids: Sequence[str]) -> None:
        """Note that these pictures, or the items that show them, were written."""
        with self._guard:
            self._written.update(image_ids)
            if self._since is not None:
                self._since.update(image_ids)

    def look(self, anew: bool = False) -> bool:
        """Open the current version where another one is open, or none; whether that was so.

        `anew` opens it again. Where a version cannot be opened, the one before stays, and it is tried again
        after a while.
        """
        with self._opening:
            current = versions(self.live.ws, OBJECTS).current()
            mine = None if self._kept is None else self._kept.engine.info.version
            if (current == mine and not anew) or self._rests(current):
                return False
            try:
                self._take(None if current is None else self._built())
            except Exception as error:  # half there, of another format, or its store is away
                self._failed = current, time.monotonic()
                _log.warning("the index of objects cannot be opened: %s", error)
                return False
            self._failed = None
            return True

    @contextmanager
    def lease(self) -> Iterator[Engine | None]:
        """The engine, up to date, for as long as a request needs it."""
        self._catch_up()
        with self._guard:
            kept = self._kept
            if kept is not None:
                kept.leases += 1
        if kept is None:
            yield None
            return
        try:
            yield kept.engine
        finally:
            with self._guard:
                kept.leases -= 1
                over = kept.retired and not kept.leases
            if over:
                kept.engine.close()

    def close(self) -> None:
        """Release the index."""
        self._take(None)

    @property
    def info(self) -> IndexInfo | None:
        """What is known of the version that is open."""
        kept = self._kept
        return None if kept is None else kept.engine.info

    def _rests(self, current: int | None) -> bool:
        """Whether this version could not be opened a moment ago."""
        failed = self._failed
        return failed is not None and failed[0] == current and time.monotonic() < failed[1] + REST

    def _catch_up(self) -> None:
        """Bring the points of written pictures up to date in the engine of this moment."""
        with self._catching:
            with self._guard:
                kept, images = self._kept, sorted(self._written)
                self._written = set()
            if kept is None or not images:
                return
            try:
                info = kept.engine.info
                kept.index.apply(points_of(self.live.ws, info.model_id, field_choice(info), images))
            except BaseException:
                self.wrote(images)
                raise

    def _built(self) -> _Kept:
        with self._guard:
            self._since = set()
        base, info = open_index(self.live.ws, OBJECTS)
        layered, settings = Layered(base, behind(self.live.ws, info)), self.live.settings
        limits = Limits(settings.limits.pixels, settings.limits.url_seconds, settings.limits.body_bytes)
        engine = Engine(
            self.live.ws, public_only=not settings.allow_private, opened=(layered, info), limits=limits,
            shelf=self.live.shelf, runner=self._model(info),
        )  # fmt: skip
        with suppress(SaccadeError):  # the first search is slower than the rest
            layered.search(np.ones((1, info.dim), np.float32), 1)
        return _Kept(engine, layered)

    def _model(self, info: IndexInfo) -> Embeds | None:
        """The model that searches use, where it is the same; else one that is opened when it is needed."""
        engine = self.live.engine
        return engine.runner() if engine.info.model_id == info.model_id else None

    def _take(self, kept: _Kept | None) -> None:
        with self._guard:
            before, self._kept = self._kept, kept
            self._written, self._since = self._written | (self._since or set()), None
            close = before is not None and not before.leases
            if before is not None:
                before.retired = True
        if before is not None and close:
            before.engine.close()
