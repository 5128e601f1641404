"""Linear probe: the trunk is frozen, what stands on it learns.

Idea: keep the features, learn a linear map on them. When: hundreds of pictures, a first figure to beat, or
no time; with cached features an epoch takes a second.
Definition, for every step t: factor(trunk) = 0, factor(head) = `head`, factor(tasks) = 1. With `head` = 0 the
embedding stays what it was and only the branches of the tasks learn: a linear classifier on the embedding.
The recipe "cached" is this one on a feed of features that were computed once (`training.features`).
Cost: one forward pass of the trunk a picture, or none with cached features; gradients for the head alone.
Reference: Alain and Bengio 2016, "Understanding intermediate layers using linear classifier probes"
(arXiv 1610.01644).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saccade.training.recipes.base import Unchanged, require_factor
from saccade.training.recipes.groups import HEAD, TASKS, each, part_of


@dataclass(frozen=True)
class LinearProbe(Unchanged):
    """The trunk is frozen.

    head: factor of the embedding head; 0 freezes it too.
    """

    head: float = 1.0

    def __post_init__(self) -> None:
        require_factor("head", self.head)

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """See the module."""
        learning = {HEAD: self.head, TASKS: 1.0}
        return each(names, lambda name: learning.get(part_of(name), 0.0))
