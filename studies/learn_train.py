"""What the studies ask of the library: a network from nothing, a training in a workspace, vectors of pixels.

Decided: a study trains with the stages that a user has, `Pretrain` and `Train`, in a workspace of the cell's
own, and measures the model folder that they leave. `Pretrain` lets the statistics of normalisation layers
learn and `Train` keeps them, so a network from nothing is trained with the first.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from learn_market import HELD
from numpy.typing import NDArray

from saccade.fingerprints.store import kept_model
from saccade.models.backbones import create_backbone
from saccade.models.card import Card
from saccade.models.embedder import Embedder
from saccade.models.folder import load_model, save_model
from saccade.training.recipes.choose import recipe_for
from saccade.training.recipes.trainable import trainable
from saccade.training.stage import Pretrain, Train
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]
MIDDLE, SPREAD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)
_BATCH = 256
_LOOKS = 32  # steps at which what learns is counted


@dataclass(frozen=True)
class Recipe:
    """How a training is done: settings of the stages of the same names; more: any others."""

    recipe: str = "full"
    steps: int = 100
    batch: int = 64
    lr: float = 3e-3
    augment: str = "finetuning"
    size: int = 48
    dim: int = 128
    workers: int = 0
    options: dict[str, float] = field(default_factory=dict[str, float])
    more: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Trained:
    """A model folder and what it cost: minutes, and the largest share of all weights that learned at once."""

    folder: Path
    minutes: float
    trainable_share: float
    counts: Mapping[str, object]


def untrained(folder: Path, spec: str, size: int, seed: int) -> Path:
    """A model folder with random weights. spec: a timm name, `:` and settings
    (`vit_...:depth=4,embed_dim=96`).
    """
    name, _, said = spec.partition(":")
    kwargs: dict[str, Any] = {
        key: _value(value) for key, _, value in (part.partition("=") for part in said.split(",") if part)
    }
    if "vit" in name or "deit" in name:
        kwargs["img_size"] = size
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        embedder = Embedder(create_backbone(name, **kwargs))
    preprocess = Preprocess((size, size), 1.0, "squash", "bilinear", MIDDLE, SPREAD)
    return save_model(embedder.eval(), preprocess, folder, card=Card(name=name.partition(".")[0]))


def _value(text: str) -> object:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def train_cell(
    ws: Workspace, base: Path, tasks: Sequence[str], how: Recipe, seed: int, held: str = f"folder={HELD}",
    pictures: str = "", fresh: bool = False,
) -> Trained:  # fmt: skip
    """Train a copy of `base` on tasks of the workspace.

    fresh: the network comes from nothing, or its normalisation is still learning. held, pictures: selections.
    """
    settings: dict[str, Any] = {
        "model": str(base), "tasks": tuple(tasks), "recipe": how.recipe, "recipe_options": dict(how.options),
        "steps": how.steps, "batch": how.batch, "lr": how.lr, "augment": how.augment, "size": (how.size,),
        "dim": how.dim, "workers": how.workers, "held": held, "pictures": pictures, "seed": seed, "ema": 0.0,
        "trackers": (), "every": 1e6, **how.more,
    }  # fmt: skip
    stage = (Pretrain if fresh else Train)(**settings)
    start = time.perf_counter()
    report = stage.run(ws)
    minutes = (time.perf_counter() - start) / 60
    folder = kept_model(ws, str(report.counts["model"]))
    return Trained(folder, minutes, learning(base, how), dict(report.counts))


def learning(base: Path, how: Recipe) -> float:
    """The largest share of the trunk's and the head's weights that learns at any step of a recipe."""
    from saccade.training.base import start
    from saccade.training.network import MultiTask

    begun = start(load_model(base), how.dim, how.size)
    network = MultiTask(begun.embedder, {}, begun.preprocess)
    recipe = recipe_for("linear-probe" if how.recipe == "cached" else how.recipe, **how.options)
    recipe.prepare(network)
    steps = np.unique(np.linspace(0, how.steps - 1, _LOOKS).astype(int)).tolist()
    return max(trainable(network, recipe, step, how.steps).share for step in steps)


def embed(folder: Path, pictures: Iterable[Pixels], batch: int = _BATCH) -> Vectors:
    """float32 [N, D] of unit length: what a model folder says of pictures, uint8 [H, W, 3] each."""
    model = load_model(folder)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network, fit = model.network.to(device), model.preprocess
    out, waiting = list[Vectors](), list[Pixels]()

    def go() -> None:
        x = torch.from_numpy(fit.normalise(np.stack(waiting))).to(device)
        out.append(network(x).float().cpu().numpy())
        waiting.clear()

    with torch.inference_mode():
        for picture in pictures:
            waiting.append(fit.prepare_uint8(np.asarray(picture)))
            if len(waiting) == batch:
                go()
        if waiting:
            go()
    return np.concatenate(out)
