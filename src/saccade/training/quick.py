"""A small network trained in a minute or two on product identities: what the demo searches with.

Decided: proxy softmax over products, batches of a few views of many products, each view through a
random camera, one cosine-shaped learning rate over the budget. The budget is seconds (a demo has a clock)
or steps (a test wants the same run twice). Evaluation is the caller's: the products used here must not be
its queries.
Not here: checkpoints, mixed precision, several devices, several tasks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from saccade.models.backbones import create_backbone
from saccade.models.card import Card
from saccade.models.embedder import Embedder
from saccade.models.folder import save_model
from saccade.models.head import EmbeddingHead
from saccade.progress import SILENT, Progress
from saccade.training.augment import Camera
from saccade.training.groups import Grouped, Groups, read_groups
from saccade.training.losses.proxy_softmax import ProxySoftmax
from saccade.vision.preprocess import Preprocess

Pixels = NDArray[np.uint8]
MIDDLE, SPREAD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)


@dataclass(frozen=True)
class QuickRecipe:
    """Settings of a short training; the defaults are the demo's.

    side: pixels that the network sees. dim: width of the embedding. batch = products x views pictures.
    lr: peak learning rate of AdamW; the proxies learn `proxy_lr`.
    """

    architecture: str = "test_resnet"
    side: int = 64
    dim: int = 128
    products: int = 32
    views: int = 2
    lr: float = 3e-3
    proxy_lr: float = 3e-3
    weight_decay: float = 0.02
    temperature: float = 0.05
    camera: Camera = field(default_factory=Camera)

    def preprocess(self) -> Preprocess:
        """What turns a picture into this network's input."""
        side = (self.side, self.side)
        return Preprocess(size=side, crop_pct=1.0, interpolation="bilinear", mean=MIDDLE, std=SPREAD)


@dataclass(frozen=True)
class QuickResult:
    """The folder, and how it went: steps, seconds, pictures a second, mean loss of the last tenth."""

    folder: Path
    steps: int
    seconds: float
    images_per_second: float
    loss: float


def train_demo_model(
    image_groups: Groups,
    out_folder: str | Path,
    *,
    seconds: float = 75.0,
    steps: int | None = None,
    seed: int = 0,
    recipe: QuickRecipe | None = None,
    progress: Progress = SILENT,
) -> QuickResult:
    """Train from nothing on pictures grouped by product and write a model folder.

    Args:
        image_groups: (product, its pictures as uint8 HWC or as paths); two products at least.
        out_folder: where `config.json`, `model.safetensors` and the card go.
        seconds: budget of the loop. `steps`, when given, replaces it: same seed, same weights on one machine.
        seed: of initial weights, order and cameras.
        recipe: see `QuickRecipe`.

    Returns:
        A `QuickResult`; open the model with `load_model(result.folder)`. InputError for bad groups.
    """
    recipe = recipe or QuickRecipe()
    grouped = read_groups(image_groups, recipe.side)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        embedder, loss = _build(recipe, grouped.products)
        batches = _batches(grouped, recipe, np.random.default_rng(seed))
        done, spent, mean_loss = _loop(embedder, loss, batches, recipe, seconds, steps, progress)
    rate = done * recipe.views * min(recipe.products, grouped.products) / spent
    card = Card(
        name="quick-" + recipe.architecture,
        licence="Apache-2.0",
        source="trained on the spot by saccade.training.quick",
        intended_use="Demonstrations on the pictures that it was trained for; not a general model.",
        training=f"Proxy softmax on {grouped.products} products, {len(grouped.pictures)} pictures: "
        f"{done} steps, {spent:.0f} s, {rate:.0f} pictures/s, seed {seed}.",
        metrics={"training loss": mean_loss},
    )
    folder = save_model(embedder.eval(), recipe.preprocess(), out_folder, card=card)
    return QuickResult(folder, done, spent, rate, mean_loss)


def _build(recipe: QuickRecipe, classes: int) -> tuple[Embedder, ProxySoftmax]:
    backbone = create_backbone(recipe.architecture)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, recipe.dim))
    return embedder.train(), ProxySoftmax(classes, recipe.dim, recipe.temperature)


def _batches(
    grouped: Grouped, recipe: QuickRecipe, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """For ever: products without replacement until all were seen, `views` random pictures of each."""
    preprocess, size = recipe.preprocess(), min(recipe.products, grouped.products)

    def shoot(label: int) -> Pixels:
        chosen = int(rng.integers(grouped.starts[label], grouped.starts[label + 1]))
        behind = grouped.pictures[int(rng.integers(len(grouped.pictures)))]
        return recipe.camera(grouped.pictures[chosen], recipe.side, rng, grouped.masks[chosen], behind)

    while True:
        order = rng.permutation(grouped.products)
        for first in range(0, grouped.products - size + 1, size):
            labels = np.repeat(order[first : first + size], recipe.views)
            photos = np.stack([shoot(int(label)) for label in labels])
            yield torch.from_numpy(preprocess.normalise(photos)), torch.from_numpy(labels)


def _loop(
    embedder: Embedder,
    loss: ProxySoftmax,
    batches: Iterator[tuple[torch.Tensor, torch.Tensor]],
    recipe: QuickRecipe,
    seconds: float,
    steps: int | None,
    progress: Progress,
) -> tuple[int, float, float]:
    """Train until the budget is spent; steps done, seconds, mean loss of the last tenth."""
    optimiser = torch.optim.AdamW(
        [
            {"params": embedder.parameters(), "peak": recipe.lr, "weight_decay": recipe.weight_decay},
            {"params": loss.parameters(), "peak": recipe.proxy_lr, "weight_decay": 0.0},
        ]
    )
    losses: list[float] = []
    progress.start("train", steps or round(seconds))
    began, shown = time.perf_counter(), 0
    while (share := len(losses) / steps if steps else (time.perf_counter() - began) / seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * _shape(share)
        x, labels = next(batches)
        optimiser.zero_grad(set_to_none=True)
        value = loss(embedder(x), labels)
        value.backward()
        optimiser.step()
        losses.append(float(value.detach()))
        now = len(losses) if steps else min(round(seconds), int(time.perf_counter() - began))
        progress.advance(now - shown)
        shown = now
    progress.stop()
    tail = losses[-max(1, len(losses) // 10) :]
    return len(losses), time.perf_counter() - began, float(np.mean(tail)) if tail else float("nan")


def _shape(share: float, warm: float = 0.05) -> float:
    """The learning rate over the budget as a share of its peak: a short ramp, then half a cosine to 0."""
    return (
        share / warm + 0.01
        if share < warm
        else 0.5 * (1 + float(np.cos(np.pi * (share - warm) / (1 - warm))))
    )
