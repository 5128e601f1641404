"""The same kernel on a Ray cluster, through Daft: workers write data files, the driver commits them.

Decided:
- A chunk travels as Arrow IPC bytes, one row of a Daft data frame; a class UDF opens the model once a
  worker, runs the kernel and stages the rows as Lance fragments that no version refers to yet. The driver
  commits the fragments as they arrive: a chunk is in the table whole or not at all, and what a killed run
  staged is only a file that `Table.optimize` removes.
- The driver chooses the runner and converts the model, workers follow. They need to reach the workspace,
  the model folder and the pictures under the same names.
- Chunks go out in waves, so that the list of work never lies in memory whole.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from saccade.errors import InputError
from saccade.fingerprints.engine import Job
from saccade.fingerprints.kernel import Kernel, Tally
from saccade.fingerprints.model import resolve
from saccade.fingerprints.runners.choose import open_runner
from saccade.fingerprints.sources import Sources
from saccade.progress import Progress
from saccade.workspace.stage import Clock
from saccade.workspace.workspace import Workspace

if TYPE_CHECKING:
    from saccade.workspace.tables import Table

_WAVE = 512  # chunks
_COMMIT_SECONDS = 30.0  # staged chunks wait no longer than this for their commit


@dataclass(frozen=True)
class Order:
    """What a worker is told once. `kept` is the version of `image_bytes`, 0 for none."""

    uri: str
    options: dict[str, str]
    model: str
    model_id: str
    runner: str
    batch_size: int
    kept: int
    threads: int


@dataclass
class Worker:
    """Runs chunks in a process of the cluster; the model is opened at the first one and kept."""

    order: Order

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace(self.order.uri, storage_options=self.order.options)

    @cached_property
    def kernel(self) -> Kernel:
        order, cache = self.order, self.workspace.local_dir("cache")
        model = resolve(order.model, cache)
        if model.model_id != order.model_id:
            raise InputError(f"a worker found {model.model_id} at {order.model}, the driver {order.model_id}")
        kept = self.workspace.table("image_bytes").at(order.kept).dataset() if order.kept else None
        runner = open_runner(order.runner, model, cache, order.batch_size, order.threads)
        return Kernel(runner, Sources(kept), order.threads)

    def __call__(self, chunk: bytes) -> str:
        """One chunk as Arrow IPC to JSON: its staged fragments, counts and seconds."""
        clock, kernel = Clock(), self.kernel
        kernel.tally = Tally()
        (rows,) = kernel([_unpacked(chunk)], clock)
        with clock.writing():
            staged = self.workspace.fingerprints(self.order.model_id, kernel.runner.dim).stage_rows(rows)
        tally = kernel.tally
        worker = f"{os.uname().nodename}/{os.getpid()}"
        counts = {"rows": len(rows), "decoded": tally.decoded, "failed": tally.failed}
        return json.dumps(counts | {"staged": staged, "seconds": clock.seconds, "worker": worker})


def run_ray(
    ws: Workspace, job: Job, chunks: Iterable[pa.Table], table: Table, workers: int, clock: Clock,
    progress: Progress,
) -> Tally:  # fmt: skip
    """Compute the chunks on the Ray cluster that Ray finds (`RAY_ADDRESS`, a running `ray.init`, or a new
    local one) and commit them. Seconds are the workers' and add up over them."""
    order = _order(ws, job)
    if job.model.function is None:
        with clock.computing():  # converts the model, once for all workers that share the cache
            open_runner(job.runner, job.model, job.cache, job.batch_size)
    table.create()
    tally, rest = Tally(), iter(chunks)
    while wave := [_packed(chunk) for chunk in islice(rest, _WAVE)]:
        _commit_all(_results(wave, order, workers), table, tally, clock, progress)
    return tally


def _order(ws: Workspace, job: Job) -> Order:
    if job.model.spec is None:
        raise InputError(f"{job.model.model_id} has no folder: save it to one for the cluster")
    return Order(
        ws.uri, ws.options, job.model.spec, job.model.model_id, job.runner, job.batch_size,
        ws.table("image_bytes").version, job.threads or 1,
    )  # fmt: skip


def _commit_all(results: Iterator[str], table: Table, tally: Tally, clock: Clock, progress: Progress) -> None:
    """Commit what workers staged, in batches; on the way out commits what has arrived."""
    staged: list[str] = []
    since, seen = time.monotonic(), set[str]()
    try:
        for text in results:
            done = json.loads(text)
            staged += done["staged"]
            seen.add(done["worker"])
            tally.decoded += done["decoded"]
            tally.failed += done["failed"]
            for what, seconds in done["seconds"].items():
                clock.add(what, seconds)
            if time.monotonic() - since > _COMMIT_SECONDS:
                table.commit(staged)
                staged, since = [], time.monotonic()
            progress.advance(done["rows"])
    finally:
        tally.workers = max(tally.workers, len(seen))
        with clock.writing():
            table.commit(staged)


def _results(wave: list[bytes], order: Order, workers: int) -> Iterator[str]:
    """The workers' answers, as they come."""
    import daft

    try:
        daft.set_runner_ray(noop_if_initialized=True)
    except Exception as error:
        raise InputError(f"Daft cannot use Ray in this process: {error}") from error
    compute = daft.cls(Worker, cpus=order.threads, max_concurrency=workers)(order)
    frame = daft.from_pydict({"chunk": wave}).into_partitions(len(wave))
    answers = frame.select(compute(frame["chunk"]).alias("answer"))
    for row in answers.iter_rows():
        yield str(row["answer"])


def _packed(chunk: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, chunk.schema, options=options) as writer:
        writer.write_table(chunk)
    return sink.getvalue().to_pybytes()


def _unpacked(data: bytes) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()
