"""Backbone, pooling and head as one module."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from saccade.errors import InputError
from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.head import EmbeddingHead


@pytest.mark.parametrize("name", ["test_vit", "test_efficientnet"])
def test_output_is_unit_float32(name: str) -> None:
    backbone = create_backbone(name)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, 24)).eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        out = embedder(torch.randn(3, 3, 160, 160))
    assert out.shape == (3, 24) and out.dtype == torch.float32 and embedder.dim == 24
    assert torch.allclose(out.norm(dim=1), torch.ones(3), atol=1e-5)


def test_without_head_it_is_the_pooled_feature() -> None:
    backbone = create_backbone("test_vit")
    x = torch.randn(2, 3, 160, 160)
    with torch.inference_mode():
        assert torch.equal(Embedder(backbone)(x), F.normalize(backbone(x), dim=1))
        mean = F.normalize(backbone.features(x).tokens.mean(1), dim=1)
        assert torch.equal(Embedder(backbone, pool="mean")(x), mean)


def test_wrong_settings_are_one_line() -> None:
    backbone = create_backbone("test_vit")
    with pytest.raises(InputError, match="the head takes 10 features, the backbone gives 64"):
        Embedder(backbone, EmbeddingHead(10))
    with pytest.raises(InputError, match="pool is"):
        Embedder(backbone, pool="max")  # type: ignore[arg-type]
