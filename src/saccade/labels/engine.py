"""Runs a step on every bucket: in threads of this machine, or on a Ray cluster through Daft.

Decided: a step is a pure function of the workspace, the scratch folder and a bucket's number, and leaves its
result in the scratch folder, so where it runs cannot change what comes out. On one machine the buckets go
through threads, since the kernels let go of the interpreter's lock. On a cluster a bucket is a row of a Daft
data frame and a worker keeps what it has loaded (vocabulary, vectors) from one bucket to the next; workers
need to reach the workspace under the same name. A bucket that has its mark is not worked on again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Protocol

from saccade.errors import InputError
from saccade.labels.scratch import Mark, Scratch
from saccade.progress import Progress
from saccade.workspace import Clock

ENGINES = ("local", "ray")


class Bench(Protocol):
    """What a step works with: the scratch folder and whatever it has loaded."""

    @property
    def scratch(self) -> Scratch: ...


class Job(Protocol):
    """Makes the bench, in this process or in a worker's; must be picklable."""

    def bench(self) -> Bench: ...


Step = Callable[[Any, int, Clock], Mark]


@dataclass(frozen=True)
class Engine:
    """Where steps run. kind: local or ray; workers: how many at once, 0 for one a core.

    Raises `InputError` for another kind.
    """

    kind: str = "local"
    workers: int = 0

    def __post_init__(self) -> None:
        if self.kind not in ENGINES:
            raise InputError(f"expected the engine {' or '.join(ENGINES)}, found {self.kind!r}")

    @property
    def width(self) -> int:
        """Buckets under way at once."""
        return self.workers or len(os.sched_getaffinity(0))

    def each(
        self, name: str, step: Step, job: Job, bench: Bench, buckets: int, clock: Clock, progress: Progress
    ) -> list[Mark]:
        """Run a step on buckets 0..buckets - 1 that have no mark; returns the marks of all, in order.

        Raises what a step raises; the others that are under way finish and keep their marks.
        """
        scratch = bench.scratch
        todo = [bucket for bucket in range(buckets) if scratch.marked(f"{name}/{bucket}") is None]
        progress.start(name, buckets)
        progress.advance(buckets - len(todo))
        run = self._threads if self.kind == "local" else self._ray
        for seconds in run(name, step, job, bench, todo):
            for what, spent in seconds.items():
                clock.add(what, spent)
            progress.advance()
        progress.stop()
        return [scratch.marked(f"{name}/{bucket}") or {} for bucket in range(buckets)]

    def _threads(
        self, name: str, step: Step, job: Job, bench: Bench, todo: list[int]
    ) -> Iterator[dict[str, float]]:
        with ThreadPoolExecutor(self.width, "saccade-label") as pool:
            futures = [pool.submit(done, name, step, bench, bucket) for bucket in todo]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _ray(
        self, name: str, step: Step, job: Job, bench: Bench, todo: list[int]
    ) -> Iterator[dict[str, float]]:
        import daft

        if not todo:
            return
        try:
            daft.set_runner_ray(noop_if_initialized=True)
        except Exception as error:
            raise InputError(f"Daft cannot use Ray in this process: {error}") from error
        work = daft.cls(Worker, cpus=1, max_concurrency=self.width)(name, step, job)
        frame = daft.from_pydict({"bucket": todo}).into_partitions(len(todo))
        for row in frame.select(work(frame["bucket"]).alias("seconds")).iter_rows():
            yield json.loads(str(row["seconds"]))


@dataclass
class Worker:
    """A step in a process of the cluster; its bench is made at the first bucket and kept."""

    name: str
    step: Step
    job: Job

    def __call__(self, bucket: int) -> str:
        """Work on one bucket; returns the seconds spent, as JSON."""
        if "_bench" not in self.__dict__:
            self._bench = self.job.bench()
        return json.dumps(done(self.name, self.step, self._bench, bucket))


def done(name: str, step: Step, bench: Bench, bucket: int) -> dict[str, float]:
    """Run a step on one bucket and set its mark; returns the seconds of reading, computing, writing."""
    clock = Clock()
    bench.scratch.mark(f"{name}/{bucket}", step(bench, bucket, clock))
    return clock.seconds
