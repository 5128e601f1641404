"""The learning rate against its definition."""

from __future__ import annotations

import math

import pytest

from saccade.training.loop.schedule import learning_rate
from saccade.training.loop.settings import LoopSettings


def test_warm_up_rises_to_the_peak_and_never_starts_at_zero() -> None:
    settings = LoopSettings(steps=100, lr=0.4, warmup_steps=4)
    assert [learning_rate(step, settings) for step in range(5)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4])


def test_cosine_is_half_way_at_half_time() -> None:
    settings = LoopSettings(steps=110, lr=2.0, warmup_steps=10)
    assert learning_rate(60, settings) == pytest.approx(1.0)
    assert learning_rate(35, settings) == pytest.approx(1 + math.cos(math.pi / 4))
    assert 0 < learning_rate(109, settings) < 0.001


def test_linear_constant_and_step() -> None:
    def rates(name: str) -> list[float]:
        settings = LoopSettings(steps=8, lr=1.0, schedule=name)  # type: ignore[arg-type]
        return [learning_rate(step, settings) for step in range(8)]

    assert rates("linear") == pytest.approx([1 - step / 8 for step in range(8)])
    assert rates("constant") == [1.0] * 8
    assert rates("step") == pytest.approx([1.0] * 4 + [0.1] * 2 + [0.01] * 2)
