"""Floating-point operations of one picture through a network, counted and not estimated.

A multiply-add is two operations, as PyTorch's `FlopCounterMode` counts them: matrix products, convolutions
and attention; element-wise work is left out. Published figures in "GMACs" are half of these. Decided: the
count is made on the "meta" device, which holds shapes and no numbers, so it costs no memory and no time.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def forward_flops(network: nn.Module, size: tuple[int, int]) -> int:
    """Operations for one [3, height, width] picture; the network is left as it is."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    shapes = copy.deepcopy(network).to("meta").eval()
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        shapes(torch.empty(1, 3, *size, device="meta"))
    return int(counter.get_total_flops())
