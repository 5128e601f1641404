"""Gradual unfreezing: from the top of the trunk down, a stage at a time.

Idea: the last layers are the most special to the old task and the least to lose; each layer starts to learn
when all above it have settled. When: few pictures and a deep trunk; a softer LP-FT.
Definition, with L stages of the trunk (stage L - 1 is the last block) and T steps: stage l starts to learn at
    t_l = ceil((L - l) * over * T / (L + 1))
and has factor 0 before and `trunk` from then on; factor(head, tasks) = 1 always. With `over` = 1 the run has
L + 1 equal stretches: the head alone, the head and the last block, ..., everything.
Cost: about half of full fine-tuning with `over` = 1, since the backward pass stops at the lowest stage that
learns. Loops that compile or wrap parameters must expect that the set of learning ones grows.
Reference: Howard and Ruder 2018, "Universal language model fine-tuning for text classification"
(arXiv 1801.06146), one layer an epoch; equal stretches are our own choice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from saccade.training.recipes.base import Unchanged, require_factor, require_share
from saccade.training.recipes.groups import depth_of, each, height


@dataclass(frozen=True)
class Gradual(Unchanged):
    """Stages join from the top.

    over: share of the run over which the stages are spread. trunk: factor of a stage that learns.
    """

    over: float = 1.0
    trunk: float = 1.0

    def __post_init__(self) -> None:
        require_share("over", self.over)
        require_factor("trunk", self.trunk)

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """See the module."""
        stages = height(names)

        def factor(name: str) -> float:
            depth = depth_of(name)
            if depth is None:
                return 1.0
            start = math.ceil(round((stages - depth) * self.over * steps / (stages + 1), 9))
            return self.trunk if step >= start else 0.0

        return each(names, factor)
