"""What every recipe is: which parameters learn at which step, and how fast.

Decided: a recipe is a pure description. It names groups of parameters and gives, for each step, a factor of
the learning rate for each group; 0 means frozen (no gradient is computed). The loop asks and obeys, so the
state at step t can be compared with the definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import nn

from saccade.training.network import MultiTask


@dataclass(frozen=True, eq=False)
class Group:
    """Parameters that share their fate.

    name: unique, such as `trunk.0` (stem), `trunk.7`, `head` (the embedding head) or `tasks`.
    parameters: no other group has them. decay: whether weight decay applies. sparse: gradients are sparse
    tensors and want an optimiser that takes them.
    """

    name: str
    parameters: tuple[nn.Parameter, ...]
    decay: bool = True
    sparse: bool = False


class Recipe(Protocol):
    """A way to fine-tune with few resources."""

    def prepare(self, network: MultiTask) -> None:
        """Change the network once before training, such as adding adapters; most do nothing."""
        ...

    def groups(self, network: MultiTask) -> list[Group]:
        """Every parameter that may learn at some step, in groups; called after `prepare`."""
        ...

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """Factor of the scheduled learning rate for each named group at `step` of `steps`; 0 is frozen."""
        ...

    def finish(self, network: MultiTask) -> None:
        """Undo what `prepare` added, keeping its effect, such as merging adapters; most do nothing."""
        ...
