"""torchvision's names: MobileNetV2, MobileNetV3, EfficientNet and ViT. Its ResNets have timm's own names.

Not here: epsilons. torchvision's MobileNetV3 and EfficientNet-B5 to B7 normalise with 0.001 where timm's
default is 0.00001, so state `bn_eps=1e-3` with such files.
"""

from __future__ import annotations

import re

from torch import nn

from saccade.models.dialects.base import Dialect, State, in_order

_VIT = (
    (r"^class_token$", "cls_token"),
    (r"^encoder\.pos_embedding$", "pos_embed"),
    (r"^conv_proj\.", "patch_embed.proj."),
    (r"^encoder\.layers\.encoder_layer_(\d+)\.", r"blocks.\1."),
    (r"\.ln_([12])\.", r".norm\1."),
    (r"\.self_attention\.in_proj_(weight|bias)$", r".attn.qkv.\1"),
    (r"\.self_attention\.out_proj\.", ".attn.proj."),
    # the older files of the hub say linear_1 and linear_2
    (r"\.mlp\.(?:0|linear_1)\.", ".mlp.fc1."),
    (r"\.mlp\.(?:3|linear_2)\.", ".mlp.fc2."),
    (r"^encoder\.ln\.", "norm."),
    (r"^heads\.head\.", "head."),
)


def _vit(state: State, model: nn.Module) -> State:
    """One regular expression a layer; the query, key and value are stacked in the same order in both."""
    renamed: State = {}
    for name, tensor in state.items():
        for pattern, new in _VIT:
            name = re.sub(pattern, new, name)  # noqa: PLW2901
        renamed[name] = tensor
    return renamed


MOBILENET_V2 = Dialect(
    "torchvision MobileNetV2",
    (r"features\.0\.0\.weight", r"features\.1\.conv\.0\.0\.weight", r"features\.2\.conv\.1\.0\.weight"),
    in_order,
)
MOBILENET_V3 = Dialect(
    "torchvision MobileNetV3",
    (r"features\.0\.0\.weight", r"features\.1\.block\.0\.0\.weight", r"features\.4\.block\.2\.fc1\.weight"),
    in_order,
)
EFFICIENTNET = Dialect(
    "torchvision EfficientNet",
    (r"features\.0\.0\.weight", r"features\.1\.0\.block\.1\.fc1\.weight"),
    in_order,
)
VIT = Dialect(
    "torchvision ViT",
    (r"conv_proj\.weight", r"encoder\.layers\.encoder_layer_0\.self_attention\.in_proj_weight"),
    _vit,
)
