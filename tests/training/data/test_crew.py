"""Answers in order, bounded, and one clear line when a worker dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
import torch

from saccade.errors import InputError, SaccadeError
from saccade.training.data.crew import Crew, WorkerError


def work(item: int) -> tuple[int, int, torch.Tensor]:
    """The item, who answers, and a tensor; some items are special."""
    if item == -1:
        raise InputError("a wrong item")
    if item == -2:
        raise ZeroDivisionError("a fault of ours")
    if item == -3:
        raise MemoryError
    if item in (-9, -7):
        os.kill(os.getpid(), signal.SIGKILL if item == -9 else signal.SIGBUS)
    if item == -4:
        time.sleep(30)
    return item, os.getpid(), torch.full((3,), item).share_memory_()


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew[int, tuple[int, int, torch.Tensor]]]:
    made = Crew(work, 2)
    yield made
    made.close()


def test_answers_come_in_order_from_all_and_twice(crew: Crew) -> None:
    for _ in range(2):
        found = list(crew.map(range(7)))
        assert [one[0] for one in found] == list(range(7))
        assert [one[2].tolist() for one in found] == [[at] * 3 for at in range(7)]
    pids = {one[1] for one in found}
    assert len(pids) == 2 and os.getpid() not in pids
    assert list(crew.map([])) == []


def test_no_more_is_asked_for_than_ahead(crew: Crew) -> None:
    asked = []

    def items() -> Iterator[int]:
        for item in range(20):
            asked.append(item)
            yield item

    answers = crew.map(items())
    for taken in range(6):
        next(answers)
        assert len(asked) == taken + 4  # two workers, two ahead of each


def test_a_killed_worker_is_replaced(crew: Crew) -> None:
    os.kill(next(crew.map([1]))[1], signal.SIGKILL)
    with pytest.raises(WorkerError, match="SIGKILL"):
        list(crew.map(range(4)))
    assert [one[0] for one in crew.map(range(4))] == list(range(4))


def test_a_walk_given_up_half_way_leaves_no_trace(crew: Crew) -> None:
    answers = crew.map(range(100, 110))
    assert next(answers)[0] == 100
    answers.close()
    assert [one[0] for one in crew.map(range(3))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("item", "kind", "line"),
    [
        (-1, SaccadeError, "a wrong item"),
        (-2, RuntimeError, "ZeroDivisionError: a fault of ours"),
        (-3, SaccadeError, "out of memory.*--workers"),
        (-9, WorkerError, "SIGKILL.*--workers 2"),
        (-7, WorkerError, "SIGBUS.*shared memory"),
    ],
)
def test_what_goes_wrong_is_told(crew: Crew, item: int, kind: type[Exception], line: str) -> None:
    with pytest.raises(kind, match=line):
        list(crew.map([0, 1, item, 3, 4]))
    if kind is not WorkerError:  # which costs new workers
        assert [one[0] for one in crew.map([5, 6])] == [5, 6]


def test_closing_waits_for_nobody(crew: Crew) -> None:
    answers = crew.map([1, 2, 3, -4, 5])
    pids = [next(answers)[1], next(answers)[1]]
    start = time.monotonic()
    crew.close()
    assert time.monotonic() - start < 10
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_forgotten_crew_ends_its_workers() -> None:
    crew = Crew(work, 1)
    pid = next(iter(crew.map([1])))[1]
    del crew
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
