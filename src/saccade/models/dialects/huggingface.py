"""The names of Hugging Face transformers for ViT, DeiT without distillation, and DINOv2, old and new.

Query, key and value are three layers there and one in timm. The pooler, the mask token and the decoder of a
masked autoencoder have no place in a timm network and are left out.
"""

from __future__ import annotations

import re

import torch
from torch import nn

from saccade.models.dialects.base import Dialect, State

_BODY = r"(?:(?:vit|deit|dinov2|backbone|model)\.)?"
_LAYER = rf"^{_BODY}(?:encoder\.)?layers?\.(\d+)\."
_PATTERNS = (
    (rf"^{_BODY}embeddings\.cls_token$", "cls_token"),
    (rf"^{_BODY}embeddings\.register_tokens$", "reg_token"),
    (rf"^{_BODY}embeddings\.position_embeddings$", "pos_embed"),
    (rf"^{_BODY}embeddings\.patch_embeddings\.projection\.", "patch_embed.proj."),
    (rf"{_LAYER}attention\.(?:attention\.)?(query|key|value)\.", r"blocks.\1.attn.\2."),
    (rf"{_LAYER}attention\.([qkv])_proj\.", r"blocks.\1.attn.\2."),
    (rf"{_LAYER}attention\.(?:output\.dense|o_proj)\.", r"blocks.\1.attn.proj."),
    (rf"{_LAYER}(?:layernorm_before|norm1)\.", r"blocks.\1.norm1."),
    (rf"{_LAYER}(?:layernorm_after|norm2)\.", r"blocks.\1.norm2."),
    (rf"{_LAYER}(?:intermediate\.dense|mlp\.fc1)\.", r"blocks.\1.mlp.fc1."),
    (rf"{_LAYER}(?:output\.dense|mlp\.fc2)\.", r"blocks.\1.mlp.fc2."),
    (rf"{_LAYER}layer_scale([12])\.lambda1$", r"blocks.\1.ls\2.gamma"),
    (rf"^{_BODY}layernorm\.", "norm."),
    (r"^classifier\.", "head."),
)
_UNUSED = re.compile(rf"^{_BODY}(?:pooler\.|embeddings\.mask_token$|decoder\.)")
_PARTS = (("query", "key", "value"), ("q", "k", "v"))


def _vit(state: State, model: nn.Module) -> State:
    renamed: State = {}
    for name, tensor in state.items():
        for pattern, new in _PATTERNS:
            name = re.sub(pattern, new, name)  # noqa: PLW2901
        if not _UNUSED.match(name):
            renamed[name] = tensor
    return _one_projection(renamed)


def _one_projection(state: State) -> State:
    """Stack query, key and value into timm's `qkv`, where all three are there."""
    state = dict(state)
    for name in list(state):
        for parts in _PARTS:
            if not re.search(rf"\.attn\.{parts[0]}\.(weight|bias)$", name):
                continue
            names = [name.replace(f".attn.{parts[0]}.", f".attn.{part}.") for part in parts]
            if all(found in state for found in names):
                stacked = torch.cat([state.pop(found) for found in names])
                state[name.replace(f".attn.{parts[0]}.", ".attn.qkv.")] = stacked
    return state


VIT = Dialect(
    "Hugging Face ViT",
    (rf"{_BODY}embeddings\.patch_embeddings\.projection\.weight", rf"{_BODY}embeddings\.cls_token"),
    _vit,
)
