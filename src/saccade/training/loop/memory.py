"""Out of memory, said in one line that names the knobs; and how much memory is in use."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from saccade.errors import InputError
from saccade.training.batch import Batch
from saccade.training.loop.settings import LoopSettings

_SAID = ("can't allocate memory", "not enough memory", "out of memory", "cannot allocate memory")


@contextmanager
def out_of_memory(settings: LoopSettings, batch: Batch, device: torch.device) -> Iterator[None]:
    """Turn the failures of allocators, on GPU and processor, into an `InputError` with what to change."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not _is_about_memory(error):
            raise
        raise InputError(advice(settings, batch, device)) from error


def advice(settings: LoopSettings, batch: Batch, device: torch.device) -> str:
    """The knobs in the order in which to turn them, with their values."""
    size = "x".join(str(side) for side in batch.pixels.shape[1:3])
    knobs = [
        f"lower batch ({len(batch)} pictures at once here)",
        f"raise accumulate ({settings.accumulate})",
    ]
    if not settings.checkpoint_activations:
        knobs.append("set checkpoint_activations (now off)")
    if settings.precision == "no":
        knobs.append("set precision to 'bf16' (now 'no')")
    if batch.pixels.ndim == 4:
        knobs.append(f"lower size ({size})")
    return f"out of memory on {device} at step {batch.step}: " + ", ".join(knobs)


def _is_about_memory(error: Exception) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(words in said for words in _SAID)


def peak_gib(device: torch.device) -> float:
    """GiB: the most that was allocated on a GPU, or resident on a processor, since the process began."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**30
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
