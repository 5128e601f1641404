"""How long work tells what it is doing, without knowing who listens.

Decided: a three-method protocol instead of a library's bar, so that the core stays silent in a service
and in tests; the command line passes one that draws (`cli/bars.py`).
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the steps of one piece of work at a time."""

    def start(self, what: str, total: int | None) -> None:
        """Begin `what`; `total` is the number of steps, None when unknown."""

    def advance(self, n: int = 1) -> None:
        """`n` more steps are done."""

    def stop(self) -> None:
        """The work that was started is over."""


class Silent:
    """Draws nothing."""

    def start(self, what: str, total: int | None) -> None:
        pass

    def advance(self, n: int = 1) -> None:
        pass

    def stop(self) -> None:
        pass


SILENT: Progress = Silent()
