"""What learns at a step: the recipe's factors, obeyed.

Decided: a group with factor 0 has no gradient and is left out of the graph; `requires_grad` is touched when
the set of learning groups changes and at no other step. Parameters in no group never learn. A BatchNorm that
is frozen keeps its running statistics, else a frozen trunk would change all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from saccade.errors import InputError
from saccade.training.network import MultiTask
from saccade.training.recipes.norms import freeze_norms
from saccade.training.recipes.recipe import Recipe


class Freezing:
    """The state of a network's parameters over the steps of a run.

    Args:
        network: after `recipe.prepare`.
        recipe: gives groups and factors.
        steps: of the run.
        frozen_norm: every BatchNorm keeps its running statistics.
    """

    def __init__(self, network: MultiTask, recipe: Recipe, steps: int, frozen_norm: bool) -> None:
        self.network, self.recipe, self.steps, self.frozen_norm = network, recipe, steps, frozen_norm
        self.groups = recipe.groups(network)
        self.names = tuple(group.name for group in self.groups)
        self.learning: frozenset[str] | None = None
        self._before = [(parameter, parameter.requires_grad) for parameter in network.parameters()]

    def factors(self, step: int) -> Mapping[str, float]:
        """By group; InputError where nothing learns."""
        factors = self.recipe.factors(step, self.steps, self.names)
        if not any(factors.values()):
            raise InputError(
                f"{self.recipe} lets nothing learn at step {step}: give a group a factor above 0"
            )
        return factors

    def set(self, factors: Mapping[str, float]) -> bool:
        """Freeze and unfreeze; True if anything changed."""
        learning = frozenset(name for name, factor in factors.items() if factor)
        if learning == self.learning:
            return False
        self.learning = learning
        chosen = {id(p) for group in self.groups if group.name in learning for p in group.parameters}
        for parameter in self.network.parameters():
            parameter.requires_grad_(id(parameter) in chosen)
            if id(parameter) not in chosen:
                parameter.grad = None
        self.network.train()
        freeze_norms(self.network, "all" if self.frozen_norm else "frozen")
        return True

    def parameters(self) -> list[nn.Parameter]:
        """Those that may learn at some step."""
        return [parameter for group in self.groups for parameter in group.parameters]

    def undo(self) -> None:
        """`requires_grad` as it was found."""
        for parameter, flag in self._before:
            parameter.requires_grad_(flag)
