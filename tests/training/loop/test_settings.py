"""Settings: what is refused, and what makes a run another run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from saccade.errors import InputError
from saccade.training.loop.settings import FREE, LoopSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0}, {"lr": 0.0}, {"lr": float("nan")}, {"optimiser": "adam"}, {"schedule": "cosinus"},
        {"warmup_steps": 10}, {"clip": 0.0}, {"accumulate": 0}, {"precision": "fp16"}, {"ema": 1.0},
        {"every_log": 0}, {"every_checkpoint": 0}, {"every_seconds": -1.0}, {"keep": 0}, {"nan_patience": 0},
        {"shard": "fsdp"}, {"trackers": ("tensorbord",)}, {"betas": (0.9, 1.0)}, {"weight_decay": -1.0},
        {"momentum": 1.5}, {"seed": -1}, {"steps": 1.5},
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_line_that_names_it(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        LoopSettings(**{"steps": 10, **wrong})
    (name,) = wrong
    said = str(caught.value)
    assert "\n" not in said
    assert name.rstrip("s") in said
    assert "found" in said


def test_identity_leaves_out_what_does_not_change_the_weights() -> None:
    settings = LoopSettings(steps=10)
    assert set(settings.identity()) & set(FREE) == set()
    assert replace(settings, every_log=3, keep=7, compile=True).identity() == settings.identity()
    for change in ({"lr": 0.5}, {"steps": 11}, {"precision": "bf16"}, {"accumulate": 2}, {"ema": 0.9}):
        assert replace(settings, **change).identity() != settings.identity()
