"""The last stages of the trunk learn, the others are frozen.

Idea: freeze most of a pretrained network, train its last layers and the head. When: thousands of pictures and
a small machine; most of the gain of full fine-tuning for a fraction of its time and memory.
Definition, for every step, with L stages of the trunk: factor(stage l) = `trunk` if l >= L - last, else 0;
factor(head, tasks) = 1. `last` beyond L is the whole trunk.
Cost: one forward pass, and the backward pass of the last stages alone.
Reference: Yosinski et al. 2014, "How transferable are features in deep neural networks?" (arXiv 1411.1792);
so trained Etsy its search by image (Dolev et al. 2023, arXiv 2305.13399).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saccade.errors import InputError
from saccade.training.recipes.base import Unchanged, require_factor
from saccade.training.recipes.groups import TRUNK, each, height, part_of, top


@dataclass(frozen=True)
class Partial(Unchanged):
    """Only the top of the trunk learns.

    last: number of stages from the top. trunk: their factor; head and tasks have 1.
    """

    last: int = 2
    trunk: float = 1.0

    def __post_init__(self) -> None:
        if self.last < 1:
            raise InputError(f"last is a number of stages: expected 1 or more, found {self.last}")
        require_factor("trunk", self.trunk)

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """See the module."""
        lowest = height(names) - self.last

        def factor(name: str) -> float:
            return (self.trunk if part_of(name) == TRUNK else 1.0) if top(name, lowest) else 0.0

        return each(names, factor)
