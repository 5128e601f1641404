"""State-dict dialects: the same network under other people's parameter names, renamed to timm's.

Decided: a dialect is recognised by the names of its parameters, never by a file name, and is tried only when
the names do not already fit. Batch norm that was folded into the convolution before it comes back as a batch
norm that only adds the bias. timm's own filters (DINOv2, CLIP, MAE, ...) run last. The dialects themselves
are in `dialects/`, one module a source; tensors made for another resolution are `resolution.py`'s.
Not here: padding and preprocessing. They leave no trace in the names, so the caller states them
(`pad_type="same"` for networks that were trained in TensorFlow).
"""

from __future__ import annotations

import sys

from torch import nn

from saccade.models.dialects import folded, huggingface, torchvision
from saccade.models.dialects.base import Dialect, State

DIALECTS: tuple[Dialect, ...] = (
    torchvision.MOBILENET_V2,
    torchvision.MOBILENET_V3,
    torchvision.EFFICIENTNET,
    torchvision.VIT,
    huggingface.VIT,
    folded.MOBILENET_V1,
)


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
        return _without_strangers(state, model), "timm"
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


def _without_strangers(state: State, model: nn.Module) -> State:
    """Leave out what timm's filter for the architecture does: mask tokens, buffers of older versions."""
    if state.keys() <= model.state_dict().keys():
        return state
    kept, _ = _timm_filter(state, model)
    left = {name: tensor for name, tensor in state.items() if name in kept}
    return left if _fits(left, model) else state


def _timm_filter(state: State, model: nn.Module) -> tuple[State, str]:
    """Let the filter that timm keeps beside the architecture try; as it was when there is none."""
    keep = getattr(sys.modules[type(model).__module__], "checkpoint_filter_fn", None)
    if keep is None:
        return state, "timm"
    try:
        return dict(keep(dict(state), model)), "timm's filter"
    except (KeyError, AttributeError, TypeError, RuntimeError, ValueError, AssertionError):
        return state, "timm"
