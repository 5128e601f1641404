"""The engine that answers now, and how another one takes its place without anybody noticing.

Decided:
- A request leases the engine it began with; an engine that was replaced is closed when its last lease ends.
  So a switch of index or model drops no request and mixes no vectors of two models.
- The next engine is opened, brought up to date with the tables (`behind`) and warmed before the switch,
  while writes go on; what they change meanwhile is added at the switch.
- Over the published version lies a layer of what was written since (`Layered`).
- `watch` looks for a new version twice a second, and every two seconds for tables that another process
  wrote. What this service writes itself, in whichever worker, is seen by the next search (`changes`).
"""

from __future__ import annotations

import gc
import logging
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from saccade.discovery.engine import Embeds, Engine, Limits
from saccade.discovery.shelf import MemoryShelf
from saccade.errors import SaccadeError
from saccade.fingerprints.store import open_kept
from saccade.index.behind import behind, field_choice, points_of
from saccade.index.layered import Layered
from saccade.index.opened import IndexInfo, open_index, versions
from saccade.service.changes import Change, Journal, LostError
from saccade.service.monitoring import Monitor
from saccade.service.settings import Settings
from saccade.workspace import Workspace

LOOK, LOOK_TABLES = 0.5, 2.0  # seconds between looks for a new version, and for written tables
_TABLES = ("items", "item_images", "images")
_log = logging.getLogger("saccade.service")


@dataclass
class _Served:
    """An engine and how many requests use it."""

    engine: Engine
    leases: int = 0
    retired: bool = False


class Beside(Protocol):
    """What else follows the tables and the engine."""

    def open(self) -> None:
        """Before searches are answered: `Live.engine` and `Live.shelf` are there."""
        ...

    def wrote(self, image_ids: Sequence[str]) -> None:
        """These pictures, or the items that show them, were written; returns at once."""
        ...

    def lost(self) -> None:
        """Writes were missed: look at everything again; returns at once."""
        ...


class Live:
    """What a worker serves from. `open` before use; `close` at the end."""

    def __init__(self, ws: Workspace, settings: Settings, monitor: Monitor) -> None:
        self.ws, self.settings, self.monitor = ws, settings, monitor
        self.swapping = threading.RLock()  # held while an engine is built and while a write is applied
        self.reason = "starting"
        self.shared = Path(settings.shared or tempfile.mkdtemp(prefix="saccade-service-"))
        self._guard = threading.Lock()
        self._served: _Served | None = None
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._seen: dict[str, int] = {}
        self._since: list[Change] | None = None  # what was written while the next engine is made
        self._shelf: MemoryShelf | None = None
        self._opened = False
        self.beside: Beside | None = None

    # -- life ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open and warm the first engine, then keep watch. Raises what opening raises."""
        self.journal = Journal(self.shared / "journal")
        self._seen = self.table_versions()
        self._shelf = MemoryShelf(self.ws)
        self._take(self._built())
        if self.beside is not None:
            self.reason = "opening the detector and the index of objects"
            self.beside.open()
            self.reason = ""
        self._opened = True
        self._watcher.start()

    def close(self) -> None:
        """Stop watching and release the engine."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        with self._guard:
            served, self._served = self._served, None
        if served is not None:
            served.engine.close()
            self.journal.close()

    @property
    def ready(self) -> bool:
        """Whether there is an engine, and all that is beside it."""
        return self._opened and self._served is not None

    @property
    def engine(self) -> Engine:
        """The engine of this moment; `lease` it to go on using it."""
        assert self._served is not None
        return self._served.engine

    @property
    def layer(self) -> Layered:
        """The index of this moment, with what was written since its version."""
        index = self.engine.index
        assert isinstance(index, Layered)
        return index

    @property
    def shelf(self) -> MemoryShelf:
        """Owners and rows."""
        assert self._shelf is not None
        return self._shelf

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        """The engine, for as long as a request needs it."""
        with self._guard:
            served = self._served
            assert served is not None
            served.leases += 1
        try:
            yield served.engine
        finally:
            with self._guard:
                served.leases -= 1
                over = served.retired and not served.leases
            if over:
                served.engine.close()

    # -- what was written ------------------------------------------------------------------------

    def table_versions(self) -> dict[str, int]:
        """Of the tables that results are made from."""
        return {name: self.ws.table(name).version for name in _TABLES}

    def begin(self) -> dict[str, int]:
        """Before a group of writes, with the workspace's lock: know what the tables hold; their versions."""
        with self.swapping:
            self.catch_up()
            self.notice()
            return self._seen

    def wrote(self, items: Sequence[str], images: Sequence[str], before: dict[str, int]) -> None:
        """After a group of writes that the layer shows already, with the lock: every worker finds out."""
        with self.swapping:
            change = Change(list(items), list(images), before, self.table_versions())
            self._noted(change)
            self.journal.tell(change)

    def catch_up(self) -> None:
        """Take over what other workers wrote; costs one system call when there is nothing."""
        if not self.journal.waits():
            return
        with self.swapping:
            try:
                for change in self.journal.news():
                    self._apply(change)
            except LostError:
                self._take(self._built())
                self.shelf.refresh()
                if self.beside is not None:
                    self.beside.lost()
            self.journal.applied()

    def notice(self) -> None:
        """Read the tables again where somebody outside this service wrote them."""
        with self.swapping:
            found = self.table_versions()
            if found != self._seen and not self.journal.waits():
                self.shelf.refresh()
                self._seen = found

    def _apply(self, change: Change) -> None:
        """What another worker wrote: over the index, and onto the shelf."""
        self._show(self.engine, change.images)
        self._noted(change)

    def _noted(self, change: Change) -> None:
        self.shelf.changed(change.items, change.images)
        if self.beside is not None:
            self.beside.wrote(change.images)
        if self._since is not None:
            self._since.append(change)
        if change.before == self._seen:
            self._seen = change.after
        self.monitor.fresh_points.set(self.layer.size)

    # -- another version -------------------------------------------------------------------------

    def _watch(self) -> None:
        looked = 0.0
        while not self._stop.wait(LOOK):
            try:
                self.catch_up()
                self._look()
                if time.monotonic() - looked > LOOK_TABLES:
                    self.notice()
                    looked = time.monotonic()
                    if not self.shelf.whole and self.shelf.preload(self._stop.is_set):
                        gc.freeze()  # the rows stay: looking through them again and again takes half a second
            except Exception as error:  # a version that is half there, a store that is away: look again
                _log.warning("looking for a new index failed: %s", error)

    def _look(self) -> None:
        current = versions(self.ws, self.settings.index).current()
        if current is None or current == self.engine.info.version:
            return
        self._since = []
        engine = self._built()  # beside the writes that go on meanwhile
        with self.swapping:
            images = {image for change in self._since or () for image in change.images}
            self._since = None
            self._show(engine, sorted(images))
            self._take(engine)
        self.monitor.switches.inc()
        _log.info("now answering from version %s", current)

    def _show(self, engine: Engine, images: Sequence[str]) -> None:
        """Bring the points of a few pictures in an engine's layer up to date."""
        assert isinstance(engine.index, Layered)
        if images:
            info = engine.info
            engine.index.apply(points_of(self.ws, info.model_id, field_choice(info), images))

    def _built(self) -> Engine:
        base, info = open_index(self.ws, self.settings.index)
        layered = Layered(base, behind(self.ws, info))
        limits = self.settings.limits
        engine = Engine(
            self.ws, public_only=not self.settings.allow_private, opened=(layered, info), shelf=self.shelf,
            runner=self._model(info),
            limits=Limits(limits.pixels, limits.url_seconds, limits.body_bytes),
        )  # fmt: skip
        _warm(engine)
        return engine

    def _model(self, info: IndexInfo) -> Embeds:
        """The model of an index: the one that is open, if it is the same."""
        if self._served is not None and self._served.engine.info.model_id == info.model_id:
            return self._served.engine.runner()
        return open_kept(self.ws, info.model_id, threads=self.settings.cores())

    def _take(self, engine: Engine) -> None:
        with self._guard:
            before, self._served = self._served, _Served(engine)
            close = before is not None and not before.leases
            if before is not None:
                before.retired = True
        if before is not None and close:
            before.engine.close()
        self.reason = ""
        self.monitor.index_version.set(engine.info.version)
        self.monitor.index_points.set(engine.info.count)
        self.monitor.fresh_points.set(self.layer.size)


def _warm(engine: Engine) -> None:
    """The first search and the first picture are slower than the rest; let nobody wait for them."""
    side = np.full((64, 64, 3), 127, np.uint8)
    with suppress(SaccadeError):
        vector = engine.runner().embed([side])
        engine.index.search(vector, 10)
