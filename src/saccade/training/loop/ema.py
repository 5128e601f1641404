"""A running mean of the weights: steadier than the last ones, and often better.

Idea: Polyak and Juditsky 1992; as in Tarvainen and Valpola 2017 (arXiv 1703.01780) the mean is exponential.
Decided: the decay warms up as min(decay, (1 + n) / (10 + n)) after n updates, so that short runs are not held
back by where they began. Running statistics are averaged as the weights are. Parameters that never learn are
left out, and so are sparse ones (a pass over a million proxies each step; they are thrown away after
training). Each process averages its own part.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from saccade.training.loop.tensors import fill, local, whole


class Ema:
    """The mean of a network's weights.

    Args:
        network: its values now are the start.
        learning: parameters to average; with them all floating buffers are.
        decay: in [0, 1).
    """

    def __init__(self, network: nn.Module, learning: set[nn.Parameter], decay: float) -> None:
        self.decay = decay
        self.sources: dict[str, Tensor] = {n: p for n, p in network.named_parameters() if p in learning}
        persistent = network.state_dict().keys()
        self.sources |= {
            n: b for n, b in network.named_buffers() if n in persistent and b.is_floating_point()
        }
        self.means = {name: source.detach().clone() for name, source in self.sources.items()}

    @torch.no_grad()
    def update(self, updates: int) -> None:
        """Take in the weights after `updates` earlier updates."""
        decay = min(self.decay, (1 + updates) / (10 + updates))
        means = [local(mean) for mean in self.means.values()]
        torch._foreach_lerp_(means, [local(source) for source in self.sources.values()], 1 - decay)  # pyright: ignore

    def state(self) -> dict[str, Tensor]:
        """Whole tensors by name; a collective with FSDP2."""
        return {name: whole(mean) for name, mean in self.means.items()}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take over what `state` gave."""
        for name, mean in self.means.items():
            fill(mean, state[name])

    @torch.no_grad()
    def apply(self) -> None:
        """Put the means into the network."""
        for name, source in self.sources.items():
            local(source).copy_(local(self.means[name]))
