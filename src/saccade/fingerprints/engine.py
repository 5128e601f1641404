"""Who runs the kernel: this process, or the workers of a Ray cluster. Both commit whole chunks.

Decided: a chunk is committed in one step, so a run that is killed leaves whole chunks, and the next run finds
the rest missing. Here each chunk is one append; on a cluster see `cluster.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from saccade.fingerprints.kernel import Kernel, Tally
from saccade.fingerprints.model import ModelRef
from saccade.fingerprints.runners.choose import open_runner
from saccade.fingerprints.sources import Sources
from saccade.progress import Progress
from saccade.workspace.stage import Clock
from saccade.workspace.tables import Table


@dataclass(frozen=True)
class Job:
    """What an engine needs to know of one run.

    `cache` holds converted models; `threads` are readers (None: one a core).
    """

    model: ModelRef
    runner: str
    batch_size: int
    cache: Path
    threads: int | None


def run_local(
    job: Job, chunks: Iterable[pa.Table], table: Table, sources: Sources, clock: Clock, progress: Progress
) -> Tally:
    """Compute the chunks in this process and append each of them to the table."""
    with clock.computing():  # opening a model is part of the price of computing
        runner = open_runner(job.runner, job.model, job.cache, job.batch_size)
    kernel = Kernel(runner, sources) if job.threads is None else Kernel(runner, sources, job.threads)
    for rows in kernel(chunks, clock):
        with clock.writing():
            table.append(rows)
        progress.advance(len(rows))
    return kernel.tally
