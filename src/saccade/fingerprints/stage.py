"""The stage `fingerprint`: images or boxes × a model version → the table `fingerprints/<model_id>`.

Decided:
- What is missing is computed, what left the catalogue is deleted, everything else is left alone; a run over
  an unchanged catalogue opens no picture, no model and no runner.
- Each model version has its own table, so a new one is filled while the old one serves.
- A row that cannot be computed has a null vector, a status and a reason. It is tried again when its place
  looks different (a file came back), or with `retry`.
- The runner is chosen by measurement at the first large run and kept; small first runs use torch as it is.
- A model that saccade trained must have a complete card (`store.released`); the gate is here because from
  here on its vectors are searched.
- Vectors are float16 of unit length; see `kernel` for why their bits do not depend on how a run was cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

import numpy as np

from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.engine import Job, run_local
from saccade.fingerprints.kernel import Tally
from saccade.fingerprints.model import ModelRef, resolve
from saccade.fingerprints.pending import Store, Work, find_work
from saccade.fingerprints.reader import Reader
from saccade.fingerprints.runners.base import Pixels
from saccade.fingerprints.runners.choose import (
    GROUPS,
    NAMES,
    REFERENCE,
    Choice,
    choose_runner,
    remember,
    remembered,
)  # fmt: skip
from saccade.fingerprints.sources import Sources
from saccade.fingerprints.store import keep_model, kept_model, locate, released
from saccade.progress import Progress
from saccade.workspace.lineage import Value
from saccade.workspace.stage import Clock, Plan, Stage

if TYPE_CHECKING:
    from saccade.workspace.tables import Table
    from saccade.workspace.workspace import Workspace

Engine = Literal["local", "ray"]
SMALL = 256  # pictures: below this, measuring and converting cost more than they save
_SAMPLE = 32  # pictures that runners are measured on


@dataclass(frozen=True)
class Fingerprint(Stage):
    """Compute the vectors of a model for every picture (or box) that has none yet."""

    name: ClassVar[str] = "fingerprint"

    model: str | Path | None = None
    """Id of a model that the workspace keeps, or a model folder; may be left out when it keeps one only."""
    store: Store = "images"
    """Pictures, or the boxes of the table `objects`."""
    runner: str = "auto"
    """auto measures and keeps the fastest that is close enough; or openvino-bf16, openvino-f32, torch-..."""
    batch_size: int = 16
    """Pictures of one forward pass."""
    chunk: int = 2048
    """Rows of one commit."""
    threads: int | None = None
    """Threads that read and decode; one a core by default."""
    engine: Engine = "local"
    """This process, or a Ray cluster."""
    workers: int = 2
    """Workers on the cluster."""
    retry: bool = False
    """Try pictures again that failed before."""

    def __post_init__(self) -> None:
        for setting in ("batch_size", "chunk", "workers"):
            if getattr(self, setting) < 1:
                raise InputError(f"{setting} is a positive number, found {getattr(self, setting)}")
        if self.threads is not None and self.threads < 1:
            raise InputError(f"threads is a positive number, found {self.threads}")
        allowed = {"store": get_args(Store), "engine": get_args(Engine), "runner": (*GROUPS, *NAMES)}
        for setting, names in allowed.items():
            found = getattr(self, setting)
            if found not in names:
                raise InputError(f"{setting} is one of {', '.join(names)}, found {found!r}")

    def settings(self) -> dict[str, object]:
        return {**super().settings(), "model": None if self.model is None else str(self.model)}

    def plan(self, ws: Workspace) -> Plan:
        """How many rows `run` would compute and delete, and about how long that takes if that is known."""
        model, _, work = self._survey(ws)
        choice = remembered(_cache(ws), model.model_id, self.runner)
        rates = {row.name: row.rate for row in choice.candidates} if choice else {}
        rate = rates.get(choice.name) if choice else None
        notes = (f"{len(work.stale):,} rows of deleted {self.store} to remove",) if work.stale else ()
        return Plan(self.name, work.todo, self.store, work.todo / rate if rate else None, notes)

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        with clock.reading():
            model, table, work = self._survey(ws)
        if work.again or work.stale:
            with clock.writing():
                table.delete_keys([*work.again, *work.stale])
        counts: dict[str, Value] = {"model": model.model_id, "computed": work.todo}
        counts["deleted"] = len(work.stale)
        if not work.todo:
            return counts | {"failed": 0, "decoded": 0}
        progress.start(f"fingerprints {model.model_id}", work.todo)
        try:
            return counts | self._compute(ws, model, table, work, clock, progress)
        finally:
            progress.stop()

    def _compute(
        self, ws: Workspace, model: ModelRef, table: Table, work: Work, clock: Clock, progress: Progress
    ) -> dict[str, Value]:
        _keep(ws, model)
        sources, cache = Sources(ws.table("image_bytes").dataset()), _cache(ws)
        with clock.computing():
            choice = self._choose(model, work, sources, cache)
        job = Job(model, choice.name, self.batch_size, cache, self.threads)
        size = -(-self.chunk // self.batch_size) * self.batch_size
        before = dict(clock.seconds)
        tally = self._engine(ws, job, work, size, table, sources, clock, progress)
        spent = sum(clock.seconds.values()) - sum(before.values())
        counts: dict[str, Value] = {"failed": tally.failed, "decoded": tally.decoded, "runner": choice.name}
        if tally.workers:
            return counts | {"workers": tally.workers}
        return counts | {"images_per_second": work.todo / spent if spent else 0.0}

    def _engine(
        self, ws: Workspace, job: Job, work: Work, size: int, table: Table, sources: Sources, clock: Clock,
        progress: Progress,
    ) -> Tally:  # fmt: skip
        chunks = work.chunks(size)
        if self.engine == "local":
            return run_local(job, chunks, table, sources, clock, progress)
        from saccade.fingerprints.cluster import run_ray

        return run_ray(ws, job, chunks, table, self.workers, clock, progress)

    def _survey(self, ws: Workspace) -> tuple[ModelRef, Table, Work]:
        place = locate(ws, self.model)
        model = resolve(place, _cache(ws))
        released(Path(place), model.model_id)
        table = ws.fingerprints(model.model_id, model.dim)
        return model, table, find_work(ws, table if table.exists() else None, self.store, self.retry)

    def _choose(self, model: ModelRef, work: Work, sources: Sources, cache: Path) -> Choice:
        """The runner to use: the named one, the one that was kept, or the winner of a measurement."""
        if model.function is not None:
            return Choice("plain")
        if self.runner not in GROUPS:
            return Choice(self.runner)
        if kept := remembered(cache, model.model_id, self.runner):
            return kept
        if self.runner == "auto" and work.todo < SMALL:
            return Choice(REFERENCE)
        sample = _sample(work, Reader(sources, model.preprocess, _SAMPLE))
        if not len(sample):
            return Choice(REFERENCE)
        choice = choose_runner(model, sample, cache, self.batch_size, group=self.runner)
        remember(cache, model.model_id, choice, self.runner)
        return choice


def _sample(work: Work, reader: Reader) -> Pixels:
    """The first of the pictures to come that can be read."""
    rows = next(work.chunks(_SAMPLE))
    batch = reader(rows)
    return batch.pixels[np.flatnonzero([status == "ok" for status in batch.statuses])]


def _keep(ws: Workspace, model: ModelRef) -> None:
    """Copy the model's folder into the workspace, once: whoever searches needs it."""
    try:
        kept_model(ws, model.model_id)
    except NotFoundError:
        if model.spec is not None:
            keep_model(ws, Path(model.spec))


def _cache(ws: Workspace) -> Path:
    return ws.local_dir("cache")
