"""Work done ahead by threads."""

from __future__ import annotations

import threading
import time

import pytest

from saccade.fingerprints.prefetch import ordered_map


def test_results_keep_the_order_of_the_items() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return number * number

    assert list(ordered_map(slow_first, range(50), 4, 8)) == [number * number for number in range(50)]


def test_never_further_ahead_than_told() -> None:
    taken: list[int] = []

    def items():
        for number in range(100):
            taken.append(number)
            yield number

    results = ordered_map(lambda number: number, items(), 2, 5)
    for number in range(20):
        assert next(results) == number
        assert len(taken) <= number + 5
    results.close()  # type: ignore[attr-defined]
    assert len(taken) < 30


def test_an_error_comes_in_its_turn_and_threads_end() -> None:
    def fails_at_three(number: int) -> int:
        if number == 3:
            raise RuntimeError("three")
        return number

    results = ordered_map(fails_at_three, range(10), 2, 4)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(RuntimeError, match="three"):
        next(results)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("saccade-read")]
