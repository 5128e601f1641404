"""A small network and a feed in memory, for tests here and for the processes that they start.

    python -m tests.training.loop.toy '[["folder", {"steps": 10}]]'

trains, and every process prints a line `rank R weights HASH loss X from STEP`.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.head import EmbeddingHead
from saccade.training.batch import Batch, Target
from saccade.training.loop.devices import launched
from saccade.training.loop.log import read_log
from saccade.training.loop.run import Fitted, fit
from saccade.training.loop.settings import LoopSettings
from saccade.training.losses.head import Head
from saccade.training.network import MultiTask
from saccade.training.recipes.recipe import Group, Recipe
from saccade.vision.preprocess import Preprocess

SIDE, CLASSES, DIM, PICTURES = 32, 5, 16, 40
QUIET: dict[str, Any] = {"trackers": (), "every_log": 1, "every_seconds": None}
TIMED = {"images_per_second", "wait_share", "mfu", "memory_gib", "seconds"}


class Linear(Head):
    """Softmax on a linear layer or, `sparse`, on an embedding table with sparse gradients."""

    def __init__(self, classes: int = CLASSES, dim: int = DIM, sparse: bool = False) -> None:
        super().__init__()
        self.classes = classes
        self.table = nn.Embedding(classes, dim, sparse=sparse)

    def forward(self, embeddings_BD: Tensor, target: Target) -> Tensor:
        if not len(target):
            return self.nothing(embeddings_BD)
        rows = self.table(target.present)
        logits = 5 * embeddings_BD[target.rows] @ rows.T
        columns = torch.searchsorted(target.present, target.first)
        loss = nn.functional.cross_entropy(logits.float(), columns, reduction="sum") / target.total
        return loss * target.weights.mean()


@dataclass(frozen=True)
class Parted:
    """Trunk, embedding head and tasks, each learning from a step on; 10 ** 9 is never."""

    trunk: int = 0
    head: int = 0
    tasks: int = 0
    sparse: bool = False
    finished: list[bool] = field(default_factory=list, repr=False, compare=False)

    def prepare(self, network: MultiTask) -> None:
        pass

    def groups(self, network: MultiTask) -> list[Group]:
        embedder = network.embedder
        parts = {"trunk": embedder.backbone, "head": embedder.head, "tasks": network.heads}
        return [
            Group(name, tuple(part.parameters()), sparse=self.sparse and name == "tasks")
            for name, part in parts.items()
            if part is not None and any(True for _ in part.parameters())
        ]

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        factor = {"trunk": 0.5, "head": 1.0, "tasks": 1.0}
        return {name: factor[name] * (step >= getattr(self, name)) for name in names}

    def finish(self, network: MultiTask) -> None:
        self.finished.append(True)


class Feed:
    """Coloured noise whose class is its colour; every picture of a step follows from (seed, step, place)."""

    steps_per_epoch = 4

    def __init__(self, batch: int = 8, accumulate: int = 1, rank: int = 0, world: int = 1) -> None:
        self.batch, self.accumulate, self.rank, self.world = batch, accumulate, rank, world
        rng = np.random.default_rng(7)
        self.labels = rng.integers(0, CLASSES, PICTURES)
        self.colours = rng.integers(0, 256, (CLASSES, 3))
        self.unreadable: set[tuple[int, int]] = set()
        self.poisoned: set[int] = set()
        self.end = 10**9

    def batches(self, start: int, stop: int) -> Iterator[list[tuple[Batch, dict[str, Target]]]]:
        for step in range(start, min(stop, self.end)):
            self.at(step)
            yield [self.part(step, micro) for micro in range(self.accumulate)]

    def at(self, step: int) -> None:
        """For tests that want something to happen at a step."""

    def part(self, step: int, micro: int) -> tuple[Batch, dict[str, Target]]:
        rows = np.random.default_rng([1, step]).integers(0, PICTURES, self.batch)
        places = np.arange(self.batch)[micro * self.world + self.rank :: self.accumulate * self.world]
        pixels = np.stack([self.picture(step, int(place), int(rows[place])) for place in places])
        good = np.array([(step, int(place)) not in self.unreadable for place in places])
        batch = Batch(step, rows[places], places, torch.from_numpy(pixels), good)
        return batch, {name: self.target(step, rows, places, offset) for name, offset in TASKS.items()}

    def picture(self, step: int, place: int, row: int) -> np.ndarray:
        noise = np.random.default_rng([2, step, place]).integers(-40, 40, (SIDE, SIDE, 3))
        return np.clip(self.colours[self.labels[row]] + noise, 0, 255).astype(np.uint8)

    def target(self, step: int, rows: np.ndarray, places: np.ndarray, offset: int) -> Target:
        labels = (self.labels[rows] + offset) % CLASSES
        chosen = np.arange(len(places))
        return Target(
            rows=torch.from_numpy(chosen),
            offsets=torch.arange(len(places) + 1),
            labels=torch.from_numpy(labels[places]),
            weights=torch.full((len(places),), float("nan") if step in self.poisoned else 1.0),
            total=self.batch,
            present=torch.from_numpy(np.unique(labels)),
            step=step,
        )


TASKS = {"colour": 0, "other": 2}


def network(name: str = "test_vit", seed: int = 0, sparse: bool = False, **kwargs: Any) -> MultiTask:
    """A MultiTask of two tasks over a tiny timm network."""
    torch.manual_seed(seed)
    if "vit" in name:
        kwargs = {"img_size": SIDE, **kwargs}
    backbone = create_backbone(name, **kwargs)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, DIM))
    heads = {task: Linear(sparse=sparse) for task in TASKS}
    return MultiTask(
        embedder, heads, Preprocess(size=(SIDE, SIDE), mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    )


def digest(module: nn.Module) -> str:
    """Of all weights, to the bit."""
    parts = [tensor.detach().contiguous().cpu().numpy().tobytes() for tensor in module.state_dict().values()]
    return hashlib.blake2b(b"".join(parts), digest_size=8).hexdigest()


def untimed(folder: Path) -> list[dict[str, Any]]:
    """A run's log lines without what no two runs share."""
    return [{k: v for k, v in asdict(line).items() if k not in TIMED} for line in read_log(folder)]


def train(
    folder: Path,
    made: MultiTask | None = None,
    feed: Feed | None = None,
    recipe: Recipe | None = None,
    **settings: Any,
) -> Fitted:
    """`fit` with quiet settings."""
    chosen = LoopSettings(**{**QUIET, "steps": 6, **settings})
    return fit(made or network(), recipe or Parted(), feed or Feed(), folder, chosen)


def run(folder: str, options: dict[str, Any]) -> None:
    """One run as a process of a launch sees it."""
    rank, world = launched()
    sparse = options.pop("sparse", False)
    made = network(options.pop("name", "test_vit"), sparse=sparse)
    feed = Feed(8, options.get("accumulate", 1), rank, world)
    recipe = Parted(sparse=sparse, **options.pop("stages", {}))
    fitted = fit(made, recipe, feed, Path(folder), LoopSettings(**{**QUIET, **options}))
    say(f"rank {rank} weights {digest(made)} loss {fitted.loss:.6f} from {fitted.resumed_from}")


def say(line: str) -> None:
    """In one piece, since processes share a pipe."""
    os.write(1, f"{line}\n".encode())


def copied(source: Path, folder: Path, steps: int) -> None:
    """A run as it was after as many steps."""
    if launched()[0] == 0:
        shutil.copytree(source, folder)
        for path in (folder / "checkpoints").iterdir():
            if int(path.name.removeprefix("step-")) > steps:
                shutil.rmtree(path)
    if launched()[1] > 1:
        torch.distributed.barrier()


def killed(folder: str, options: dict[str, Any], lines: int) -> None:
    """The same in a child that is killed soon after its log has as many lines."""
    log = Path(folder, "log.jsonl")
    child = os.fork()
    if not child:
        run(folder, options)
        os._exit(0)
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if log.is_file() and log.read_bytes().count(b"\n") >= lines:
            time.sleep(random.random() * 0.05)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.002)


def main() -> None:
    """`[[folder, options], ...]` from the command line: runs, in this process or in children to be killed."""
    torch.set_num_threads(1)
    for folder, options in json.loads(sys.argv[1]):
        for lines in options.pop("kill", ()):
            killed(folder, dict(options), lines)
        if source := options.pop("from", None):
            copied(Path(source), Path(folder), options.pop("step"))
        try:
            run(folder, options)
        except InputError as error:
            say(f"InputError: {error}")


if __name__ == "__main__":
    main()
