"""The stage `detect`: pictures × a detector → `objects` and `detections`.

Decided:
- A picture that this detector has not looked at is looked at; pictures whose boxes people drew are left to
  them (`redo_boxed`); rows of pictures that left go. A run over an unchanged catalogue opens no picture and
  no detector.
- A picture has the objects of one detector: another one, or a new version, replaces them chunk by chunk.
- A chunk is written in three steps: the old detector's objects go, then the rows of `detections` come, then
  the objects. A row that lists an object which is not there is an unfinished one, so whatever step a killed
  run had reached, the next run knows what is a detector's and does the chunk again, with the same ids.
- A picture that cannot be looked at has a row with its status and reason, and no objects.
- Where the detector embeds its boxes with a model, their vectors become rows of `fingerprints/<model>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

import numpy as np
import pyarrow as pa

from saccade.detection.detector import RUNNERS, Detector, identify, open_detector
from saccade.detection.gate import Gate, read_words, texts_of
from saccade.detection.kept import keep_detector, locate
from saccade.detection.pending import ToLook, find_pictures, listed_objects
from saccade.detection.reading import Read, read_batches
from saccade.detection.rows import Rows, Seen, rows_of
from saccade.detection.trained import check_vectors
from saccade.errors import InputError
from saccade.fingerprints.sources import Sources
from saccade.progress import Progress
from saccade.workspace.lineage import Value
from saccade.workspace.stage import Clock, Plan, Stage

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace

GateName = Literal["none", "text"]


@dataclass(frozen=True)
class Detect(Stage):
    """Find the objects in every picture that this detector has not looked at yet."""

    name: ClassVar[str] = "detect"

    model: str | Path | None = None
    """A detector folder, or the id of a detector that the workspace keeps; the only one if left out."""
    pictures: str = ""
    """Which pictures (`role=scene`, `folder=val`, ...); empty: all."""
    threshold: float = 0.3
    """Lowest score of an object."""
    most: int = 100
    """Objects a picture at most, the best."""
    redo_boxed: bool = False
    """Look also at pictures whose boxes people drew; their boxes stay beside what is found."""
    redo: bool = False
    """Look again at everything, for instance with another threshold."""
    retry: bool = False
    """Try pictures again that failed before."""
    gate: GateName = "none"
    """text keeps an object only if the words beside the picture name its category."""
    words: str | None = None
    """JSON file of more words for categories, {"category": ["phrase", ...]}, for the gate."""
    vectors: str = ""
    """Id of a kept model with the trunk of the detector: the boxes' vectors become its fingerprints."""
    batch_size: int = 8
    """Pictures that are decoded and detected together."""
    chunk: int = 512
    """Pictures of one commit."""
    runner: str = "auto"
    """auto, onnxruntime, openvino or torch."""
    threads: int | None = None
    """Cores to use, all by default."""

    def __post_init__(self) -> None:
        for setting in ("most", "batch_size", "chunk"):
            if getattr(self, setting) < 1:
                raise InputError(f"{setting} is a positive number, found {getattr(self, setting)}")
        if self.threads is not None and self.threads < 1:
            raise InputError(f"threads is a positive number, found {self.threads}")
        if not 0 <= self.threshold < 1:
            raise InputError(f"threshold is a score from 0 to below 1, found {self.threshold}")
        for setting, names in {"gate": get_args(GateName), "runner": RUNNERS}.items():
            if getattr(self, setting) not in names:
                raise InputError(f"{setting} is one of {', '.join(names)}, found {getattr(self, setting)!r}")

    def settings(self) -> dict[str, object]:
        return {**super().settings(), "model": None if self.model is None else str(self.model)}

    def plan(self, ws: Workspace) -> Plan:
        """How many pictures `run` would look at."""
        detector_id, _, look = self._survey(ws)
        return Plan(self.name, look.todo, "pictures", None, (detector_id, *_said(look)))

    def _survey(self, ws: Workspace) -> tuple[str, Path, ToLook]:
        folder = locate(ws, self.model)
        detector_id = identify(folder)
        look = find_pictures(ws, detector_id, self.pictures, self.redo_boxed, self.retry, self.redo)
        return detector_id, folder, look

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        with clock.reading():
            detector_id, folder, look = self._survey(ws)
        if look.stale:
            with clock.writing():
                _forget(ws, list(look.stale))
        counts: dict[str, Value] = {
            "detector": detector_id,
            "looked_at": look.todo,
            "deleted": len(look.stale),
        }
        notes: dict[str, Value] = {f"note {at}": text for at, text in enumerate(_said(look))}
        if not look.todo:
            return counts | Tally().counts() | notes
        progress.start(f"detect {detector_id}", look.todo)
        try:
            return counts | self._look(ws, folder, detector_id, look, clock, progress) | notes
        finally:
            progress.stop()

    def _look(
        self, ws: Workspace, folder: Path, detector_id: str, look: ToLook, clock: Clock, progress: Progress
    ) -> dict[str, Value]:
        with clock.computing():
            detector = self._open(keep_detector(ws, folder, detector_id))
            gate = self._gate(detector)
            if self.vectors:
                check_vectors(ws, folder, detector, self.vectors)
        sources, tally, before = (
            Sources(ws.table("image_bytes").dataset()),
            Tally(),
            sum(clock.seconds.values()),
        )
        for chunk in look.work.chunks(self.chunk):
            seen = self._chunk(ws, detector, gate, sources, chunk, clock, progress)
            tally.add(seen)
            with clock.writing():
                write(ws, rows_of(seen, detector_id, detector.categories), self.vectors)
        spent = sum(clock.seconds.values()) - before
        return {**tally.counts(), "images_per_second": look.todo / spent if spent else 0.0}

    def _open(self, folder: Path) -> Detector:
        return open_detector(
            folder, runner=self.runner, threads=self.threads, threshold=self.threshold, most=self.most
        )

    def _gate(self, detector: Detector) -> Gate | None:
        if self.gate == "none":
            return None
        return Gate.of(detector.categories, read_words(self.words) if self.words else None)

    def _chunk(
        self, ws: Workspace, detector: Detector, gate: Gate | None, sources: Sources, chunk: pa.Table,
        clock: Clock, progress: Progress,
    ) -> list[Seen]:  # fmt: skip
        texts = texts_of(ws, chunk.column("image_id").to_pylist()) if gate else {}
        batches = read_batches(
            sources, chunk, self.batch_size, getattr(detector, "draft", None), self.threads
        )
        seen: list[Seen] = []
        while True:
            with clock.reading():
                batch = next(batches, None)
            if batch is None:
                return seen
            with clock.computing():
                made = self._seen(detector, batch)
            for one in made:
                found = gate.keep(one.found, texts.get(one.image_id, ())) if gate and one.found else one.found
                seen.append(Seen(one.image_id, found, one.status, one.reason))
            progress.advance(len(batch))

    def _seen(self, detector: Detector, batch: list[Read]) -> list[Seen]:
        good = [one for one in batch if one.rgb is not None]
        found = detector.detect([one.rgb for one in good if one.rgb is not None]) if good else []
        by_image = dict(zip((one.image_id for one in good), found, strict=True))
        made: list[Seen] = []
        for one in batch:
            here = by_image.get(one.image_id)
            if here is not None:
                here = here.select(np.flatnonzero(here.scores >= self.threshold)[: self.most])
            made.append(Seen(one.image_id, here, one.status, one.reason))
        return made


@dataclass
class Tally:
    """What was found so far."""

    objects: int = 0
    empty: int = 0
    failed: int = 0
    decoded: int = 0

    def add(self, seen: list[Seen]) -> None:
        self.objects += sum(len(one.found) for one in seen if one.found)
        self.empty += sum(one.found is not None and not len(one.found) for one in seen)
        self.failed += sum(one.status != "ok" for one in seen)
        self.decoded += sum(one.found is not None for one in seen)

    def counts(self) -> dict[str, Value]:
        return {
            "objects": self.objects,
            "pictures_without_objects": self.empty,
            "failed": self.failed,
            "decoded": self.decoded,
        }


def write(ws: Workspace, rows: Rows, model_id: str = "") -> None:
    """Replace what the tables say of the pictures of a chunk; see the module for the order."""
    images = rows.detections.column("image_id").to_pylist()
    old = {name for names in listed_objects(ws, images) for name in names}
    stale = sorted(old - set(rows.objects.column("object_id").to_pylist()))
    ws.table("objects").delete_keys(stale)
    ws.table("detections").upsert(rows.detections)
    if model_id and rows.vectors is not None:
        table = ws.fingerprints(model_id, rows.vectors.shape[1])
        table.delete_keys(stale)
        table.upsert(rows.fingerprints(model_id))
    if len(rows.objects):
        ws.table("objects").upsert(rows.objects)


def _forget(ws: Workspace, image_ids: list[str]) -> None:
    """Delete the rows of pictures that left, and the objects that they list."""
    for names in listed_objects(ws, image_ids):
        ws.table("objects").delete_keys(names)
    ws.table("detections").delete_keys(image_ids)


def _said(look: ToLook) -> tuple[str, ...]:
    notes: list[str] = []
    if look.boxed:
        notes.append(f"{look.boxed:,} pictures have boxes that people drew and are left as they are")
    if look.stale:
        notes.append(f"{len(look.stale):,} rows of deleted pictures to remove")
    return tuple(notes)
