"""Stopping in good order: SIGINT and SIGTERM, and all processes at the same step.

Decided: a signal lets the step finish and a checkpoint be written; then KeyboardInterrupt is raised, which
the command line answers with "run it again". A second SIGINT stops at once. With several processes, what one
was told is agreed on by a reduction that starts with a step and is read at its end, on a group of its own
(gloo), so that no GPU is waited for; the agreement is one step late. When a checkpoint is due by the clock is
the first process's decision, agreed on in the same way.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import torch
import torch.distributed as dist


class Stop:
    """Whether somebody wants the run to stop; True after SIGINT or SIGTERM inside `listening`."""

    def __init__(self) -> None:
        self.wanted = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle both signals; other threads than the main one cannot, and do not."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {name: signal.signal(name, self._told) for name in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def _told(self, number: int, frame: FrameType | None) -> None:
        if self.wanted and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.wanted = True


class Agreement:
    """What all processes do at the end of a step: (stop, checkpoint).

    Args:
        world: number of processes. seconds: between checkpoints, by the first process's clock; None for
        never.
    """

    def __init__(self, stop: Stop, world: int, first: bool, seconds: float | None) -> None:
        self.stop, self.world, self.first, self.seconds = stop, world, first, seconds
        self.saved_at = time.monotonic()
        self._group: Any = dist.new_group(backend="gloo") if world > 1 else None
        self._said = torch.zeros(2, dtype=torch.int32)
        self._work: Any = None

    def begin(self) -> None:
        """At the start of a step."""
        if self.world > 1:
            self._said = torch.tensor([self.stop.wanted, self._due()], dtype=torch.int32)
            self._work = dist.all_reduce(self._said, dist.ReduceOp.MAX, self._group, async_op=True)

    def end(self) -> tuple[bool, bool]:
        """At the end of the step: whether to stop, whether a checkpoint is due."""
        if self._work is None:
            return self.stop.wanted, self._due()
        self._work.wait()
        stop, due = self._said.tolist()
        return bool(stop), bool(due)

    def saved(self) -> None:
        """A checkpoint was made."""
        self.saved_at = time.monotonic()

    def _due(self) -> bool:
        return self.first and self.seconds is not None and time.monotonic() - self.saved_at >= self.seconds
