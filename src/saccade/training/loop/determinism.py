"""The same bits again: seeds that follow from numbers, and algorithms that do not depend on luck."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from saccade.training.loop.settings import LoopSettings


def seed_of(*numbers: int) -> int:
    """A 63-bit seed that any of the numbers changes."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


def seed(device: torch.device, *numbers: int) -> None:
    """Seed the processor and `device`; `torch.manual_seed` walks up the stack each time it is called."""
    value = seed_of(*numbers)
    torch.default_generator.manual_seed(value)
    if device.type == "cuda":
        torch.cuda.manual_seed(value)
    elif device.type != "cpu":
        torch.manual_seed(value)


@contextmanager
def as_it_was(settings: LoopSettings, device: torch.device) -> Iterator[None]:
    """The caller's random numbers and choice of algorithms come back after the run."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when the first product is computed
    before = torch.are_deterministic_algorithms_enabled()
    warned = torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    try:
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.use_deterministic_algorithms(settings.deterministic, warn_only=True)
            memory.fill_uninitialized_memory = False
            yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warned)
        memory.fill_uninitialized_memory = filled
