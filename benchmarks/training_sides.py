"""What `training.py` runs in processes of their own; JSON is the last line.

training_sides.py ours|timm|cached|mfu SETUP FOLDER [compiled]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from training_setup import DECAY, EVERY_LOG, LR, Setup
from training_timm import Mark, between, now, pace, timm_side

from saccade.labels.balance.bound import Labelled
from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.head import EmbeddingHead
from saccade.training.batch import Batch, Sampler
from saccade.training.data.loader import Loader
from saccade.training.data.pictures import Pictures
from saccade.training.data.transforms import Augment
from saccade.training.features.feed import FeatureLoader
from saccade.training.features.store import ROW, Features, Origin, as_keys
from saccade.training.feed import LabelledFeed, Phase, Source
from saccade.training.labelled import RunData, TaskData, read_tasks
from saccade.training.loop.run import Fitted, fit
from saccade.training.loop.settings import LoopSettings
from saccade.training.losses.build import head_for
from saccade.training.network import MultiTask
from saccade.training.orders import sampler_for
from saccade.training.recipes.choose import recipe_for
from saccade.training.tasks import Task
from saccade.vision.preprocess import Preprocess
from saccade.workspace.workspace import Workspace

CACHED, WIDTH, CLASSES, VIEWS, EPOCHS = 5_000, 1280, 81, 8, 50


def main() -> None:
    side, setup, folder, *more = sys.argv[1:]
    run = Setup(**json.loads(setup))
    torch.set_num_threads(run.threads)
    found = {"ours": ours, "timm": timm_side, "cached": cached, "mfu": mfu}[side](run, Path(folder), *more)
    print(json.dumps(found), flush=True)


def ours(setup: Setup, folder: Path) -> dict[str, float]:
    """Steps a second of `fit` with its loader; the loader alone; `fit` on pictures in memory."""
    data = pictures_of(folder)
    sampler = sampler_for(data.tasks, "uniform", setup.batch, setup.seed)
    with loader_of(setup, folder, data, sampler) as loader:
        trained, (rate, cores) = fitted(setup, data, sampler, loader)
    with loader_of(setup, folder, data, sampler) as loader:
        alone = setup.batch * pace(loader.batches(0, setup.warm + 3 * setup.steps), setup.warm)
    _, (model, _) = fitted(setup, data, sampler, InMemory(setup, sampler))
    figures = {"steps": rate, "cores": cores, "wait_share": trained.wait_share}
    return figures | {"loader": alone, "model": model * setup.batch}


def pictures_of(folder: Path) -> RunData:
    return read_tasks(Workspace(folder / "shop"), [Task.parse("category:single:softmax")])


def loader_of(setup: Setup, folder: Path, data: RunData, sampler: Sampler) -> Loader:
    augment = Augment.pretraining(setup.size)
    pictures = Pictures(Workspace(folder / "shop"), data.image_ids)
    return Loader(pictures, sampler, augment, workers=setup.workers, seed=setup.seed)


class InMemory:
    """The same random pixels at every step: what a loader costs nothing to give."""

    def __init__(self, setup: Setup, sampler: Sampler) -> None:
        self.sampler = sampler
        self.pixels = torch.randint(256, (setup.batch, setup.size, setup.size, 3), dtype=torch.uint8)
        if setup.device == "cuda":
            self.pixels = self.pixels.pin_memory()

    def batches(self, start: int, stop: int) -> Iterator[list[Batch]]:
        places, good = np.arange(len(self.pixels)), np.ones(len(self.pixels), bool)
        for step in range(start, stop):
            yield [Batch(step, self.sampler.at(step).rows, places, self.pixels, good)]


class Marked:
    """A source that remembers when the loop came back for more."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.marks: list[Mark] = []

    def batches(self, start: int, stop: int) -> Iterator[list[Batch]]:
        for parts in self.source.batches(start, stop):
            yield parts
            self.marks.append(now())


def fitted(
    setup: Setup, data: RunData, sampler: Sampler, source: Source, steps: int = 0, **more: Any
) -> tuple[Fitted, tuple[float, float]]:
    """A run of `fit`; steps a second and core seconds a step, from the warm steps to the last but one."""
    steps = steps or setup.warm + setup.steps + 2
    marked = Marked(source)
    feed = LabelledFeed([Phase(steps, marked)], sampler, data.tasks)
    settings = LoopSettings(
        steps=steps, seed=setup.seed, lr=LR, weight_decay=DECAY, precision=setup.precision,
        every_log=EVERY_LOG, every_seconds=None, trackers=(), **more,
    )  # fmt: skip
    network = network_of(setup, data.tasks)
    with tempfile.TemporaryDirectory() as place:
        done = fit(network, recipe_for("full"), feed, Path(place), settings)
    return done, between(marked.marks, setup.warm)


def network_of(setup: Setup, tasks: tuple[TaskData, ...]) -> MultiTask:
    torch.manual_seed(setup.seed)
    backbone = create_backbone(setup.model)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width)).train()
    heads = {one.task.name: head_for("single", "softmax", len(one.classes), embedder.dim) for one in tasks}
    return MultiTask(embedder, heads, Preprocess(size=(setup.size, setup.size)))


def cached(setup: Setup, folder: Path) -> dict[str, float]:
    """50 epochs of a linear probe over features in a store: from `fit`'s call to its return."""
    rng = np.random.default_rng(setup.seed)
    labels = rng.integers(CLASSES, size=CACHED)
    with tempfile.TemporaryDirectory() as place:
        selection = stored(Path(place), labels, rng)
        task = Task.parse("category:single:softmax")
        data = Labelled(np.arange(CACHED + 1), labels.astype(np.int32), CLASSES)
        classes = tuple(map(str, range(CLASSES)))
        tasks = (TaskData(task, classes, data, np.ones(CACHED, np.float32)),)
        sampler = sampler_for(tasks, "uniform", 64, setup.seed)
        steps = EPOCHS * sampler.steps_per_epoch
        feed = LabelledFeed([Phase(steps, FeatureLoader(selection, sampler, setup.seed))], sampler, tasks)
        network = MultiTask(probe(), {"category": head_for("single", "softmax", CLASSES, 128)}, Preprocess())
        settings = LoopSettings(steps=steps, seed=setup.seed, trackers=("tensorboard",), frozen_norm=True)
        start = time.perf_counter()
        done = fit(network, recipe_for("linear-probe"), feed, Path(place) / "run", settings)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "steps": steps, "wait_share": done.wait_share, "loss": done.loss}


def probe() -> Embedder:
    """A trunk of that width (MobileNetV2), which the features go past."""
    backbone = create_backbone("mobilenetv2_100")
    return Embedder(backbone, EmbeddingHead(backbone.width, 128))


def stored(place: Path, labels: np.ndarray, rng: np.random.Generator) -> Any:
    """Features around a centre for each class."""
    ids = [f"{number}" for number in range(CACHED)]
    features = Features(place, Origin("made", WIDTH, (224, 224), "noise", 0))
    rows = np.zeros(CACHED, ROW)
    rows["key"], rows["views"] = as_keys(ids), VIEWS
    centres = rng.standard_normal((CLASSES, WIDTH), np.float32)[labels]
    parts = {view: unit(centres + rng.standard_normal(centres.shape, np.float32)) for view in range(VIEWS)}
    features.write(0, 0, rows, parts)
    features.reload()
    return features.select(ids, VIEWS)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def mfu(setup: Setup, folder: Path, compiled: str) -> dict[str, float]:
    """Use of the peak on pictures in memory, and with the loader; its algorithms need not repeat bits."""
    data = pictures_of(folder)
    sampler = sampler_for(data.tasks, "uniform", setup.batch, setup.seed)
    steps = EVERY_LOG * 3  # the share of the last line counts
    more: dict[str, Any] = {"steps": steps, "compile": compiled == "compiled", "deterministic": False}
    memory, (rate, _) = fitted(setup, data, sampler, InMemory(setup, sampler), **more)
    with loader_of(setup, folder, data, sampler) as loader:
        loaded, (loaded_rate, _) = fitted(setup, data, sampler, loader, **more)
    return {
        "mfu": memory.mfu or 0.0, "images": rate * setup.batch, "mfu_loader": loaded.mfu or 0.0,
        "images_loader": loaded_rate * setup.batch, "wait_share": loaded.wait_share,
    }  # fmt: skip


if __name__ == "__main__":
    main()
