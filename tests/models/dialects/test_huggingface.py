"""Weights of Hugging Face transformers under timm's names give transformers' outputs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

from saccade.models.backbones import create_network, load_state
from tests.models.dialects.test_torchvision import lively

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    transformers = pytest.importorskip("transformers")

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 8,
}
OURS = {"embed_dim": 32, "depth": 3, "num_heads": 2, "img_size": 32, "patch_size": 8}

# The names of the files on the hub, which transformers 5 renames while it reads them.
OLD = (
    ("vit.layers.", "vit.encoder.layer."),
    (".attention.q_proj.", ".attention.attention.query."),
    (".attention.k_proj.", ".attention.attention.key."),
    (".attention.v_proj.", ".attention.attention.value."),
    (".attention.o_proj.", ".attention.output.dense."),
    (".mlp.fc1.", ".intermediate.dense."),
    (".mlp.fc2.", ".output.dense."),
)


def old_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    renamed: dict[str, Tensor] = {}
    for name, tensor in state.items():
        for new, old in OLD:
            name = name.replace(new, old)  # noqa: PLW2901
        renamed[name] = tensor
    return renamed


@pytest.fixture(scope="module")
def vit() -> nn.Module:
    config = transformers.ViTConfig(**SIZES, intermediate_size=64, num_labels=7)
    return lively(transformers.ViTForImageClassification(config))


@pytest.mark.parametrize("old", [False, True])
def test_vit_logits_equal(vit: nn.Module, old: bool) -> None:
    state = old_names(vit.state_dict()) if old else dict(vit.state_dict())
    assert any(".encoder.layer." in name for name in state) or not old
    ours = create_network("vit_tiny_patch16_224", num_classes=7, mlp_ratio=2.0, **OURS).eval()
    assert load_state(ours, {name: state[name] for name in sorted(state)}, "a file") == "Hugging Face ViT"
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        expected = vit(x).logits
        assert float(expected.abs().max()) > 0.05 and torch.allclose(ours(x), expected, atol=1e-4)


def test_a_bare_trunk_with_its_pooler_and_mask_token(vit: nn.Module) -> None:
    state = {name.removeprefix("vit."): tensor for name, tensor in vit.state_dict().items() if "vit." in name}
    state |= {"pooler.dense.weight": torch.zeros(32, 32), "embeddings.mask_token": torch.zeros(1, 1, 32)}
    ours = create_network("vit_tiny_patch16_224", num_classes=0, mlp_ratio=2.0, **OURS).eval()
    load_state(ours, state, "a file")
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        assert torch.allclose(ours(x), vit.vit(x).last_hidden_state[:, 0], atol=1e-4)


def test_dinov2_features_equal() -> None:
    theirs = lively(transformers.Dinov2Model(transformers.Dinov2Config(**SIZES, mlp_ratio=2)))
    ours = create_network("vit_small_patch14_dinov2", num_classes=0, mlp_ratio=2.0, **OURS).eval()
    load_state(ours, dict(theirs.state_dict()), "a file")
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        assert torch.allclose(ours.forward_features(x), theirs(x).last_hidden_state, atol=1e-4)
