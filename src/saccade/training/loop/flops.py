"""How many floating-point operations a picture costs, for the share of the hardware's peak that is used.

Convention: model FLOPs utilisation as PaLM defines it (Chowdhery et al. 2022, arXiv 2204.02311, appendix B):
the operations that a step needs, whatever the implementation does, over time and peak. A multiplication and
an addition are two operations. Matrix products, convolutions and attention count, elementwise work does not.
What is counted: forward and backward pass of trunk and embedding head; heads of tasks are left out, so the
figure is a little low with very many classes. For a network that learns whole this is the usual 3 x forward
(less the gradient for the pixels); of a frozen part only what the gradient needs: nothing backward for a
linear probe, the gradient for activations but not for weights under LoRA. Recomputed activations do not
count. Decided: it is counted by PyTorch's flop counter on a copy without memory (device "meta") in
milliseconds, so that the run itself is not touched.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saccade.models.embedder import Embedder
from saccade.training.network import MultiTask

PICTURES = 2  # BatchNorm refuses one


class Flops:
    """Counts for a network whose learning parameters may change.

    Args:
        network: before it is compiled or split; a copy without memory is kept.
    """

    def __init__(self, network: MultiTask) -> None:
        self.twin = _without_memory(network.embedder)
        _forget_checkpointing(self.twin)
        self._known: dict[tuple[tuple[int, ...], frozenset[str]], int | None] = {}

    def of(self, network: MultiTask, pixels: Tensor) -> int | None:
        """Operations of one picture of a batch shaped like `pixels`, forward and backward; None if unknown.

        `network` says by `requires_grad` what learns. A network that runs on real memory only is unknown.
        """
        learning = frozenset(n for n, p in network.embedder.named_parameters() if p.requires_grad)
        key = (tuple(pixels.shape[1:]), learning)
        if key not in self._known:
            for name, parameter in self.twin.named_parameters():
                parameter.requires_grad_(name in learning)
            self._known[key] = _count(self.twin, pixels)
        return self._known[key]


def _without_memory(embedder: Embedder) -> Embedder:
    """A copy on the meta device; no weight is copied."""
    memo: dict[int, Any] = {}
    for parameter in embedder.parameters():
        memo[id(parameter)] = nn.Parameter(parameter.detach().to("meta"), parameter.requires_grad)
    for buffer in embedder.buffers():
        memo[id(buffer)] = buffer.to("meta")
    return copy.deepcopy(embedder, memo).train()


def _forget_checkpointing(embedder: Embedder) -> None:
    switch = getattr(embedder.backbone.network, "set_grad_checkpointing", None)
    if switch is not None:
        switch(False)


def _count(twin: Embedder, pixels: Tensor) -> int | None:
    from torch.utils.flop_counter import FlopCounterMode

    try:
        with FlopCounterMode(display=False, custom_mapping=_corrected()) as counter:
            out = _forward(twin, pixels)
            if out.requires_grad:
                out.sum().backward()
    except (RuntimeError, NotImplementedError, ValueError, TypeError):
        return None
    finally:
        twin.zero_grad(set_to_none=True)
    return counter.get_total_flops() // PICTURES


def _corrected() -> dict[Any, Callable[..., int]]:
    """PyTorch's own formula of a convolution's backward pass takes a grouped one for a full one."""
    from torch.utils.flop_counter import conv_flop_count

    def backward(
        gradient: Sequence[int], _x: Any, weight: Sequence[int], *rest: Any, out_shape: Any = None
    ) -> int:
        transposed, wanted = bool(rest[4]), rest[7]
        given = _x if transposed else gradient
        forward = conv_flop_count(list(given), list(weight), list(given), transposed)
        return forward * (int(wanted[0]) + int(wanted[1]))

    return {torch.ops.aten.convolution_backward: backward}


def _forward(twin: Embedder, pixels: Tensor) -> Tensor:
    if pixels.ndim == 2:
        features = torch.empty(PICTURES, pixels.shape[1], device="meta")
        return F.normalize(features, dim=-1) if twin.head is None else cast(Tensor, twin.head(features))
    height, width = pixels.shape[1:3]
    return twin(torch.empty(PICTURES, 3, height, width, device="meta"))
