"""One trunk, one embedding, a head for each task."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.head import EmbeddingHead
from saccade.training.batch import Target
from saccade.training.losses.head import Head
from saccade.training.network import MultiTask
from saccade.vision.preprocess import Preprocess


class Mean(Head):
    """The mean of a learnt direction."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.direction = nn.Parameter(torch.ones(dim))

    def forward(self, embeddings_BD: Tensor, target: Target) -> Tensor:
        if not len(target):
            return self.nothing(embeddings_BD)
        return (embeddings_BD[target.rows] @ self.direction).sum() / target.total


def target(*rows: int) -> Target:
    none = torch.empty(0, dtype=torch.int64)
    return Target(
        torch.tensor(rows, dtype=torch.int64), none, none, torch.empty(0), max(1, len(rows)), none, 0
    )


@pytest.fixture
def network() -> MultiTask:
    torch.manual_seed(0)
    backbone = create_backbone("test_resnet")
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, 8))
    preprocess = Preprocess(size=(32, 32), mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
    return MultiTask(embedder, {"a": Mean(8), "b": Mean(8)}, preprocess, {"b": 3.0})


def test_pixels_are_normalised_as_the_models_preprocessing_says(network: MultiTask) -> None:
    pixels = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
    preprocess = Preprocess(size=(32, 32), mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
    expected = torch.from_numpy(preprocess.normalise(pixels.numpy()))
    torch.testing.assert_close(network.normalise(pixels), expected, rtol=1e-5, atol=1e-5)


def test_the_total_is_the_weighted_sum(network: MultiTask) -> None:
    pixels = torch.randint(0, 256, (3, 32, 32, 3), dtype=torch.uint8)
    total, losses = network(pixels, {"a": target(0, 1), "b": target(2)})
    torch.testing.assert_close(total, losses["a"] + 3 * losses["b"])


def test_a_task_without_labels_gets_exactly_no_gradient(network: MultiTask) -> None:
    pixels = torch.randint(0, 256, (3, 32, 32, 3), dtype=torch.uint8)
    total, _ = network(pixels, {"a": target(0, 1), "b": target()})
    total.backward()
    heads = dict(network.heads.items())
    assert torch.count_nonzero(heads["b"].direction.grad) == 0  # type: ignore[arg-type]
    assert torch.count_nonzero(heads["a"].direction.grad) > 0  # type: ignore[arg-type]


def test_cached_features_go_past_the_trunk(network: MultiTask) -> None:
    features = torch.randn(4, network.embedder.backbone.width)
    assert network.embedder.head is not None
    torch.testing.assert_close(network.embed(features), network.embedder.head(features))
    bare = MultiTask(Embedder(network.embedder.backbone), {}, Preprocess())
    assert torch.allclose(bare.embed(features).norm(dim=1), torch.ones(4))
