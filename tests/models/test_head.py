"""The embedding head: centred, projected, of unit length."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from saccade.models.head import EmbeddingHead


def test_layer_norm_centres_every_picture() -> None:
    head = EmbeddingHead(64)
    x = torch.randn(5, 64) * 7 + 3
    centred = head.norm(x)
    assert torch.allclose(centred.mean(dim=1), torch.zeros(5), atol=1e-5)
    assert torch.allclose(centred.var(dim=1, unbiased=False), torch.ones(5), atol=1e-3)
    assert list(head.parameters()) == []


def test_equals_the_formula() -> None:
    head = EmbeddingHead(16, 8)
    x = torch.randn(3, 16)
    centred = x - x.mean(1, keepdim=True)
    scaled = centred / (centred.square().mean(1, keepdim=True) + 1e-5).sqrt()
    weight = head.project.weight
    assert isinstance(weight, torch.Tensor)
    assert torch.allclose(head(x), F.normalize(scaled @ weight.T, dim=1), atol=1e-6)
    assert [name for name, _ in head.named_parameters()] == ["project.weight"]


@pytest.mark.parametrize("dim", [None, 32, 8])
def test_unit_length_and_width(dim: int | None) -> None:
    out = EmbeddingHead(32, dim)(torch.randn(4, 32).bfloat16() if dim is None else torch.randn(4, 32))
    assert out.shape == (4, dim or 32) and out.dtype == torch.float32
    assert torch.allclose(out.norm(dim=1), torch.ones(4), atol=1e-5)
