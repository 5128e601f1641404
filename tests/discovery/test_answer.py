"""The stopwatch adds up the steps of a search."""

from __future__ import annotations

import time

import pytest

from saccade.discovery.answer import Answer, Stopwatch


def test_steps_of_one_name_add_up() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.step("search"):
            time.sleep(0.01)
    with watch.step("hydrate"):
        pass
    assert list(watch.seconds) == ["search", "hydrate"]
    assert watch.seconds["search"] >= 0.02


def test_a_step_that_fails_is_timed_too() -> None:
    watch = Stopwatch()
    with pytest.raises(ValueError, match="x"), watch.step("decode"):
        raise ValueError("x")
    assert "decode" in watch.seconds


def test_took_is_in_milliseconds() -> None:
    answer = Answer((), "visual", "m", "1", None, {"search": 0.002, "hydrate": 0.001})
    assert answer.took_ms == pytest.approx(3.0)
