"""Distillation: the student's vectors are as wide as the teacher's and can become them."""

from __future__ import annotations

import torch

from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.folder import Model, make_model
from saccade.models.head import EmbeddingHead
from saccade.training.recipes.distil import Distil, student
from saccade.training.recipes.full import Full
from saccade.vision.preprocess import Preprocess


def teacher(name: str, dim: int | None) -> Model:
    torch.manual_seed(0)
    backbone = create_backbone(name)
    head = None if dim is None else EmbeddingHead(backbone.width, dim)
    embedder = Embedder(backbone, head).eval()
    return make_model(embedder, embedder.describe(Preprocess(size=(32, 32)), None, "Apache-2.0", "here"))


def test_student_is_as_wide_as_the_teacher():
    big = teacher("test_resnet", 40)
    small = student(big, "test_efficientnet", in_chans=3)
    assert small.dim == 40 and small.head is not None
    assert small(torch.zeros(2, 3, 32, 32)).shape == (2, 40)


def test_equal_widths_keep_the_teachers_form():
    bare = student(teacher("test_resnet", None), "test_resnet")
    centred = student(teacher("test_resnet", 96), "test_resnet")
    assert bare.head is None and bare.dim == 96
    assert centred.head is not None and centred.dim == 96


def test_a_student_learns_the_vectors():
    """The teacher's own trunk with a fresh head comes near the teacher: a bare vector has a mean not 0."""
    big = teacher("test_efficientnet", 24)
    torch.manual_seed(1)
    small = student(big, "test_efficientnet")
    small.backbone.load_state_dict(big.network.backbone.state_dict())
    x = torch.randn(16, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        wanted, pooled = big.network(x), small.eval().backbone(x)
    optimiser = torch.optim.Adam(small.head.parameters(), 1e-2)
    losses = []
    for _ in range(60):
        optimiser.zero_grad()
        loss = 1 - (small.head(pooled) * wanted).sum(1).mean()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.05 < losses[0]


def test_nothing_is_frozen():
    names = ("trunk.0", "trunk.1.plain", "head", "tasks")
    assert Distil(trunk=0.5).factors(3, 9, names) == Full(trunk=0.5).factors(3, 9, names)
