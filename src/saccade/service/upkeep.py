"""Folds what was written into the index, when there is enough of it or nobody writes.

After a switch to another model, the vectors of what was written while that was being prepared are computed,
and folded in.

Decided: one thread a worker looks once a second; of several workers one folds, the one that gets the lock
file of this run. The switch to the version that comes out is `live`'s.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from saccade.service.live import Live
from saccade.service.settings import Settings
from saccade.service.writer import Writer

LOOK = 1.0  # seconds
REST = 60.0  # seconds after a fold that failed
_log = logging.getLogger("saccade.service")


class Upkeep:
    """Looks after the index of one worker. `start` once it is open; `close` before the writer's."""

    def __init__(self, live: Live, writer: Writer, settings: Settings) -> None:
        self.live, self.writer, self.settings = live, writer, settings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop looking; a fold under way is the writer's to end."""
        self._stop.set()

    def join(self) -> None:
        """Wait for the thread, after the writer was closed."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait, model = LOOK, self.live.engine.info.model_id
        while not self._stop.wait(wait):
            wait = LOOK
            try:
                now = self.live.engine.info.model_id
                if now != model:
                    wait, model = LOOK if self._one(self._filled) else REST, now
                elif self.writer.due(self.settings.fold_after, self.settings.fold_seconds):
                    wait = LOOK if self._one(self.writer.fold) else REST
            except Exception:
                _log.exception("looking after the index failed")
                wait = REST

    def _filled(self) -> bool:
        return self.writer.fill() and self.writer.fold()

    def _one(self, work: Callable[[], bool]) -> bool:
        """Do it, unless another worker does it now."""
        with only_one(self.live.shared / "fold.lock") as mine:
            return not mine or work()


@contextmanager
def only_one(place: Path) -> Iterator[bool]:
    """Whether this process is the one that holds `place` now."""
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _taken(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
