"""BatchNorm when little is fine-tuned: whose statistics move, and which networks must not have them move.

Decided: a frozen layer keeps its running statistics, else a frozen trunk would change under the head. A
BatchNorm whose statistics are kept is an affine map; its scale and shift may still learn.
A folded network has the statistics in its weights: mean 0 and variance 1 are left, which no batch has, so in
train mode every layer rescales its input to something the next was not trained for.
Not here: when a loop calls these (after every `network.train()`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]

Which = Literal["all", "frozen"]


def freeze_norms(network: nn.Module, which: Which = "all") -> int:
    """Put BatchNorm layers in eval mode, so that they use and keep their running statistics.

    Call it after every `network.train()`, which undoes it.

    Args:
        network: any.
        which: "all", or "frozen": those alone none of whose parameters has a gradient now.

    Returns:
        How many layers were put in eval mode.
    """
    chosen = [norm for norm in _norms(network) if which == "all" or _is_frozen(norm)]
    for norm in chosen:
        norm.eval()
    return len(chosen)


def is_folded(network: nn.Module) -> bool:
    """True if the statistics of every BatchNorm were folded into the weights, so that they must not move.

    Then all running means are 0 and all variances 1, as in an untrained network, but the shifts are not 0.
    False for a network without BatchNorm.
    """
    norms = list(_norms(network))
    shifts = [norm.bias for norm in norms if cast("Tensor | None", norm.bias) is not None]
    return bool(norms) and all(map(_is_unit, norms)) and any(bool(torch.any(shift != 0)) for shift in shifts)


def _norms(network: nn.Module) -> Iterator[_BatchNorm]:
    return (module for module in network.modules() if isinstance(module, _BatchNorm))


def _is_frozen(norm: nn.Module) -> bool:
    values = list(norm.parameters(recurse=False))
    return bool(values) and not any(value.requires_grad for value in values)


def _is_unit(norm: _BatchNorm) -> bool:
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        return False
    return not bool(torch.any(mean != 0)) and bool(torch.all(variance == 1))
