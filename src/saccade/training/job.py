"""One training run, put together from its settings: data, network, sampler, feed, loop, and its model.

Decided: everything that a run makes lies in one folder of the workspace, `training/<digest>`, whose name
changes with the settings, the base model and the labels. Kept features and copies of pictures are shared.
"""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import torch

from saccade.labels.balance.sampling import Balance
from saccade.labels.hashing import word_hashes
from saccade.models.card import Card, DataUsed, TaskLearnt, TrainingFacts
from saccade.models.folder import Model, save_model
from saccade.progress import SILENT, Progress
from saccade.training.base import Start, open_base, start
from saccade.training.batch import Sampler
from saccade.training.feed import LabelledFeed, Phase, Remembered, phases_of
from saccade.training.held import hold_out
from saccade.training.labelled import RunData, TaskData, read_tasks
from saccade.training.loop.run import Fitted, fit
from saccade.training.loop.settings import LoopSettings
from saccade.training.losses.build import head_for, options_of
from saccade.training.losses.head import Head
from saccade.training.network import MultiTask
from saccade.training.orders import sampler_for
from saccade.training.recipes.choose import recipe_for
from saccade.training.recipes.norms import is_folded
from saccade.training.recipes.recipe import Recipe
from saccade.training.recipes.trainable import trainable
from saccade.training.running import hardware, loop_settings
from saccade.training.settings import CACHED, Options
from saccade.training.sources import cached_source, picture_source, teacher_vectors
from saccade.workspace import Workspace
from saccade.workspace.lineage import Value, code_version

OUT_OF_SCOPE = "Pictures unlike those of the catalogue that it was trained on; any decision about people."
LIMITATIONS = "Measured on one catalogue; the table of groups says who is served less well."


@dataclass(frozen=True)
class Outcome:
    """How the loop went, and the number of parameters that learnt."""

    fitted: Fitted
    trained: int


@dataclass(frozen=True, eq=False)
class Job:
    """A run that is ready to start.

    data: labelled pictures. base: the model that it starts from. held: the selection that it never sees.
    digest: names it. stage: the name of the stage, for the card.
    """

    ws: Workspace
    options: Options
    data: RunData
    base: Model
    held: str
    digest: str
    stage: str

    @classmethod
    def of(cls, ws: Workspace, options: Options, spec: str, balance: Balance | None, stage: str) -> Job:
        """Read the labels and open the base. Errors are one line each."""
        held = options.held or hold_out(ws, options.seed)
        out = (held, options.out_of_domain)
        data = read_tasks(ws, options.learned(), options.pictures, out, balance, options.seed)
        base = open_base(ws, spec, options.size, options.pretrained)
        return cls(ws, options, data, base, held, options.digest(stage, base.model_id, _state(data)), stage)

    @property
    def folder_name(self) -> str:
        """Name of the run's folder in the workspace."""
        return f"training/{self.digest}"

    @property
    def folder(self) -> Path:
        """The run's folder on this machine."""
        return self.ws.local_dir("training", self.digest)

    @property
    def cached(self) -> bool:
        """Whether the trunk is frozen and its features are kept."""
        return self.options.recipe == CACHED

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Sides in pixels, one after the other."""
        return self.options.size or (self.base.preprocess.size[0],)

    @cached_property
    def start(self) -> Start:
        """The network that learns."""
        return start(self.base, self.options.dim, self.sizes[-1], self.options.seed)

    @cached_property
    def sampler(self) -> Sampler:
        """What each step sees; steps follow from epochs where they are not given."""
        own = self.options
        draft = sampler_for(self.data.tasks, own.mixing, own.batch, own.seed)
        if own.mixing != "annealed":
            return Remembered(draft)
        steps = self._steps(draft)
        return Remembered(sampler_for(self.data.tasks, own.mixing, own.batch, own.seed, steps))

    @cached_property
    def steps(self) -> int:
        """Of the whole run."""
        return self._steps(self.sampler)

    def _steps(self, sampler: Sampler) -> int:
        return self.options.steps or max(1, math.ceil(self.options.passes * sampler.steps_per_epoch))

    @cached_property
    def recipe(self) -> Recipe:
        """What learns when."""
        return recipe_for(self.options.recipe, **self.options.recipe_options)

    def network(self, tasks: tuple[TaskData, ...]) -> MultiTask:
        """Trunk, head and a branch for each task, the new weights drawn from the seed."""
        embedder = self.start.embedder
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.options.seed)
            heads = {one.task.name: _head(one, embedder.dim, self.options.temperature) for one in tasks}
        weights = {one.task.name: one.task.weight for one in tasks}
        return MultiTask(embedder, heads, self.start.preprocess, weights)

    def settings(self) -> LoopSettings:
        """The loop's."""
        frozen = self.stage == "train" or is_folded(self.start.embedder)
        return loop_settings(self.options, self.steps, self.options.rate, frozen)

    def fit(self, progress: Progress = SILENT) -> Outcome:
        """Train, or go on from the last checkpoint; the network learns in place."""
        tasks = self._taught(progress)
        feed = LabelledFeed([], self.sampler, tasks)
        with self._phases(progress) as phases:
            feed = replace(feed, phases=phases)
            network = self.network(tasks)
            trained = self._trained(network)
            fitted = fit(network, self.recipe, feed, self.folder, self.settings(), progress)
        return Outcome(fitted, trained)

    def _trained(self, network: MultiTask) -> int:
        """Parameters that learn at the end; counted on a copy without memory, since recipes add some."""
        empty = copy.deepcopy(network).to("meta")
        self.recipe.prepare(empty)
        return trainable(empty, self.recipe, self.steps - 1, self.steps).learning

    def _taught(self, progress: Progress) -> tuple[TaskData, ...]:
        """The tasks, with the teacher's vectors where one teaches."""
        return tuple(
            replace(one, vectors=teacher_vectors(self.ws, one.task.teacher, self.data.image_ids, progress))
            if one.task.kind == "distil"
            else one
            for one in self.data.tasks
        )

    @contextmanager
    def _phases(self, progress: Progress) -> Iterator[list[Phase]]:
        """The sources of batches; loaders end with the run."""
        ids, own = self.data.image_ids, self.options
        if self.cached:
            source = cached_source(self.ws, self.start, ids, self.sampler, own, progress)
            yield [Phase(self.steps, source)]
            return
        seen = self.start.preprocess
        with ExitStack() as stack:
            yield [
                Phase(
                    until,
                    stack.enter_context(
                        picture_source(self.ws, ids, self.sampler, seen, own, size, progress)
                    ),
                )
                for until, size in phases_of(self.steps, self.sizes)
            ]

    def save(self, outcome: Outcome) -> Path:
        """Write the model folder with what the training knows; returns it."""
        config = self.base.config
        card = Card(
            name=self.options.named or config.name, licence=config.licence,
            source=f"saccade {self.stage} from {self.base.model_id}",
            training=self._told(outcome.fitted), origin="trained", facts=self._facts(outcome),
            out_of_scope=OUT_OF_SCOPE, limitations=LIMITATIONS,
        )  # fmt: skip
        return save_model(self.start.embedder.eval(), self.start.preprocess, self.folder / "model", card=card)

    @property
    def begun(self) -> str:
        """The model that training began with, as the card names it."""
        return "untrained" if self.base.config.source == "untrained" else self.base.model_id

    def counts(self, fitted: Fitted) -> dict[str, Value]:
        """For the report."""
        shares = {"wait_share": fitted.wait_share, "images_per_second": fitted.images_per_second}
        found: dict[str, Value] = {"steps": fitted.step, "pictures": len(self.data), **shares}
        if fitted.skipped:
            found["unreadable"] = fitted.skipped
        masked = sum(one.masked for one in self.data.tasks)
        if masked:
            found["note_masked"] = f"{masked:,} labels outside the maps or of rare classes were left out"
        return found

    def _told(self, fitted: Fitted) -> str:
        tasks = ", ".join(f"{one.task.name} ({len(one.classes)} classes)" for one in self.data.tasks)
        return (
            f"{self.options.recipe} on {len(self.data):,} pictures: {tasks}; {fitted.step:,} steps of "
            f"{self.options.batch}, {fitted.seconds / 60:.1f} minutes, seed {self.options.seed}."
        )

    def _facts(self, outcome: Outcome) -> TrainingFacts:
        own, fitted = self.options, outcome.fitted
        used = ("images", "item_images", "items", "tasks", "image_labels")
        tables = [(name, self.ws.table(name)) for name in used]
        return TrainingFacts(
            data=tuple(
                DataUsed(name, table.version, len(self.data), own.pictures or f"all but {self.held}")
                for name, table in tables
                if table.version
            ),
            tasks=tuple(map(_learnt, self.data.tasks)), recipe=own.recipe, settings=_plain(asdict(own)),
            code=code_version(), seeds=(own.seed,), steps=fitted.step, pictures=fitted.step * own.batch,
            minutes=max(fitted.seconds / 60, 1e-3), hardware=hardware(), base=self.begun,
            trained=outcome.trained,
        )  # fmt: skip


def _head(one: TaskData, dim: int, temperature: float) -> Head:
    """The branch of a task, with those of its options that its loss has."""
    task = one.task
    wanted: dict[str, object] = {"temperature": task.temperature or temperature, "smoothing": task.smoothing}
    wanted["sampled"] = task.sampled
    if one.vectors is not None:
        wanted["width"] = one.vectors.shape[1]
    known = options_of(task.loss)
    options = {name: value for name, value in wanted.items() if name in known}
    return head_for(task.kind, task.loss, len(one.classes), dim, **options)


def _learnt(one: TaskData) -> TaskLearnt:
    task = one.task
    return TaskLearnt(
        task.name, task.label, task.kind, task.loss, len(one.classes), len(one.labelled), task.weight
    )


def _state(data: RunData) -> str:
    """A digest of the pictures and their labels."""
    found = hashlib.blake2b(word_hashes(data.image_ids).tobytes(), digest_size=8)
    for one in data.tasks:
        found.update(repr(one.classes).encode())
        for array in (one.data.offsets, one.data.labels, one.weights):
            found.update(array.tobytes())
    return found.hexdigest()


def _plain(values: dict[str, object]) -> dict[str, object]:
    """JSON values."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
