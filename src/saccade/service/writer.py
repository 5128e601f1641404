"""Writes of a service: one thread takes everything that waits, stores it, shows it to searches, and says so.

    writer = Writer(ws, live)
    writer.submit(Upsert(item)).result()     # stored, and found by the next search

Decided:
- Group commit: what waits is written together, one commit a table, so throughput grows with the load. A
  group holds the workspace's lock; while another process has it, the group waits for `patience` seconds and
  then fails whole, with `LockedError`.
- A write is acknowledged when the tables have it and the layer over the index (`Layered`) shows it. It then
  survives the end of the process, however it ends; Lance does not force its files to disk, so the last
  seconds before a power failure may be lost.
- Of two writes to one item the later one counts, and each gets the answer that it would have got alone.
- A group that fails for another reason than the lock or the disk is tried again one by one, so that one bad
  write does not fail its neighbours. Whoever gets an error may repeat: puts mend what was cut short.
- Lineage: one row of `runs` a process and day, for all its writes together.
- Small files of the tables are joined while nothing waits, or when there are too many. Of tables with more
  than a thousand versions, those older than ten minutes are forgotten then.
- `fold` builds the next version of the index in a process of its own; writes wait meanwhile.
Not here: the order of commits (`catalog.put_group`), and the switch to the next version (`live`).
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from saccade.errors import LockedError, SaccadeError, StorageError
from saccade.service import folding
from saccade.service.applying import Applier, Change, Delete, Live, Outcome, Upsert, layer_of
from saccade.workspace import Workspace
from saccade.workspace.lineage import Run, Value

__all__ = ["Busy", "Change", "Delete", "Live", "Outcome", "Upsert", "Writer"]

_TABLES = ("sources", "images", "image_bytes", "items", "item_images", "texts", "runs")
_FRAGMENTS = 16  # of a table; with more it is tidied up
_TIDY, _TIDY_NOW = 16, 64  # groups between two tidyings: when idle, and in any case
_IDLE = 0.5  # seconds without a write
_RETRY = 0.05  # seconds between two tries for the lock
_DAY = 86_400.0  # seconds covered by one row of lineage
_LAST_PATIENCE = 2.0  # seconds to wait for the lock when the service ends
_GROUP_BYTES = 64 * 2**20  # of pictures in one group
_VERSIONS = 1000  # of a table; where there are more, finding the newest takes milliseconds
_KEEP, _KEEP_OF_MANY = timedelta(days=14), timedelta(minutes=10)  # how long versions stay
_log = logging.getLogger("saccade.service")


class Busy(SaccadeError):
    """More writes wait than are taken."""


@dataclass(slots=True)
class _Job:
    change: Change
    future: Future[Outcome] = field(default_factory=Future)


class Writer:
    """Takes writes from any thread. `close` at the end.

    `waiting` and `held_bytes` bound what may wait; `group` is the most writes of one group; `patience` in
    seconds. Nothing is opened and no thread runs before the first write.
    """

    def __init__(
        self, ws: Workspace, live: Live, *, patience: float = 10.0, waiting: int = 4096,
        held_bytes: int = 256 * 2**20, group: int = 256,
    ) -> None:  # fmt: skip
        self.ws = Workspace(ws.uri, storage_options=ws.options)  # with a lock and a lineage of its own
        self.live, self.patience, self.counts = live, patience, Counter[str]()
        self._most, self._most_bytes, self._group = waiting, held_bytes, group
        self._queue: deque[_Job] = deque()
        self._bytes = 0
        self._wake = threading.Condition()
        self._turn = threading.Lock()  # held for a group, and for a fold
        self._fold_next = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[str] | None = None
        self._apply = Applier(self.ws, live)
        self._recording: _Recording | None = None
        self._groups = 0  # since tables were tidied
        self._wrote = self._fresh_since = time.monotonic()

    # -- from any thread -------------------------------------------------------------------------

    def submit(self, change: Change) -> Future[Outcome]:
        """Queue one write; raises `Busy` when too many wait. The future raises what went wrong."""
        return self.submit_many([change])[0]

    def submit_many(self, changes: Sequence[Change]) -> list[Future[Outcome]]:
        """Queue all of the writes or, with `Busy`, none."""
        jobs, size = [_Job(change) for change in changes], sum(change.size for change in changes)
        with self._wake:
            full = len(self._queue) + len(jobs) > self._most or self._bytes + size > self._most_bytes
            if self._closed or (full and self._queue):
                raise Busy("the service is stopping" if self._closed else "too many writes wait; try again")
            self._queue.extend(jobs)
            self._bytes += size
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="write", daemon=True)
                self._thread.start()
            self._wake.notify()
        return [job.future for job in jobs]

    def close(self, drain: bool = True) -> None:
        """End the thread: after everything that waits (`drain`), or at once, failing it with `Busy`."""
        with self._wake:
            self._closed = True
            dropped = [] if drain else list(self._queue)
            if not drain:
                self._queue.clear()
            self._wake.notify()
        for job in dropped:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(Busy("the service is stopping"))
        child = self._child
        if child is not None:
            child.terminate()
        if self._thread is not None:
            self._thread.join()

    def due(self, after: int, seconds: float) -> bool:
        """Whether to fold: the layer differs by `after` points, or for `seconds` while nobody writes."""
        size, now = layer_of(self.live.engine).size, time.monotonic()
        if not size:
            self._fresh_since = now
        idle = not self._queue and now - self._wrote > _IDLE
        return size >= after or (size > 0 and idle and now - self._fresh_since >= seconds)

    def fold(self) -> bool:
        """Build the next version of the index in another process and wait for it; whether that went well.

        Writes wait meanwhile, up to `patience`. What it says is logged when it fails.
        """
        return self._in_a_child(folding.command(self.ws.uri, self.live.engine.info))

    def fill(self) -> bool:
        """Compute, in another process, the vectors that the live model lacks: of what was written while it
        was being prepared beside the one before it. Writes wait as in `fold`.
        """
        return self._in_a_child(folding.filling(self.ws.uri, self.live.engine.info))

    def _in_a_child(self, command: list[str]) -> bool:
        self._fold_next.set()
        try:
            with self._turn:
                if self._closed:
                    return False
                child = self._child = folding.start(command)
                said, _ = child.communicate()
        finally:
            self._fold_next.clear()
            self._child = None
        code, self._fresh_since = child.returncode, time.monotonic()
        if code and not self._closed:
            _log.warning("%s failed (exit code %d): %s", command[3], code, said.strip()[-2000:])
        return code == 0

    # -- the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with self._locked(0):
                self._apply.sweep()
        except Exception as error:  # the next start tries again
            _log.warning("what a killed process may have left was not looked at: %s", error)
        while (group := self._next()) is not None:
            if group:
                for part in _distinct(group):
                    self._serve(part)
                self._wrote = time.monotonic()
            else:
                self._tidy()
        self._end_record()

    def _next(self) -> list[_Job] | None:
        """The writes that wait; none of them when the tables want tidying first; None at the end."""
        with self._wake:
            if self._groups >= _TIDY_NOW:
                return []
            while not self._queue:
                if self._closed:
                    return None
                if not self._wake.wait(_IDLE if self._groups >= _TIDY else None):
                    return []
            return list(self._taken())

    def _taken(self) -> Iterator[_Job]:
        count = size = 0
        while self._queue and count < self._group and (not count or size < _GROUP_BYTES):
            job = self._queue.popleft()
            self._bytes -= job.change.size
            if job.future.set_running_or_notify_cancel():
                count, size = count + 1, size + job.change.size
                yield job

    def _serve(self, jobs: Sequence[_Job]) -> None:
        """Write some jobs and answer them."""
        try:
            with self._locked(self.patience):
                self._record()
                outcomes = self._apply([job.change for job in jobs])
        except (LockedError, StorageError) as error:
            _fail(jobs, error)
        except Exception as error:
            _log.exception("a group of %d writes failed", len(jobs))
            if len(jobs) == 1:
                _fail(jobs, error)
            for job in jobs if len(jobs) > 1 else ():
                self._serve([job])
        else:
            self._groups += 1
            for job, outcome in zip(jobs, outcomes, strict=True):
                self.counts[_what(outcome)] += 1
                job.future.set_result(outcome)

    @contextmanager
    def _locked(self, patience: float) -> Iterator[None]:
        """Be the one who writes; waits for another process, or a fold, for `patience` seconds."""
        until = time.monotonic() + patience
        while self._fold_next.is_set() and time.monotonic() < until:
            time.sleep(_RETRY)
        if not self._turn.acquire(timeout=max(0.0, until - time.monotonic())):
            raise LockedError(f"the index of {self.ws.uri} is being brought up to date; try again shortly")
        try:
            with ExitStack() as holding:
                while not self._try_lock(holding, until):
                    time.sleep(_RETRY)
                yield
        finally:
            self._turn.release()

    def _try_lock(self, holding: ExitStack, until: float) -> bool:
        try:
            holding.enter_context(self.ws.lock("saccade serve"))
            return True
        except LockedError:
            if time.monotonic() >= until:
                raise
            return False

    # -- upkeep ----------------------------------------------------------------------------------

    def _tidy(self) -> None:
        """Join the small files of tables that have many."""
        self._groups = 0
        names = [*_TABLES, *(f"fingerprints/{model}" for model in self.ws.models_with_fingerprints())]
        try:
            with self._locked(0):
                before = self.live.begin()
                for table in map(self.ws.table, names):
                    found = table.dataset()
                    if found is not None and len(found.get_fragments()) > _FRAGMENTS:
                        many = len(table.versions()) > _VERSIONS
                        table.optimize(_KEEP_OF_MANY if many else _KEEP)
                self.live.wrote([], [], before)
        except LockedError:  # another time
            pass
        except Exception:
            _log.exception("joining the small files of the tables failed")

    def _record(self) -> None:
        """Have a record of lineage open that is not older than a day."""
        if self._recording is not None and time.monotonic() < self._recording.until:
            return
        self._close_record()
        self._recording = _Recording.begin(self.ws)

    def _close_record(self) -> None:
        if self._recording is not None:
            self._recording.end(self.counts)
            self._recording = None
            self.counts.clear()

    def _end_record(self) -> None:
        try:
            with self._locked(_LAST_PATIENCE):
                self._close_record()
        except SaccadeError as error:  # the record stays as one of a run that has not ended
            _log.warning("the lineage of this service was not closed: %s", error)


class _Recording:
    """A record of lineage that stays open over many groups."""

    def __init__(self, holding: ExitStack, finish: Callable[[Mapping[str, Value]], bool]) -> None:
        self._holding, self._finish = holding, finish
        self.until = time.monotonic() + _DAY

    @staticmethod
    def begin(ws: Workspace) -> _Recording:
        holding = ExitStack()
        return _Recording(holding, holding.enter_context(ws.recording(Run("serve", {}))))

    def end(self, counts: Mapping[str, int]) -> None:
        with self._holding:
            self._finish(dict(counts))


def _distinct(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    """The jobs in order, cut where an item would occur twice."""
    part: list[_Job] = []
    names: set[str] = set()
    for job in jobs:
        if job.change.item_id in names:
            yield part
            part, names = [], set()
        part.append(job)
        names.add(job.change.item_id)
    if part:
        yield part


def _fail(jobs: Sequence[_Job], error: Exception) -> None:
    for job in jobs:
        job.future.set_exception(error)


def _what(outcome: Outcome) -> str:
    if outcome.put is None:
        return "deleted" if outcome.deleted else "not_found"
    return "put" if outcome.put.status == "ok" else "rejected"
