"""The one shape of a stage: settings in, tables read and written, a report out.

A stage is a frozen dataclass of settings with two methods: `plan` says what there is to do and what it
will cost, writing nothing; `run` does it. `run` holds the workspace's lock, records lineage and measures
how long reading, computing and writing took, so that the bottleneck has a name. Whoever writes a stage
implements `plan` and `_run` and promises three things: run again after any interruption it goes on where
it was, run again with nothing changed it does nothing, and its memory does not grow with the catalogue.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, ClassVar

from saccade.progress import SILENT, Progress
from saccade.workspace.lineage import Run, Value

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace


class Clock:
    """Sums the seconds spent reading, computing and writing; threads may use it at once.

    With several threads the sums can exceed the wall time: they are work, not waiting.
    """

    def __init__(self) -> None:
        self.seconds = {"reading": 0.0, "computing": 0.0, "writing": 0.0}
        self._guard = threading.Lock()

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(what, time.perf_counter() - start)

    def add(self, what: str, seconds: float) -> None:
        """Count `seconds` as "reading", "computing" or "writing"."""
        with self._guard:
            self.seconds[what] += seconds

    def reading(self):
        return self._timed("reading")

    def computing(self):
        return self._timed("computing")

    def writing(self):
        return self._timed("writing")


@dataclass(frozen=True)
class Plan:
    """What a stage would do: `work` steps of `unit`, about `seconds` long where that is known."""

    stage: str
    work: int
    unit: str
    seconds: float | None = None
    notes: tuple[str, ...] = ()

    def line(self) -> str:
        if not self.work:
            return f"{self.stage}: nothing to do"
        cost = "" if self.seconds is None else f", about {self.seconds:.0f} s"
        notes = "".join(f"; {note}" for note in self.notes)
        return f"{self.stage}: {self.work:,} {self.unit}{cost}{notes}"


@dataclass(frozen=True)
class Report:
    """What a stage did."""

    stage: str
    counts: Mapping[str, Value]
    seconds: Mapping[str, float]
    wall: float
    changed: bool
    notes: tuple[str, ...] = field(default=())

    @property
    def bottleneck(self) -> str:
        """Reading, computing or writing: whichever took most of the work."""
        return max(self.seconds, key=lambda what: self.seconds[what])

    def line(self) -> str:
        """One line for a person."""
        counts = ", ".join(f"{_shown(value)} {name.replace('_', ' ')}" for name, value in self.counts.items())
        spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items() if seconds)
        tail = f" ({spent}; bottleneck: {self.bottleneck})" if spent else ""
        return f"{self.stage}: {counts} in {self.wall:.1f} s{tail}"


def _shown(value: Value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 1 else f"{value:.3g}"
    return str(value)


@dataclass(frozen=True)
class Stage(ABC):
    """Base of every stage; its fields are its settings."""

    name: ClassVar[str]

    @abstractmethod
    def plan(self, ws: Workspace) -> Plan:
        """What `run` would do now; reads little and writes nothing."""

    @abstractmethod
    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        """Do the work; returns the counts of the report. Keys that start with `note` become notes."""

    def settings(self) -> dict[str, object]:
        """The settings that lineage records."""
        return asdict(self)

    def run(self, ws: Workspace, progress: Progress = SILENT) -> Report:
        """Bring the stage's tables up to date.

        Raises `LockedError` when another process works on the workspace, `InputError` for settings or
        input that cannot be used, `StorageError` when the disk is full; what was done until then is kept.
        """
        clock, start = Clock(), time.perf_counter()
        with ws.lock(f"saccade {self.name}"), ws.recording(Run(self.name, self.settings())) as finish:
            counts = dict(self._run(ws, clock, progress))
            notes = tuple(str(counts.pop(key)) for key in list(counts) if key.startswith("note"))
            changed = finish(counts)
        return Report(self.name, counts, dict(clock.seconds), time.perf_counter() - start, changed, notes)
