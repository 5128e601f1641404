"""What a model costs: parameters, operations, bytes of a vector, and its speed on this machine.

Decided: latency is the median over single pictures that are preprocessed already, with the runner that fills
the table of fingerprints; speed in batches is measured beside it. Both belong to the machine that is named.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from saccade.evaluation.embed import BATCH, Embedded
from saccade.fingerprints.model import ModelRef
from saccade.fingerprints.runners.base import Pixels, Runner
from saccade.fingerprints.runners.choose import open_runner
from saccade.models.card import Cost
from saccade.models.readme import WEIGHTS, parameters

SECONDS = 1.0
"""Of each of the two measurements."""


def measure_cost(embedded: Embedded, folder: Path, cache: Path, seconds: float = SECONDS) -> Cost:
    """Cost of a model whose weights lie in `folder`; converted models are kept in `cache`."""
    model, name = embedded.model, embedded.choice.name
    single, batched = (open_runner(name, model, cache, size) for size in (1, BATCH))
    return Cost(
        parameters(folder / WEIGHTS), _flops(model), 2 * model.dim, -(-model.dim // 8),
        _latency(single, embedded.sample, seconds), _rate(batched, embedded.sample, seconds), name, machine(),
    )  # fmt: skip


def _flops(model: ModelRef) -> int | None:
    if model.function is not None:
        return None
    from saccade.models.flops import forward_flops

    return forward_flops(model.embedder(), model.preprocess.size)


def _latency(runner: Runner, sample: Pixels, seconds: float) -> float:
    """Median milliseconds of one picture, after one to warm up."""
    runner(sample[:1])
    spent: list[float] = []
    while sum(spent) < seconds or len(spent) < 3:
        at = len(spent) % len(sample)
        start = time.perf_counter()
        runner(sample[at : at + 1])
        spent.append(time.perf_counter() - start)
    return 1000 * float(np.median(spent))


def _rate(runner: Runner, sample: Pixels, seconds: float) -> float:
    """Pictures a second in a stream of full batches."""
    batch = np.resize(sample, (runner.batch_size, *sample.shape[1:]))
    start = time.perf_counter()

    def batches() -> Iterator[tuple[int, Pixels]]:
        number = 0
        while number < 2 or time.perf_counter() - start < seconds:
            yield number, batch
            number += 1

    count = sum(1 for _ in runner.stream(batches()))
    return count * runner.batch_size / (time.perf_counter() - start)


def machine() -> str:
    """The processor and its cores."""
    return f"{_processor()}, {os.cpu_count()} cores"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
