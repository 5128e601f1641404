"""Bring one index up to date: compare, change what differs, tune, publish.

Decided: nothing is written until a difference is found; then the current version is cloned (or a new one
begun when the model or the kind of index changes), changed, tuned and published. Killed at any moment, what
was begun is thrown away by the next run, which finds the same differences again. A server's collection is
changed in place instead; a mark stands while that goes on, and finding it, the next run fills a new one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from saccade.errors import StorageError
from saccade.index.choose import Choice, Constraints, Tunable, tune
from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.opened import IndexInfo
from saccade.index.recall import sample_queries
from saccade.index.records import Batch, Records
from saccade.index.server import ServerIndex
from saccade.index.settings import Settings
from saccade.index.state import State, digests
from saccade.index.versions import Versions, write_whole
from saccade.progress import Progress
from saccade.workspace.stage import Clock

_QUERIES = 200
_PENDING = "PENDING"
_EDGE_ROOM = 200 << 20  # bytes that Edge lays out in advance for its segments


@dataclass(frozen=True)
class Wanted:
    """The index to arrive at."""

    name: str
    model_id: str
    dim: int
    expected: int
    settings: Settings
    location: str | None
    constraints: Constraints
    inputs: dict[str, int]
    request: dict[str, object]
    proposed_at: int
    retune: bool


@dataclass
class Counts:
    """What was done."""

    added: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0


class Update:
    """One run of the stage. `base` is the version to start from, None to start from nothing."""

    def __init__(self, versions: Versions, wanted: Wanted, base: IndexInfo | None, clock: Clock) -> None:
        self.versions, self.wanted, self.base, self.clock = versions, wanted, base, clock
        if self._in_place and (versions.folder / _PENDING).exists():
            self.base = None
        self.counts = Counts()
        self._index: Tunable | None = None
        self._folder = Path()

    @property
    def _in_place(self) -> bool:
        return self.wanted.settings.backend == "server"

    def run(self, records: Records, progress: Progress) -> IndexInfo:
        """Returns what is known of the version that searches now use."""
        old = State.load(self.versions.path(self.base.version)) if self.base else State.empty()
        progress.start("index", self.wanted.expected)
        try:
            state, seen = self._apply(records, old, progress)
            gone = old.ids[~seen].astype(str).tolist()
            if gone:
                self._open().delete(gone)
            self.counts.deleted = len(gone)
            return self._finish(state)
        finally:
            progress.stop()
            if self._index is not None:
                self._index.close()

    def _apply(self, records: Records, old: State, progress: Progress) -> tuple[State, np.ndarray]:
        """Upsert what is new or changed; returns the new state and which rows of the old were met again."""
        seen = np.zeros(len(old.ids), dtype=bool)
        ids: list[np.ndarray] = [np.empty(0, "S32")]
        marks: list[np.ndarray] = [np.empty(0, np.uint64)]
        for batch in self._read(records):
            names, digest = np.array(batch.ids, dtype="S32"), digests(batch.vectors, batch.payloads)
            changed, known = old.find(names, digest)
            seen[known] = True
            self._upsert(batch, np.flatnonzero(changed), len(known))
            ids.append(names)
            marks.append(digest)
            progress.advance(len(names))
        return State(np.concatenate(ids), np.concatenate(marks)), seen

    def _read(self, records: Records) -> Iterator[Batch]:
        batches = records.batches()
        while True:
            with self.clock.reading():
                batch = next(batches, None)
            if batch is None:
                return
            yield batch

    def _upsert(self, batch: Batch, rows: np.ndarray, known: int) -> None:
        self.counts.added += len(batch.ids) - known
        self.counts.updated += len(rows) - (len(batch.ids) - known)
        self.counts.unchanged += len(batch.ids) - len(rows)
        if not len(rows):
            return
        index = self._open()
        with self.clock.writing():
            payloads = [batch.payloads[r] for r in rows]
            index.upsert([batch.ids[r] for r in rows], batch.vectors[rows].astype(np.float32), payloads)

    def _open(self) -> Tunable:
        """The index that is written, begun when the first difference is found."""
        if self._index is None:
            with self.clock.writing():
                self._room()
                keep_files = self.base is not None and not self._in_place
                building = self.versions.begin(self.base.version if self.base and keep_files else None)
                self._folder = building
                self._index = self._opened(building / "index")
        return self._index

    def _opened(self, folder: Path) -> Tunable:
        settings, dim = self.wanted.settings, self.wanted.dim
        if settings.backend == "edge":
            return EdgeIndex(folder, dim, settings)
        if settings.backend == "server":
            return self._collection()
        if self.base is None:
            return ExactIndex(dim, settings)
        index = ExactIndex.load(folder, settings)
        shutil.rmtree(folder)
        return index

    def _collection(self) -> ServerIndex:
        fresh = f"{self.wanted.location}#saccade-{self.wanted.name}-{self.versions.next()}"
        place = self.base.location if self.base else fresh
        location, _, name = (place or "").rpartition("#")
        if self.base is None:  # a killed build may have left a part of it
            _drop(location, name, self.wanted)
        write_whole(self.versions.folder / _PENDING, name)
        return ServerIndex(location, name, self.wanted.dim, self.wanted.settings)

    def _room(self) -> None:
        """A full disk kills a process that maps files, so room is looked for first."""
        if self.wanted.settings.backend != "edge":
            return
        folder = self.versions.folder
        folder.mkdir(parents=True, exist_ok=True)
        needed = _EDGE_ROOM + self.wanted.expected * (self.wanted.dim * 8 + 1000)
        free = shutil.disk_usage(folder).free
        if free < needed:
            found = f"found {free >> 20:,} MiB; free some space and run again"
            raise StorageError(f"expected {needed >> 20:,} MiB free for the index in {folder}, {found}")

    def _finish(self, state: State) -> IndexInfo:
        if self._index is None and self.base is not None and not self.wanted.retune:
            info = replace(self.base, inputs=self.wanted.inputs, request=self.wanted.request)
            info.save(self.versions.path(info.version))
            return info
        index = self._open()
        choice = self._tuned(index, state)
        with self.clock.writing():
            info = self._described(index, choice, len(state.ids))
            if isinstance(index, ExactIndex):
                index.snapshot(self._folder / "index")
            index.close()
            self._index = None
            state.save(self._folder)
            info.save(self._folder)
            self.versions.publish()
            (self.versions.folder / _PENDING).unlink(missing_ok=True)
        return info

    def _tuned(self, index: Tunable, state: State) -> Choice | None:
        with self.clock.computing():
            if isinstance(index, EdgeIndex):
                index.optimize()
            if not len(state.ids):
                return None
            wanted = min(_QUERIES, len(state.ids))
            chosen = np.random.default_rng(0).choice(len(state.ids), wanted, replace=False)
            vectors = index.vector(state.ids[np.sort(chosen)].astype(str).tolist())
            choice = tune(index, sample_queries(vectors, _QUERIES), self.wanted.constraints)
            if isinstance(index, EdgeIndex):
                index.describe()
            return choice

    def _described(self, index: Tunable, choice: Choice | None, count: int) -> IndexInfo:
        wanted, size = self.wanted, index.bytes()
        recall = choice.best.recall if choice else None
        return IndexInfo(
            name=wanted.name, model_id=wanted.model_id, version=self.versions.next(), count=count,
            dim=wanted.dim, fields=dict(sorted(index.fields.items())), settings=index.settings,
            location=f"{index.location}#{index.name}" if isinstance(index, ServerIndex) else None,
            recall=recall.value if recall else 1.0, recall_low=recall.low if recall else 0.0,
            recall_high=recall.high if recall else 1.0, met=choice.met if choice else True,
            choice=choice.line() if choice else "an empty index", memory=size.memory, disk=size.disk,
            inputs=wanted.inputs, request=wanted.request, proposed_at=wanted.proposed_at,
        )  # fmt: skip


def _drop(location: str, name: str, wanted: Wanted) -> None:
    index = ServerIndex(location, name, wanted.dim, wanted.settings)
    try:
        index.drop()
    finally:
        index.close()
