"""How much of a network a recipe trains."""

from __future__ import annotations

from dataclasses import dataclass

from saccade.training.network import MultiTask
from saccade.training.recipes.recipe import Recipe


@dataclass(frozen=True)
class Trainable:
    """learning: scalars with a gradient at the step. total: all scalars of the network, adapters too."""

    learning: int
    total: int

    @property
    def share(self) -> float:
        """`learning / total`, in 0..1."""
        return self.learning / self.total if self.total else 0.0


def trainable(network: MultiTask, recipe: Recipe, step: int, steps: int) -> Trainable:
    """Count what learns at `step` of `steps`; call it after `recipe.prepare(network)`. Changes nothing."""
    groups = recipe.groups(network)
    factors = recipe.factors(step, steps, tuple(group.name for group in groups))
    learning = sum(p.numel() for group in groups if factors[group.name] > 0 for p in group.parameters)
    return Trainable(learning, sum(p.numel() for p in network.parameters()))
