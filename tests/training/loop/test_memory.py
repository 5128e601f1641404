"""Out of memory names the knobs."""

from __future__ import annotations

import pytest
import torch

from saccade.errors import InputError
from saccade.training.loop.memory import out_of_memory, peak_gib
from saccade.training.loop.settings import LoopSettings
from tests.training.loop.toy import Feed


def said(settings: LoopSettings, error: Exception) -> str:
    batch, _ = Feed().part(3, 0)
    with pytest.raises(InputError) as caught, out_of_memory(settings, batch, torch.device("cpu")):
        raise error
    return str(caught.value)


def test_the_allocator_of_the_processor_really_fails_that_way() -> None:
    batch, _ = Feed().part(3, 0)
    settings = LoopSettings(steps=5, accumulate=2)
    with (
        pytest.raises(InputError, match=r"batch \(8 pictures.*accumulate \(2\).*checkpoint_.*'bf16'.*32x32"),
        out_of_memory(settings, batch, torch.device("cpu")),
    ):
        torch.empty(1 << 60, dtype=torch.uint8)


def test_a_gpu_and_python_say_it_in_their_ways_and_knobs_in_use_are_left_out() -> None:
    used = LoopSettings(steps=5, precision="bf16", checkpoint_activations=True)
    for error in (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), MemoryError()):
        text = said(used, error)
        assert "step 3" in text
        assert "bf16" not in text
        assert "checkpoint" not in text
        assert "\n" not in text


def test_other_errors_pass() -> None:
    batch, _ = Feed().part(0, 0)
    with (
        pytest.raises(RuntimeError, match="shapes"),
        out_of_memory(LoopSettings(steps=5), batch, torch.device("cpu")),
    ):
        raise RuntimeError("shapes differ")


def test_peak_is_plausible() -> None:
    assert 0.05 < peak_gib(torch.device("cpu")) < 1000
