"""The stage `train-detector`: boxed pictures and a model in, a detector that the workspace keeps out.

    TrainDetector(model="demo-1a2b3c4d", architecture="vit-frcnn", size=160).run(ws)

Decided: as `Train`, a run goes on from its last checkpoint, and does nothing when nothing changed. How good a
detector is, `AssessDetector` says on the held pictures (saccade.evaluation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from saccade.detection.detector import identify
from saccade.detection.kept import keep_detector, kept_detectors
from saccade.errors import NotFoundError
from saccade.fingerprints.store import the_only_model
from saccade.progress import Progress
from saccade.training.detection.job import DetectorJob
from saccade.training.detection.settings import DetectorOptions
from saccade.training.loop.devices import launched
from saccade.training.running import Launched, made_by, note_done
from saccade.workspace import Clock, Plan, Workspace
from saccade.workspace.lineage import Value


@dataclass(frozen=True)
class TrainDetector(DetectorOptions, Launched):
    """Train a detector on the boxes of a workspace, from a model's trunk."""

    name: ClassVar[str] = "train-detector"

    def plan(self, ws: Workspace) -> Plan:
        """Steps and pictures of the run; raises `InputError` for settings or boxes that cannot be used."""
        job, made = self._job(ws)
        if made:
            return Plan(self.name, 0, "steps")
        data = job.data
        what = f"{len(data):,} pictures, {len(data.boxes):,} boxes of {len(data.categories):,} categories"
        return Plan(self.name, job.steps, "steps", notes=(what,))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        with clock.reading():
            job, made = self._job(ws)
        if made:
            return {"model": made, "steps": 0, "note": "nothing changed since it was trained"}
        with clock.computing():
            fitted = job.fit(progress)
        if launched()[0]:
            return {"steps": fitted.step}
        with clock.writing():
            folder = job.save()
            detector_id = identify(folder)
            keep_detector(ws, folder, detector_id)
            note_done(ws, job.folder_name, detector_id)
        return {"model": detector_id, **job.counts(fitted)}

    def outcome(self, ws: Workspace) -> tuple[str, str]:
        """The detector that this run has made, and the selection that it never saw."""
        job, made = self._job(ws)
        if made is None:
            raise NotFoundError(f"{ws.uri} has no detector of this run yet: run `saccade {self.name}`")
        return made, job.held

    def _job(self, ws: Workspace) -> tuple[DetectorJob, str | None]:
        """The run, and the detector that it has made already."""
        spec = self.model if self.model is not None else the_only_model(ws)
        job = DetectorJob.of(ws, self, spec)
        return job, made_by(ws, job.folder_name, kept_detectors(ws))
