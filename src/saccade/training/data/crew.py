"""Worker processes that answer in the order of the questions, and say in one line why when one dies.

Decided: one pipe for each worker instead of PyTorch's DataLoader. Question i goes to worker i modulo their
number, its answer is read from that worker, so order costs nothing; at most `ahead` questions are with a
worker, so memory is bounded; a worker that dies closes its pipe, so it is noticed at once and where the
answer is awaited (the DataLoader raises from a signal handler, wherever the program happens to be). Tensors
in shared memory travel as handles (importing torch teaches pipes that). Processes are forked from a clean
server, never from this one: Lance and OpenMP do not survive a fork.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import signal
import traceback
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

import cv2
import torch

from saccade.errors import SaccadeError

A = TypeVar("A")
B = TypeVar("B")
_PRELOAD = ["saccade.training.data.server"]  # imported once, before the forks
_PATIENCE = 1.0  # seconds for workers to end by themselves


class WorkerError(SaccadeError):
    """A worker process died."""


@dataclass(frozen=True)
class _Failure:
    """What a worker raised: the line of a SaccadeError, or a traceback."""

    text: str
    meant: bool


@dataclass(frozen=True, eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection


class Crew(Generic[A, B]):
    """`workers` processes that compute `work(item)`; they start with the first `map` and stay until `close`.

    work: picklable, and so are items and answers. ahead: items that a worker holds, done or not.
    """

    def __init__(self, work: Callable[[A], B], workers: int, ahead: int = 2) -> None:
        self.work, self.workers, self.ahead = work, workers, ahead
        self._crew: list[_Worker] = []
        self._waiting: deque[_Worker] = deque()
        self._context = _context()
        self._finish = weakref.finalize(self, _end, self._crew)

    def map(self, items: Iterable[A]) -> Iterator[B]:
        """The answers, in order. One `map` at a time; one that is given up half-way costs what was begun.

        Raises `WorkerError` when a worker dies, a `SaccadeError` that `work` raised, `RuntimeError` with the
        worker's traceback for anything else.
        """
        self._begin()
        for number, item in enumerate(items):
            worker = self._crew[number % self.workers]
            self._ask(worker, item)
            if len(self._waiting) == self.workers * self.ahead:
                yield self._answer()
        while self._waiting:
            yield self._answer()

    def close(self) -> None:
        """End the workers; a later `map` starts new ones."""
        self._waiting.clear()
        _end(self._crew)

    def _begin(self) -> None:
        while self._waiting:  # left over from a `map` that was given up
            self._receive()
        if not self._crew:
            self._crew.extend(_start(self._context, self.work) for _ in range(self.workers))

    def _ask(self, worker: _Worker, item: A) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # a dead worker is told of where it is awaited
            worker.pipe.send(item)
        self._waiting.append(worker)

    def _answer(self) -> B:
        found = self._receive()
        if isinstance(found, _Failure):
            raise SaccadeError(found.text) if found.meant else RuntimeError(found.text)
        return found

    def _receive(self) -> Any:
        worker = self._waiting.popleft()
        try:
            return worker.pipe.recv()
        except (EOFError, OSError) as error:
            worker.process.join(_PATIENCE)
            code = worker.process.exitcode
            self.close()
            if code is None:
                raise
            raise WorkerError(_obituary(code, self.workers)) from error


def _context() -> Any:
    """Forks from a clean server, which starts its imports now; new interpreters where forks are unknown."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    multiprocessing.forkserver.ensure_running()
    return context


def _start(context: Any, work: Callable[[Any], Any]) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True, name="saccade-data")
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _serve(pipe: Connection, work: Callable[[Any], Any]) -> None:
    """A worker's life: until the pipe is closed, by the end of the other side too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other side's to handle
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            pipe.send(_answered(work, pipe.recv()))


def _answered(work: Callable[[Any], Any], item: Any) -> Any:
    try:
        return work(item)
    except SaccadeError as error:
        return _Failure(str(error), meant=True)
    except MemoryError:
        return _Failure("a worker process is out of memory: use fewer (--workers) or smaller batches", True)
    except Exception:
        return _Failure(f"in a worker process:\n{traceback.format_exc()}", meant=False)


def _obituary(code: int, workers: int) -> str:
    why = f"ended with status {code}"
    if code < 0:
        why = f"was killed by {signal.Signals(-code).name}"
    hint = f"if memory ran out, use fewer than --workers {workers}, or 0"
    if code == -signal.SIGBUS:
        hint = "shared memory is full: give this machine more of it (/dev/shm), or use --workers 0"
    return f"a worker process that loads pictures {why}: {hint}"


def _end(crew: list[_Worker]) -> None:
    """Close the pipes, which ends the workers, and see them off; one that is busy is not waited for."""
    for worker in crew:
        worker.pipe.close()
    for worker in crew:
        worker.process.join(_PATIENCE / len(crew))
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.process.close()
    crew.clear()
