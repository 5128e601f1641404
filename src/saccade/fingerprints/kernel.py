"""Chunk in, chunk out: rows of the catalogue to rows of a table of fingerprints. The same code everywhere.

Readers make batches ahead of the runner, the runner computes in the background, and the caller's thread
only hands over: memory is bounded by the few batches in between. Batches never cross a chunk and always
have the same size, so a chunk's result depends on the chunk alone, wherever and whenever it is computed.

Decided: what is timed is the waiting of the caller's thread, for pictures ("reading") and for vectors
("computing"). The seconds add up to the wall time, and the larger one is the bottleneck.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from saccade.fingerprints.prefetch import ordered_map
from saccade.fingerprints.reader import Batch, Reader
from saccade.fingerprints.runners.base import Pixels, Runner, Vectors
from saccade.fingerprints.sources import Sources
from saccade.workspace.schemas import fingerprint_spec
from saccade.workspace.stage import Clock

NOT_FINITE = "not-finite"
_HOPELESS = 32  # batches without one good picture that may wait for a good one


@dataclass
class Tally:
    """What was done so far; `workers` of a cluster, 0 in this process."""

    decoded: int = 0
    failed: int = 0
    workers: int = 0


@dataclass
class _Open:
    """A chunk whose batches are on their way."""

    chunk: pa.Table
    missing: int
    parts: dict[int, tuple[Batch, Vectors | None]] = field(default_factory=dict)


@dataclass
class Kernel:
    """Computes chunks with one runner; `threads` readers (default: one a core)."""

    runner: Runner
    sources: Sources
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    tally: Tally = field(default_factory=Tally)

    def __call__(self, chunks: Iterable[pa.Table], clock: Clock) -> Iterator[pa.Table]:
        """Tables of `reader.CHUNK` to tables of fingerprints, in order."""
        waiting: dict[int, _Open] = {}
        done = 0
        for number, offset, batch, vectors in self._computed(chunks, waiting, clock):
            chunk = waiting[number]
            chunk.parts[offset] = (batch, vectors)
            chunk.missing -= 1
            while done in waiting and not waiting[done].missing:
                yield self._table(waiting.pop(done))
                done += 1

    def _computed(
        self, chunks: Iterable[pa.Table], waiting: dict[int, _Open], clock: Clock
    ) -> Iterator[tuple[int, int, Batch, Vectors | None]]:
        """Batches with their vectors; the time inside `next` that is not reading is computing."""
        hopeless: list[tuple[int, int, Batch]] = []
        stream = self.runner.stream(self._worth(self._batches(chunks, waiting), hopeless, clock))
        while True:
            start, read = time.perf_counter(), clock.seconds["reading"]
            item = next(stream, None)
            clock.add("computing", time.perf_counter() - start - (clock.seconds["reading"] - read))
            while hopeless:
                yield *hopeless.pop(0), None
            if item is None:
                return
            (number, offset, batch), vectors = item
            yield number, offset, batch, vectors

    def _worth(
        self, batches: Iterator[tuple[int, int, Batch]], hopeless: list[tuple[int, int, Batch]], clock: Clock
    ) -> Iterator[tuple[tuple[int, int, Batch], Pixels]]:
        """The batches with at least one picture; the others are put aside."""
        while True:
            with clock.reading():
                item = next(batches, None)
            if item is None:
                return
            number, offset, batch = item
            if batch.good:
                yield item, batch.pixels
            elif len(hopeless) < _HOPELESS:
                hopeless.append((number, offset, replace(batch, pixels=batch.pixels[:0].copy())))
            else:  # let the runner have a black one, so that those put aside get through
                yield item, batch.pixels

    def _batches(
        self, chunks: Iterable[pa.Table], waiting: dict[int, _Open]
    ) -> Iterator[tuple[int, int, Batch]]:
        size = self.runner.batch_size
        reader = Reader(self.sources, self.runner.preprocess, size)

        def tasks() -> Iterator[tuple[int, int, pa.Table]]:
            for number, chunk in enumerate(chunks):
                waiting[number] = _Open(chunk, -(-len(chunk) // size))
                for offset in range(0, len(chunk), size):
                    yield number, offset, chunk.slice(offset, size)

        def read(task: tuple[int, int, pa.Table]) -> tuple[int, int, Batch]:
            number, offset, rows = task
            return number, offset, reader(rows)

        return ordered_map(read, tasks(), self.threads, 2 * self.threads)

    def _table(self, work: _Open) -> pa.Table:
        parts = [work.parts[offset] for offset in sorted(work.parts)]
        statuses = [status for batch, _ in parts for status in batch.statuses]
        reasons = [reason for batch, _ in parts for reason in batch.reasons]
        vectors = np.zeros((len(work.chunk), self.runner.dim), np.float32)
        size = self.runner.batch_size
        for at, (batch, found) in enumerate(parts):
            if found is not None:
                vectors[at * size : at * size + len(batch.statuses)] = found[: len(batch.statuses)]
        self.tally.decoded += sum(batch.decoded for batch, _ in parts)
        table = assemble(work.chunk, vectors, statuses, reasons, self.runner.model_id)
        self.tally.failed += len(table) - table.column("status").to_pylist().count("ok")
        return table


def assemble(
    chunk: pa.Table, vectors: Vectors, statuses: list[str], reasons: list[str | None], model_id: str
) -> pa.Table:
    """Rows of `workspace.schemas.fingerprint_spec`: unit float16 vectors, their signs, status and reason.

    A row that is not "ok", or whose vector has a value that is not finite or no length, has null vector
    and bits.
    """
    lengths = np.linalg.norm(vectors, axis=1)
    usable = np.isfinite(lengths) & (lengths > 0)
    good = np.array([status == "ok" for status in statuses], bool)
    for slot in np.flatnonzero(good & ~usable):
        statuses[slot], reasons[slot] = NOT_FINITE, "the model gave a vector without a finite length"
    good &= usable
    stored = np.zeros(vectors.shape, np.float16)
    stored[good] = vectors[good] / lengths[good, None]
    schema = fingerprint_spec(model_id, vectors.shape[1]).schema
    null = pa.array(~good)
    columns = [
        chunk.column("id"), chunk.column("image_id"), _vectors(stored, null), _bits(stored, good),
        pa.array(statuses, pa.string()), pa.array(reasons, pa.string()),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema)


def sign_bits(vectors: np.ndarray) -> np.ndarray:
    """[N, d] to uint8 [N, ceil(d / 8)]: bit i is 1 where vector[i] > 0, most significant bit first."""
    return np.packbits(vectors > 0, axis=1, bitorder="big")


def _vectors(stored: np.ndarray, null: pa.Array) -> pa.Array:
    values = pa.array(stored.ravel(), pa.float16())
    return pa.FixedSizeListArray.from_arrays(values, stored.shape[1], mask=null)


def _bits(stored: np.ndarray, good: np.ndarray) -> pa.Array:
    packed = sign_bits(stored)
    rows = [row.tobytes() if fine else None for row, fine in zip(packed, good, strict=True)]
    return pa.array(rows, pa.binary(packed.shape[1]))
