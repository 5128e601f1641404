"""State-dict dialects: the same network under other people's parameter names, renamed to timm's.

Decided: a dialect is recognised by the names of its parameters, never by a file name, and is tried only when
the names do not already fit. Batch norm that was folded into the convolution before it comes back as a batch
norm that only adds the bias. timm's own filters (DINOv2, CLIP, MAE, ...) run last.
Not here: padding and preprocessing. They leave no trace in the names, so the caller states them
(`pad_type="same"` for networks that were trained in TensorFlow).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

State = dict[str, Tensor]


@dataclass(frozen=True)
class Dialect:
    """One way of naming parameters.

    `marks` are regular expressions, each of which must match some whole name of the file.
    `translate` gives the state under timm's names; names that it does not know pass through unchanged.
    """

    name: str
    marks: tuple[str, ...]
    translate: Callable[[State, nn.Module], State]

    def recognises(self, state: State) -> bool:
        """True when every mark matches some name in the file."""
        return all(any(re.fullmatch(mark, name) for name in state) for mark in self.marks)


def to_timm(state: State, model: nn.Module) -> tuple[State, str]:
    """Rename the tensors of a file for a timm model.

    Args:
        state: names to tensors, as found in the file.
        model: the timm network that will take them; its blocks give the target names.

    Returns:
        The renamed state and the name of the dialect ("timm" when nothing had to change). It may still
        not fit: `backbones.load_state` reports that.
    """
    state = _without_common_prefix(state, model)
    if _fits(state, model):
        return state, "timm"
    for dialect in DIALECTS:
        if dialect.recognises(state) and hasattr(model, "blocks"):
            return dialect.translate(state, model), dialect.name
    return _timm_filter(state, model)


def _fits(state: State, model: nn.Module) -> bool:
    """Every tensor that the model wants is there (a running count of batches is no weight)."""
    return {name for name in model.state_dict() if not name.endswith("num_batches_tracked")} <= state.keys()


def _without_common_prefix(state: State, model: nn.Module) -> State:
    """Drop `backbone.`, `model.` and the like when every name carries it and the model's names do not."""
    wanted = {name.partition(".")[0] for name in model.state_dict()}
    firsts = {name.partition(".")[0] for name in state}
    if len(firsts) != 1 or firsts & wanted or not all("." in name for name in state):
        return state
    return {name.partition(".")[2]: tensor for name, tensor in state.items()}


def _rename(state: State, pairs: list[tuple[str, str]]) -> State:
    """Replace module paths: ("features.0.0", "conv_stem") renames every tensor of that module."""
    to = dict(pairs)
    renamed: State = {}
    for name, tensor in state.items():
        module, _, leaf = name.rpartition(".")
        renamed[f"{to[module]}.{leaf}" if module in to else name] = tensor
    return renamed


def _block_paths(model: nn.Module) -> list[str]:
    """Paths of the blocks in the order of the forward pass: blocks.0.0, blocks.1.0, blocks.1.1, ..."""
    return [
        f"blocks.{stage}.{index}"
        for stage, blocks in enumerate(model.blocks)  # type: ignore[arg-type]
        for index in range(len(blocks))
    ]


def _mobilenet_v2(state: State, model: nn.Module) -> State:
    """torchvision's MobileNetV2: features.N counts the stem, the blocks and the last 1x1 in one row."""
    blocks = _block_paths(model)
    last = f"features.{len(blocks) + 1}"
    pairs = [("features.0.0", "conv_stem"), ("features.0.1", "bn1"), ("classifier.1", "classifier")]
    pairs += [(f"{last}.0", "conv_head"), (f"{last}.1", "bn2")]
    for number, block in enumerate(blocks, start=1):
        expands = f"features.{number}.conv.1.0.weight" in state
        layers = ("conv_pw", "bn1", "conv_dw", "bn2", "conv_pwl", "bn3")
        if not expands:
            layers = ("conv_dw", "bn1", "conv_pw", "bn2")
        theirs = ("0.0", "0.1", "1.0", "1.1", "2", "3") if expands else ("0.0", "0.1", "1", "2")
        pairs += [
            (f"features.{number}.conv.{old}", f"{block}.{new}")
            for old, new in zip(theirs, layers, strict=True)
        ]
    return _rename(state, pairs)


def _folded_mobilenet_v1(state: State, model: nn.Module) -> State:
    """MobileNetV1 whose batch norms live on as convolution biases: stem, blocks.N.depthwise / .pointwise."""
    layers = [("stem", "conv_stem", "bn1")]
    for number, block in enumerate(_block_paths(model)):
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


def _timm_filter(state: State, model: nn.Module) -> tuple[State, str]:
    """Let the filter that timm keeps beside the architecture try; as it was when there is none."""
    keep = getattr(sys.modules[type(model).__module__], "checkpoint_filter_fn", None)
    if keep is None:
        return state, "timm"
    try:
        return dict(keep(dict(state), model)), "timm's filter"
    except (KeyError, AttributeError, TypeError, RuntimeError, ValueError):
        return state, "timm"


DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        "torchvision MobileNetV2",
        (r"features\.0\.0\.weight", r"features\.1\.conv\.0\.0\.weight", r"features\.2\.conv\.1\.0\.weight"),
        _mobilenet_v2,
    ),
    Dialect(
        "folded MobileNetV1",
        (r"stem\.weight", r"stem\.bias", r"blocks\.0\.depthwise\.bias", r"blocks\.0\.pointwise\.bias"),
        _folded_mobilenet_v1,
    ),
)
