"""One training of a detector, put together from its settings: boxes, network, feed, loop, folder.

Decided: as in `training.job`, everything that a run makes lies in `training/<digest>` of the workspace, whose
name changes with the settings, the base and the boxes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from saccade.labels.hashing import word_hashes
from saccade.models.detector import DetectorConfig, make_detector, save_detector
from saccade.models.detector.detector import Detector
from saccade.models.folder import Model
from saccade.progress import SILENT, Progress
from saccade.training.base import open_base
from saccade.training.batch import Sampler
from saccade.training.data.loader import Loader
from saccade.training.data.pictures import Pictures
from saccade.training.detection.boxed import OBJECTS, BoxData, read_boxes
from saccade.training.detection.network import DetectionNet
from saccade.training.detection.settings import DetectorOptions
from saccade.training.feed import LabelledFeed, Phase, Remembered
from saccade.training.held import hold_out
from saccade.training.loop.devices import launched
from saccade.training.loop.run import Fitted, fit
from saccade.training.recipes.choose import recipe_for
from saccade.training.recipes.norms import is_folded
from saccade.training.running import hardware, loop_settings
from saccade.training.sampling.mixing import mixing_for
from saccade.training.sampling.multi_task import MultiTaskSampler
from saccade.training.sampling.within import Shuffled
from saccade.workspace import Workspace
from saccade.workspace.lineage import Value

STAGE = "train-detector"


@dataclass(frozen=True, eq=False)
class DetectorJob:
    """A run that is ready to start. held: the selection that it never sees. digest: names it."""

    ws: Workspace
    options: DetectorOptions
    data: BoxData
    base: Model
    held: str
    digest: str

    @classmethod
    def of(cls, ws: Workspace, options: DetectorOptions, spec: str) -> DetectorJob:
        """Read the boxes and open the base. Errors are one line each."""
        held = options.held or hold_out(ws, options.seed)
        data = read_boxes(ws, options.pictures, (held,), options.categories, options.agnostic, options.drawn)
        base = open_base(ws, spec, (options.size,), options.pretrained)
        return cls(ws, options, data, base, held, options.digest(STAGE, base.model_id, _state(data)))

    @property
    def folder_name(self) -> str:
        """Name of the run's folder in the workspace."""
        return f"training/{self.digest}"

    @property
    def folder(self) -> Path:
        """The run's folder on this machine."""
        return self.ws.local_dir("training", self.digest)

    @cached_property
    def sampler(self) -> Sampler:
        """Every boxed picture once an epoch."""
        order = Shuffled(OBJECTS, np.arange(len(self.data)))
        return Remembered(
            MultiTaskSampler([order], mixing_for("uniform", 0), self.options.batch, self.options.seed)
        )

    @cached_property
    def steps(self) -> int:
        """Of the whole run."""
        own = self.options
        return own.steps or max(1, math.ceil(own.passes * self.sampler.steps_per_epoch))

    @cached_property
    def detector(self) -> Detector:
        """The network that learns; its new weights are drawn from the seed."""
        own = self.options
        config = DetectorConfig(
            own.architecture, self.data.categories, own.size, vectors=own.vectors, options=own.details,
            frozen_norms=is_folded(self.base.network) or own.keeps_norms(self.base),
            name=own.named or f"{self.base.config.name}-{own.architecture}", licence=self.base.config.licence,
            source=f"saccade {STAGE} from {self.base.model_id}, {hardware()}",
        )  # fmt: skip
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(own.seed)
            return make_detector(config, self.base)

    def fit(self, progress: Progress = SILENT) -> Fitted:
        """Train, or go on from the last checkpoint; the network learns in place."""
        own = self.options
        network, recipe = DetectionNet(self.detector), recipe_for(own.recipe, **own.recipe_options)
        settings = loop_settings(own, self.steps, own.rate, self.detector.config.frozen_norms)
        with self._feed() as feed:
            return fit(network, recipe, feed, self.folder, settings, progress)

    @contextmanager
    def _feed(self) -> Iterator[LabelledFeed]:
        own, augment = self.options, self.options.augmentation()
        tasks = replace(self.data, augment=augment, seed=own.seed)
        with Loader(
            Pictures(self.ws, self.data.image_ids), self.sampler, augment, workers=own.workers, seed=own.seed,
            rank=launched()[0], world=launched()[1], accumulate=own.accumulate,
        ) as loader:  # fmt: skip
            yield LabelledFeed([Phase(self.steps, loader)], self.sampler, [tasks])

    def save(self) -> Path:
        """Write the detector's folder; returns it."""
        return save_detector(self.detector.eval(), self.folder / "detector")

    def counts(self, fitted: Fitted) -> dict[str, Value]:
        """For the report."""
        found: dict[str, Value] = {
            "steps": fitted.step, "pictures": len(self.data), "boxes": len(self.data.boxes),
            "categories": len(self.data.categories), "wait_share": fitted.wait_share,
            "images_per_second": fitted.images_per_second,
        }  # fmt: skip
        if fitted.skipped:
            found["unreadable"] = fitted.skipped
        if self.data.dropped:
            found["note_dropped"] = (
                f"{self.data.dropped:,} boxes without area or of other categories left out"
            )
        return found


def _state(data: BoxData) -> str:
    """A digest of the pictures and their boxes."""
    found = hashlib.blake2b(word_hashes(data.image_ids).tobytes(), digest_size=8)
    found.update(repr(data.categories).encode())
    for array in (data.offsets, data.boxes, data.labels):
        found.update(array.tobytes())
    return found.hexdigest()
