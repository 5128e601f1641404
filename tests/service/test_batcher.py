"""Searches that arrive together go to the index together; nobody waits for a timer, and load is refused."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from saccade.service.batcher import Batcher
from saccade.service.errors import ApiError


def test_what_arrives_while_the_index_is_busy_is_one_batch() -> None:
    sizes: list[int] = []
    free = threading.Event()

    def work(batch: Sequence[int]) -> list[int]:
        sizes.append(len(batch))
        free.wait(5)
        return [2 * one for one in batch]

    async def many() -> list[int]:
        first = asyncio.create_task(batcher.submit(0))
        while not sizes:
            await asyncio.sleep(0.001)
        rest = [asyncio.create_task(batcher.submit(n)) for n in range(1, 101)]
        await asyncio.sleep(0.01)
        free.set()
        return await asyncio.gather(first, *rest)

    batcher = Batcher[int, int](work, most=64)
    assert asyncio.run(many()) == [2 * n for n in range(101)]
    assert sizes == [1, 64, 36]
    batcher.close()


def test_an_error_reaches_only_its_own_caller() -> None:
    def work(batch: Sequence[int]) -> list[int | Exception]:
        return [ValueError("odd") if one % 2 else one for one in batch]

    async def many() -> list[int | BaseException]:
        return await asyncio.gather(*(batcher.submit(n) for n in range(4)), return_exceptions=True)

    batcher = Batcher[int, int](work)
    found = asyncio.run(many())
    assert [found[0], found[2]] == [0, 2]
    assert all(isinstance(found[n], ValueError) for n in (1, 3))
    batcher.close()


def test_a_fault_of_the_work_answers_everybody() -> None:
    def work(batch: Sequence[int]) -> list[int]:
        raise RuntimeError("lost")

    batcher = Batcher[int, int](work)
    with pytest.raises(RuntimeError, match="lost"):
        asyncio.run(batcher.submit(1))
    batcher.close()


def test_too_many_are_refused_with_429() -> None:
    free = threading.Event()

    async def many() -> list[int | BaseException]:
        waiting = [asyncio.create_task(batcher.submit(n)) for n in range(9)]
        await asyncio.sleep(0.05)
        free.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    def work(batch: Sequence[int]) -> list[int]:
        free.wait(5)
        return list(batch)

    batcher = Batcher[int, int](work, waiting=4)
    found = asyncio.run(many())
    refused = [one for one in found if isinstance(one, ApiError)]
    assert len(refused) == 5
    assert {one.status for one in refused} == {429}
    assert all(one.retry_after for one in refused)
    batcher.close()


def test_a_caller_who_left_costs_no_search() -> None:
    seen: list[int] = []
    free = threading.Event()

    def work(batch: Sequence[int]) -> list[int]:
        free.wait(5)
        seen.extend(batch)
        return list(batch)

    async def leave() -> None:
        first = asyncio.create_task(batcher.submit(1))
        await asyncio.sleep(0.02)
        second = asyncio.create_task(batcher.submit(2))
        await asyncio.sleep(0.02)
        second.cancel()
        await asyncio.sleep(0.02)
        free.set()
        await first

    batcher = Batcher[int, int](work)
    asyncio.run(leave())
    batcher.close()
    assert seen == [1]


def test_what_is_quick_is_worked_off_in_the_loop_together() -> None:
    seen: list[tuple[int, str]] = []

    def work(batch: Sequence[int]) -> list[int | Exception]:
        seen.append((len(batch), threading.current_thread().name))
        return [ValueError("odd") if one % 2 else one for one in batch]

    async def many() -> list[int | BaseException]:
        return await asyncio.gather(*(batcher.submit(n) for n in range(70)), return_exceptions=True)

    batcher = Batcher[int, int](work, most=64, quick=lambda batch: 69 not in batch)
    found = asyncio.run(many())
    batcher.close()
    assert [one for one in found if not isinstance(one, Exception)] == list(range(0, 70, 2))
    assert seen == [(64, threading.main_thread().name), (6, "search")]
