"""The stage `colours`: images or boxes → the table `colours`, salient colours with shares and names.

Decided:
- The machinery of `fingerprint` finds the work and reads the pictures: what is missing is computed, what left
  the catalogue is deleted, a failed row heals when its file does. Only the vector is another.
- A picture that cannot be read has null colours, a status and a reason.
- Threads read and compute; a picture's colours depend on it alone, so every cut of the work gives the same
  rows.
- Colours have no version: after a change of `vision.colour`, delete the table.

Not here: how colours are found (`vision.colour`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, get_args

import pyarrow as pa

from saccade.errors import InputError
from saccade.fingerprints.pending import Store, find_work
from saccade.fingerprints.prefetch import ordered_map
from saccade.fingerprints.reader import Reader
from saccade.fingerprints.sources import Sources
from saccade.progress import Progress
from saccade.vision.colour import PREPARE, Palette, salient_colours
from saccade.workspace.lineage import Value
from saccade.workspace.schemas import SPECS
from saccade.workspace.stage import Clock, Plan, Stage

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace

_BATCH = 32  # pictures of one task of a thread


@dataclass(frozen=True)
class Colours(Stage):
    """Find the salient colours of every picture (or box) that has none yet."""

    name: ClassVar[str] = "colours"

    store: Store = "images"
    """Pictures, or the boxes of the table `objects`."""
    most: int = 5
    """Colours of one picture at most."""
    chunk: int = 2048
    """Rows of one commit."""
    threads: int | None = None
    """Threads that read and compute; one a core by default."""
    retry: bool = False
    """Try pictures again that failed before."""

    def __post_init__(self) -> None:
        for setting in ("most", "chunk", "threads"):
            found = getattr(self, setting)
            if found is not None and found < 1:
                raise InputError(f"{setting} is a positive number, found {found}")
        if self.store not in get_args(Store):
            raise InputError(f"store is one of {', '.join(get_args(Store))}, found {self.store!r}")

    def plan(self, ws: Workspace) -> Plan:
        """How many rows `run` would compute and delete."""
        table = ws.table("colours")
        work = find_work(ws, table if table.exists() else None, self.store, self.retry)
        notes = (f"{len(work.stale):,} rows of deleted {self.store} to remove",) if work.stale else ()
        return Plan(self.name, work.todo, self.store, None, notes)

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        table = ws.table("colours")
        with clock.reading():
            work = find_work(ws, table if table.exists() else None, self.store, self.retry)
        if work.again or work.stale:
            with clock.writing():
                table.delete_keys([*work.again, *work.stale])
        counts: dict[str, Value] = {"computed": work.todo, "deleted": len(work.stale)}
        if not work.todo:
            return counts | {"failed": 0, "decoded": 0}
        progress.start(f"colours of {self.store}", work.todo)
        try:
            return counts | self._compute(ws, work.chunks(self.chunk), clock, progress)
        finally:
            progress.stop()

    def _compute(
        self, ws: Workspace, chunks: Iterable[pa.Table], clock: Clock, progress: Progress
    ) -> dict[str, Value]:
        table, failed, decoded = ws.table("colours"), 0, 0
        sources = Sources(ws.table("image_bytes").dataset())
        kernel = _Kernel(Reader(sources, PREPARE, _BATCH, margin=0.0), self, clock)
        for rows, opened in kernel(chunks):
            with clock.writing():
                table.append(rows)
            failed += len(rows) - rows.column("status").to_pylist().count("ok")
            decoded += opened
            progress.advance(len(rows))
        return {"failed": failed, "decoded": decoded}


@dataclass(frozen=True)
class _Kernel:
    """Chunk in, chunk out, with the number of pictures that were opened."""

    reader: Reader
    stage: Colours
    clock: Clock

    def __call__(self, chunks: Iterable[pa.Table]) -> Iterator[tuple[pa.Table, int]]:
        threads = self.stage.threads or os.cpu_count() or 1
        done = ordered_map(self._part, _parts(chunks), threads, 2 * threads)
        kept: list[tuple[pa.Table, int]] = []
        for rows, decoded, last in done:
            kept.append((rows, decoded))
            if last:
                tables, counts = zip(*kept, strict=True)
                yield pa.concat_tables(tables).combine_chunks(), sum(counts)
                kept = []

    def _part(self, part: tuple[pa.Table, bool]) -> tuple[pa.Table, int, bool]:
        rows, last = part
        with self.clock.reading():
            batch = self.reader(rows)
        with self.clock.computing():
            found = [
                salient_colours(pixels, self.stage.most, tight=self.stage.store == "objects")
                if status == "ok"
                else None
                for pixels, status in zip(batch.pixels, batch.statuses, strict=False)
            ]
        return _table(rows, found, batch.statuses, batch.reasons), batch.decoded, last


def _parts(chunks: Iterable[pa.Table]) -> Iterator[tuple[pa.Table, bool]]:
    """Chunks cut for threads, and whether a part is the last of its chunk."""
    for chunk in chunks:
        for offset in range(0, len(chunk), _BATCH):
            yield chunk.slice(offset, _BATCH), offset + _BATCH >= len(chunk)


def _table(
    rows: pa.Table, found: list[Palette | None], statuses: list[str], reasons: list[str | None]
) -> pa.Table:
    """Rows of the table `colours`."""
    columns = {
        "id": rows.column("id"),
        "image_id": rows.column("image_id"),
        "lab": [None if one is None else one.lab.ravel() for one in found],
        "shares": [None if one is None else one.shares for one in found],
        "names": [None if one is None else list(one.names) for one in found],
        "status": statuses,
        "reason": reasons,
    }
    return pa.table(columns, schema=SPECS["colours"].schema)
