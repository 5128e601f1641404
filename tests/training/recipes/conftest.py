"""Small networks with two tasks, and a loop of a few lines that obeys a recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.head import EmbeddingHead
from saccade.training.batch import Target
from saccade.training.losses.head import Head
from saccade.training.network import MultiTask
from saccade.training.recipes.norms import freeze_norms
from saccade.training.recipes.recipe import Recipe
from saccade.vision.preprocess import Preprocess

Build = Callable[[str], MultiTask]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are slower on several threads, above all where others use the machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Linear(Head):
    """Softmax over a table of classes."""

    def __init__(self, classes: int, dim: int) -> None:
        super().__init__()
        self.classes = classes
        self.table = nn.Parameter(torch.randn(classes, dim))

    def forward(self, embeddings_BD: Tensor, target: Target) -> Tensor:
        logits = embeddings_BD[target.rows] @ self.table.T
        return F.cross_entropy(logits, target.first, reduction="sum") / target.total


@pytest.fixture
def build() -> Build:
    """A network by timm name, with an embedding head of 16 and the tasks `kind` and `colour`."""

    def made(name: str) -> MultiTask:
        torch.manual_seed(0)
        backbone = create_backbone(name, **({"img_size": 32} if "vit" in name else {}))
        embedder = Embedder(backbone, EmbeddingHead(backbone.width, 16))
        return MultiTask(embedder, {"kind": Linear(3, 16), "colour": Linear(4, 16)}, Preprocess())

    return made


@pytest.fixture
def train() -> Callable[..., None]:
    """`train(network, recipe, first, stop, steps)` obeys the recipe from step `first` to before `stop`."""

    def run(network: MultiTask, recipe: Recipe, first: int, stop: int, steps: int) -> None:
        groups = recipe.groups(network)
        parameters = [{"params": list(g.parameters), "weight_decay": 0.05 * g.decay} for g in groups]
        optimiser = torch.optim.AdamW(parameters)
        draw = torch.Generator().manual_seed(1)
        for step in range(first, stop):
            factors = recipe.factors(step, steps, tuple(group.name for group in groups))
            for group, setting in zip(groups, optimiser.param_groups, strict=True):
                setting["lr"] = 1e-2 * factors[group.name]
                for parameter in group.parameters:
                    parameter.requires_grad_(factors[group.name] > 0)
            network.train()
            freeze_norms(network, "frozen")
            optimiser.zero_grad(set_to_none=True)
            pixels = torch.randint(0, 256, (4, 32, 32, 3), dtype=torch.uint8, generator=draw)
            network(pixels, {"kind": target([0, 1, 2, 0]), "colour": target([3, 2, 1, 0])})[0].backward()
            optimiser.step()

    return run


def target(labels: list[int]) -> Target:
    """One label a picture."""
    count = len(labels)
    rows, values = torch.arange(count), torch.tensor(labels)
    return Target(rows, torch.arange(count + 1), values, torch.ones(count), count, values.unique(), 0)
