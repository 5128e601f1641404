"""The stages `train` and `pretrain`: a model, labelled pictures and a recipe in, a model with a card out.

    Train(model="mobilenet-v2-e62d83c9be", tasks=("item",), held="role=review").run(ws)
    Pretrain(model="vit_small_patch16_224", size=(224,)).run(ws)

Decided:
- A run is named by its settings, the model it starts from and the labels it reads. Stopped anywhere it goes
  on from its last checkpoint; run again unchanged it does nothing; with anything changed it is another run.
- The model is kept as a candidate: what it can do is measured by `Assess` (saccade.evaluation), and without
  a complete card `saccade fingerprint` refuses it.
- Under `torchrun` or `accelerate launch` every process runs the stage; the first one holds the lock and
  writes the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from saccade.errors import NotFoundError
from saccade.fingerprints.store import keep_model, kept_models, the_only_model
from saccade.labels.balance.sampling import Balance
from saccade.progress import Progress
from saccade.training.job import Job
from saccade.training.loop.devices import launched
from saccade.training.running import Launched, made_by, note_done
from saccade.training.settings import Augmenting, Options
from saccade.workspace import Clock, Plan, Workspace
from saccade.workspace.lineage import Value


@dataclass(frozen=True)
class Train(Options, Launched):
    """Fine-tune a model on the labels of a workspace: one embedding, any number of tasks."""

    name: ClassVar[str] = "train"

    def plan(self, ws: Workspace) -> Plan:
        """Steps and pictures of the run; raises `InputError` for settings or labels that cannot be used."""
        job = self._job(ws)
        if made_by(ws, job.folder_name, kept_models(ws)):
            return Plan(self.name, 0, "steps")
        tasks = ", ".join(f"{one.task.name} ({len(one.classes)} classes)" for one in job.data.tasks)
        return Plan(self.name, job.steps, "steps", notes=(f"{len(job.data):,} pictures", tasks))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        with clock.reading():
            job = self._job(ws)
            made = made_by(ws, job.folder_name, kept_models(ws))
        if made:
            return {"model": made, "steps": 0, "note": "nothing changed since it was trained"}
        if job.begun != "untrained" and job.base.model_id not in kept_models(ws):
            keep_model(ws, job.base)  # what the result is compared with; its network learns in place
        with clock.computing():
            outcome = job.fit(progress)
        if launched()[0]:
            return {"steps": outcome.fitted.step}
        with clock.writing():
            model_id = keep_model(ws, job.save(outcome))
            note_done(ws, job.folder_name, model_id)
        return {"model": model_id, **job.counts(outcome.fitted)}

    def outcome(self, ws: Workspace) -> tuple[str, str]:
        """The model that this run has made, and the selection that it never saw."""
        job = self._job(ws)
        made = made_by(ws, job.folder_name, kept_models(ws))
        if made is None:
            raise NotFoundError(f"{ws.uri} has no model of this run yet: run `saccade {self.name}`")
        return made, job.held

    def _job(self, ws: Workspace) -> Job:
        spec = self.model if self.model is not None else the_only_model(ws)
        return Job.of(ws, self, spec, self._balance(), self.name)

    def _balance(self) -> Balance | None:
        return None


@dataclass(frozen=True)
class Pretrain(Train):
    """Train a network from nothing on the weak labels of `saccade label`."""

    name: ClassVar[str] = "pretrain"

    model: str | None = "vit_tiny_patch16_224"
    """A timm name, untrained; or a model to go on from."""
    tasks: tuple[str, ...] = ("labels",)
    """What to learn: the weak labels, and more if you like."""
    recipe: str = "full"
    """How: full by default."""
    epochs: float = 30
    """Passes over the labelled pictures."""
    batch: int = 256
    """Pictures of a step, over all processes."""
    augment: Augmenting = "pretraining"
    """What is done to pictures."""
    ema: float = 0.999
    """Decay of a running mean of the weights that is kept instead of the last ones; 0: none."""
    balance: Literal["none", "cap", "power", "repeat"] = "power"
    """How an epoch treats rare labels: see `saccade.labels.Balance`."""
    ratio: float = 50
    """Most draws of a label for one of the least drawn label; 0: no bound."""

    def _balance(self) -> Balance:
        return Balance(self.balance, ratio=self.ratio)
