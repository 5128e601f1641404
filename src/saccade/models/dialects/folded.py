"""MobileNetV1 whose batch norms were folded into the convolutions before it."""

from __future__ import annotations

import torch
from torch import nn

from saccade.models.dialects.base import Dialect, State, block_paths


def _mobilenet_v1(state: State, model: nn.Module) -> State:
    """The batch norms live on as convolution biases: stem, blocks.N.depthwise / .pointwise."""
    layers = [("stem", "conv_stem", "bn1")]
    for number, block in enumerate(block_paths(model)):
        layers.append((f"blocks.{number}.depthwise", f"{block}.conv_dw", f"{block}.bn1"))
        layers.append((f"blocks.{number}.pointwise", f"{block}.conv_pw", f"{block}.bn2"))
    return unfold_batch_norm(state, model, layers)


def unfold_batch_norm(state: State, model: nn.Module, layers: list[tuple[str, str, str]]) -> State:
    """Split each biased convolution into timm's convolution without bias and its batch norm.

    `layers` holds (their path, our convolution, our batch norm). The batch norm gets variance 1 - eps,
    so that it divides by exactly 1.
    """
    state = dict(state)
    for theirs, convolution, norm in layers:
        weight, bias = state.pop(f"{theirs}.weight", None), state.pop(f"{theirs}.bias", None)
        if weight is None or bias is None:
            continue
        eps = float(model.get_submodule(norm).eps)  # type: ignore[arg-type]
        bias = bias.float()
        state[f"{convolution}.weight"] = weight
        state[f"{norm}.bias"] = bias
        state[f"{norm}.weight"] = torch.ones_like(bias)
        state[f"{norm}.running_mean"] = torch.zeros_like(bias)
        state[f"{norm}.running_var"] = torch.full_like(bias, 1.0 - eps)
    return state


MOBILENET_V1 = Dialect(
    "folded MobileNetV1",
    (r"stem\.weight", r"stem\.bias", r"blocks\.0\.depthwise\.bias", r"blocks\.0\.pointwise\.bias"),
    _mobilenet_v1,
)
