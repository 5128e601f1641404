"""Stages cover every parameter once and run from the first layer that computes to the last."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from saccade.errors import InputError
from saccade.models.backbones import Backbone, create_backbone
from saccade.models.depth import PREFIX, stages

TINY = {"embed_dim": 16, "num_heads": 2, "depth": 3, "img_size": 32}
# name, settings, side of the picture, stages: blocks of the architecture, the stem, layers of their own after
FAMILIES: tuple[tuple[str, dict[str, object], int, int], ...] = (
    ("vit_tiny_patch16_224", TINY, 32, 4),
    ("vit_base_patch14_reg4_dinov2", {**TINY, "img_size": 28}, 28, 4),
    ("vit_base_patch32_clip_224", TINY, 32, 4),
    ("vit_base_patch16_siglip_224", TINY, 32, 5),  # and the attention pooling
    ("test_vit", {}, 32, 7),
    ("test_efficientnet", {}, 32, 6),
    ("test_resnet", {}, 32, 5),
    ("resnet18", {}, 32, 9),
    ("legacy_seresnet18", {}, 32, 9),
    ("seresnext26d_32x4d", {}, 32, 9),
    ("mobilenetv3_small_050", {}, 32, 14),  # 12 blocks, the stem, the layer after the pooling
    ("mobilenetv2_050", {}, 32, 18),
    ("mobilenetv1_025", {}, 32, 14),
    ("efficientformer_l1", {}, 224, 16),
    ("test_convnext", {}, 32, 10),
)


def modules_in_order(backbone: Backbone, side: int) -> list[str]:
    """Paths of the modules with parameters of their own, as they are first called."""
    called: list[str] = []
    hooks = [
        module.register_forward_pre_hook(lambda _, __, name=name: called.append(name))
        for name, module in backbone.named_modules()
        if list(module.parameters(recurse=False)) and name != PREFIX[:-1]
    ]
    with torch.inference_mode():
        backbone(torch.randn(1, 3, side, side))
    for hook in hooks:
        hook.remove()
    return list(dict.fromkeys(called))


@pytest.mark.parametrize(("name", "settings", "side", "count"), FAMILIES, ids=[row[0] for row in FAMILIES])
def test_stages_follow_the_forward_pass(
    name: str, settings: dict[str, object], side: int, count: int
) -> None:
    backbone = create_backbone(name, **settings)
    found = stages(backbone)
    names = [parameter for _, parameters in found for parameter in parameters]
    assert sorted(names) == sorted(parameter for parameter, _ in backbone.named_parameters())
    assert len({stage for stage, _ in found}) == len(found) == count and found[0][0] == "stem"
    depth = {path.rpartition(".")[0]: at for at, (_, paths) in enumerate(found) for path in paths}
    order = [depth[module] for module in modules_in_order(backbone, side)]
    assert order == sorted(order)


def test_norms_belong_to_their_ends() -> None:
    backbone = create_backbone("vit_base_patch32_clip_224", global_pool="avg", **TINY)
    found = dict(stages(backbone))
    assert {"network.norm_pre.weight", "network.cls_token", "network.pos_embed"} <= set(found["stem"])
    assert "network.fc_norm.weight" in found["blocks.2"]
    assert all(name.startswith("network.blocks.1.") for name in found["blocks.1"])


def test_without_a_matcher_it_says_so() -> None:
    network = nn.Conv2d(3, 4, 1)
    network.num_features = 4
    with pytest.raises(InputError, match="does not say how deep"):
        stages(Backbone(network, "something", {}))
