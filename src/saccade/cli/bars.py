"""Progress bars for the command line; plain lines where the output is not a terminal."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

PLAIN_EVERY = 10.0  # seconds between lines where nothing can be drawn


class Bars:
    """One bar at a time on standard error, with count, rate by time left, and time elapsed."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr)
        self._bar: Progress | None = None
        self._what, self._total, self._done, self._said = "", None, 0, 0.0

    def start(self, what: str, total: int | None) -> None:
        self.stop()
        self._what, self._total, self._done, self._said = what, total, 0, time.monotonic()
        if self.console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                TimeRemainingColumn(), console=self.console, transient=True,
            )  # fmt: skip
            self._bar.start()
            self._bar.add_task(what, total=total)

    def advance(self, n: int = 1) -> None:
        self._done += n
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0], n)
        elif time.monotonic() - self._said > PLAIN_EVERY:
            self._said = time.monotonic()
            total = "" if self._total is None else f" of {self._total:,}"
            self.console.print(f"{self._what}: {self._done:,}{total}")

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
