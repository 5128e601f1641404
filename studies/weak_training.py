"""Does an embedding learn rare things better from clustered, balanced labels than from raw ones?

Decided:
- Everything but the targets is the same: pictures, trunk, network, first weights, optimiser, steps, sizes of
  batches. A picture's labels are a distribution over classes (multi-hot, divided by its sum) and the loss is
  softmax over the cosines of `ProxySoftmax`.
- The trunk is frozen: the hand-made features of `models.handmade`, colours and edges, that nobody trained
  (a picture is read once, so that runs take seconds and many seeds are affordable). What is trained is a
  network of one hidden layer and the embedding head on top of it, from nothing.
- What is measured is the embedding, not the classes, which differ: a held-out picture asks, the other
  held-out pictures that share a true class are relevant, and average precision is taken over the whole
  ranking. A class counts by the mean of its queries; tail classes are apart from head classes.
- A gain is the mean over classes of the paired difference, all seeds together; its interval is a bootstrap
  that draws classes, with all seeds of a class at once, so that a lucky class cannot look like evidence.

Not here: where targets and classes come from (`weak_gain`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from saccade.labels.balance.bound import Labelled
from saccade.labels.balance.epoch import Epochs
from saccade.labels.balance.sampling import Balance, draws
from saccade.metrics import Interval, bootstrap
from saccade.models.handmade import HandmadeSettings, raw_features
from saccade.models.head import EmbeddingHead
from saccade.training.losses.proxy_softmax import ProxySoftmax

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

QUERIES = 40
"""Queries a class: more would say the same again."""
_FAR = 4.0  # standard deviations at which a feature is cut


@dataclass(frozen=True)
class Recipe:
    """A small network on frozen features: some seconds on one core."""

    hidden: int = 512
    dim: int = 96
    batch: int = 128
    steps: int = 600
    lr: float = 2e-3
    weight_decay: float = 0.02
    dropout: float = 0.1
    temperature: float = 0.05


@dataclass(frozen=True, eq=False)
class Targets:
    """What is learned: data says which classes each of N things has, weights float32 [P] how surely, beside
    `data.labels`; epochs: which things are seen how often.
    """

    data: Labelled
    weights: Singles
    epochs: Epochs

    def dense(self, chosen: Ints) -> Tensor:
        """float32 [len(chosen), classes]: distributions over classes."""
        out = np.zeros((len(chosen), self.data.count), np.float32)
        for place, row in enumerate(chosen.tolist()):
            span = slice(self.data.offsets[row], self.data.offsets[row + 1])
            out[place, self.data.labels[span]] = self.weights[span]
        return torch.from_numpy(out / out.sum(axis=1, keepdims=True))

    def batches(self, size: int) -> Iterator[Ints]:
        """For ever: full batches, epoch after epoch."""
        number, left = 0, np.empty(0, np.int64)
        while True:
            for block in self.epochs.epoch(number).blocks(8192):
                left = np.concatenate((left, block))
                while len(left) >= size:
                    yield left[:size]
                    left = left[size:]
            number += 1


def targets(
    rows: Ints,
    names: Sequence[str],
    weights: Floats,
    things: int,
    balance: Balance | None = None,
    seed: int = 0,
) -> Targets:
    """Targets from distinct (thing, name of a class) pairs with weights above 0; things: N. Every labelled
    thing is seen once an epoch, or as `balance` says.
    """
    classes = {name: number for number, name in enumerate(sorted(set(names)))}
    labels = np.array([classes[name] for name in names], np.int64)
    order = np.lexsort((labels, rows))
    offsets = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=things))))
    data = Labelled(offsets, labels[order].astype(np.int32), len(classes))
    if balance is None:
        epochs = Epochs.of((np.diff(offsets) > 0).astype(np.float64), seed=seed)
    else:
        epochs, _ = draws(data, balance, seed)
    return Targets(data, np.asarray(weights, np.float32)[order], epochs)


def features(pictures: Sequence[Pixels]) -> Singles:
    """float32 [N, W]: hand-made features of uint8 [96, 96, 3] pictures."""
    settings = HandmadeSettings()
    return np.concatenate([raw_features(picture[None], settings) for picture in pictures]).astype(np.float32)


def standard(seen: Singles, held: Singles) -> tuple[Tensor, Tensor]:
    """Both with the mean and spread of the first, float32 of the same shapes, cut at `_FAR`."""
    flat = seen.reshape(-1, seen.shape[-1])
    mean, spread = flat.mean(axis=0), flat.std(axis=0) + 1e-3
    parts = [torch.from_numpy((part - mean) / spread).clamp(-_FAR, _FAR) for part in (seen, held)]
    return parts[0], parts[1]


def embed(seen: Tensor, held: Tensor, what: Targets, recipe: Recipe, seed: int) -> Singles:
    """Train and return float32 [M, dim] of unit length of what is held out.

    seen: [N, views, W], of which each draw takes a random view; held: [M, W]. Same seed, same vectors.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _network(seen.shape[-1], recipe)
        loss = ProxySoftmax(what.data.count, recipe.dim, recipe.temperature)
        optimiser, schedule = _optimiser(network, loss, recipe)
        dice, batches = np.random.default_rng(seed), what.batches(recipe.batch)
        for _ in range(recipe.steps):
            chosen = next(batches)
            views = dice.integers(seen.shape[1], size=len(chosen))
            optimiser.zero_grad(set_to_none=True)
            vectors = network(seen[torch.from_numpy(chosen), torch.from_numpy(views)])
            F.cross_entropy(loss.logits(vectors), what.dense(chosen)).backward()
            optimiser.step()
            schedule.step()
    with torch.inference_mode():
        return network.eval()(held).numpy()


def class_precision(vectors: Singles, classes: Mapping[str, Flags], seed: int = 0) -> dict[str, float]:
    """Mean average precision of each class, in 0..1: its pictures ask for each other among all M.

    classes: name → bool [M]; a class of fewer than two pictures is left out; at most `QUERIES` ask.
    """
    near = vectors @ vectors.T
    np.fill_diagonal(near, -np.inf)
    ranking = np.argsort(-near, axis=1, kind="stable")[:, :-1]
    dice, found = np.random.default_rng(seed), dict[str, float]()
    for name, member in classes.items():
        asking = np.flatnonzero(member)
        if len(asking) >= 2:
            asking = dice.permutation(asking)[:QUERIES]
            found[name] = float(np.mean([_average_precision(member[ranking[query]]) for query in asking]))
    return found


def gain(first: Sequence[Mapping[str, float]], second: Sequence[Mapping[str, float]]) -> Interval:
    """Mean difference, second - first, over the classes that both have; a mapping for each seed."""
    rows = [
        (name, after[name] - before[name])
        for before, after in zip(first, second, strict=True)
        for name in before.keys() & after.keys()
    ]
    rows.sort()
    return bootstrap([value for _, value in rows], groups=[name for name, _ in rows])


def _network(width: int, recipe: Recipe) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, recipe.hidden), nn.GELU(), nn.Dropout(recipe.dropout),
        EmbeddingHead(recipe.hidden, recipe.dim),
    )  # fmt: skip


def _optimiser(
    network: nn.Module, loss: nn.Module, recipe: Recipe
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    optimiser = torch.optim.AdamW(
        [
            {"params": network.parameters(), "weight_decay": recipe.weight_decay},
            {"params": loss.parameters(), "weight_decay": 0.0},
        ],
        lr=recipe.lr,
    )
    shape = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.lr, total_steps=recipe.steps, pct_start=0.08, cycle_momentum=False
    )
    return optimiser, shape


def _average_precision(relevant: Flags) -> float:
    hits = np.flatnonzero(relevant)
    return float(np.mean(np.arange(1, len(hits) + 1) / (hits + 1)))
