"""torchvision's weights under timm's names give torchvision's logits: an implementation of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision import models

from saccade.errors import InputError
from saccade.models.backbones import create_backbone, create_network, load_state

SMALL_VIT = {"embed_dim": 48, "depth": 3, "num_heads": 3, "mlp_ratio": 2.0, "img_size": 40, "patch_size": 8}


def small_vit() -> nn.Module:
    return models.VisionTransformer(40, 8, 3, 3, 48, 96, num_classes=11)


CASES: tuple[tuple[str, str, Callable[[], nn.Module], Mapping[str, object], int, int, str], ...] = (
    ("vit", "vit_tiny_patch16_224", small_vit, SMALL_VIT, 40, 11, "torchvision ViT"),
    ("vit_b_32", "vit_base_patch32_224", models.vit_b_32, {}, 224, 1000, "torchvision ViT"),
    ("resnet50", "resnet50", models.resnet50, {}, 64, 1000, "timm"),
    ("resnext50", "resnext50_32x4d", models.resnext50_32x4d, {}, 64, 1000, "timm"),
    (
        "v3 large",
        "mobilenetv3_large_100",
        models.mobilenet_v3_large,
        {"bn_eps": 1e-3},
        64,
        1000,
        "torchvision MobileNetV3",
    ),
    (
        "v3 small",
        "mobilenetv3_small_100",
        models.mobilenet_v3_small,
        {"bn_eps": 1e-3},
        64,
        1000,
        "torchvision MobileNetV3",
    ),
    ("v2", "mobilenetv2_100", models.mobilenet_v2, {}, 64, 1000, "torchvision MobileNetV2"),
    ("b0", "efficientnet_b0", models.efficientnet_b0, {}, 64, 1000, "torchvision EfficientNet"),
)


def lively(network: nn.Module) -> nn.Module:
    """Random everything, so that no layer is the identity and no logit is zero: also norms and heads."""
    torch.manual_seed(0)
    for name, tensor in network.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 1.5)
        elif tensor.is_floating_point() and tensor.ndim == 1:
            tensor.normal_(1.0 if name.endswith("weight") else 0.0, 0.2)
        elif tensor.is_floating_point():
            tensor.normal_(0, (2 / max(tensor[0].numel(), 1)) ** 0.5 if tensor.ndim > 1 else 0.1)
    return network.eval()


def shuffled(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """In alphabetical order, as safetensors gives them."""
    return {name: state[name] for name in sorted(state)}


@pytest.mark.parametrize(
    ("name", "build", "settings", "side", "classes", "dialect"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_logits_equal(
    name: str,
    build: Callable[[], nn.Module],
    settings: Mapping[str, object],
    side: int,
    classes: int,
    dialect: str,
) -> None:
    theirs = lively(build())
    ours = create_network(name, num_classes=classes, **settings).eval()
    assert load_state(ours, shuffled(theirs.state_dict()), "torchvision") == dialect
    x = torch.randn(2, 3, side, side)
    with torch.inference_mode():
        expected = theirs(x)
        scale = float(expected.abs().max())
        assert scale > 0.05, "a silent network proves nothing"
        assert float((ours(x) - expected).abs().max()) <= 1e-4 * max(scale, 1)


def test_a_file_of_torchvision_as_a_backbone(tmp_path: Path) -> None:
    """The classifier is left out, and the positions follow the picture's size."""
    theirs = lively(small_vit())
    save_file(theirs.state_dict(), tmp_path / "w.safetensors")
    backbone = create_backbone(
        "vit_tiny_patch16_224", weights=tmp_path / "w.safetensors", **{**SMALL_VIT, "img_size": 64}
    )
    x = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert backbone.features(x).grid.shape == (1, 8, 8, 48)
    small = create_backbone("vit_tiny_patch16_224", weights=tmp_path / "w.safetensors", **SMALL_VIT)
    picture = torch.randn(2, 3, 40, 40)
    with torch.inference_mode():
        logits = theirs.heads(small(picture))
        assert torch.allclose(logits, theirs(picture), atol=1e-4)


def test_another_depth_is_refused() -> None:
    theirs = models.VisionTransformer(40, 8, 2, 3, 48, 96).state_dict()
    ours = create_network("vit_tiny_patch16_224", num_classes=0, **SMALL_VIT)
    with pytest.raises(InputError, match=r"torchvision ViT names.*missing \(blocks\.2\."):
        load_state(ours, theirs, "a file")
    with pytest.raises(InputError, match="does not fit"):
        load_state(
            create_network("efficientnet_b1", num_classes=0), models.efficientnet_b0().state_dict(), "a file"
        )
