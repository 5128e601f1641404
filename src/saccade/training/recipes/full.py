"""Everything learns at once.

Idea: no parameter is special. When: pretraining, or fine-tuning with a picture for every parameter that moves
(ten thousand pictures and more), or as what the thrifty recipes are measured against.
Definition, for every step t: factor(trunk) = `trunk`, factor(head) = `head`, factor(tasks) = 1. A pretrained
trunk under a head that starts at random often learns at a tenth of its rate; from nothing, all learn alike.
Cost: forward and backward through the whole trunk, about 3 forward passes a picture (backward counts twice);
memory for the gradients and the optimiser's state of every parameter.
Reference: Girshick et al. 2014, "Rich feature hierarchies" (arXiv 1311.2524), for fine-tuning a whole trunk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saccade.training.recipes.base import Unchanged, require_factor
from saccade.training.recipes.groups import HEAD, TRUNK, each, part_of


@dataclass(frozen=True)
class Full(Unchanged):
    """The whole network learns from the first step.

    trunk: factor of the trunk. head: factor of the embedding head; the tasks' branches have 1.
    """

    trunk: float = 1.0
    head: float = 1.0

    def __post_init__(self) -> None:
        require_factor("trunk", self.trunk)
        require_factor("head", self.head)

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """See the module."""
        slower = {TRUNK: self.trunk, HEAD: self.head}
        return each(names, lambda name: slower.get(part_of(name), 1.0))
