"""LP-FT: the linear probe first, then everything at a lower rate.

Idea: a head that starts at random sends gradients through the trunk that spoil its features before the head
fits. Once the head fits, these gradients are small. When: fine-tuning a good trunk on few pictures, above all
if the pictures of use differ from those of training.
Definition, with S = round(probe * T) and W = max(1, round(warmup * (T - S))):
    t < S:   factor(trunk) = 0, factor(head, tasks) = (1 + cos(pi * t / S)) / 2
    t >= S:  factor(all) = slower * min(1, (t - S + 1) / W), but 0 below the `last` stages of the trunk
Each phase has a shape of its own: the probe's rate falls to 0 by the switch, the second phase climbs from
0 and then follows the loop's schedule to the end. The cosine and the ramp are our own choice; the paper runs
two trainings with a schedule each. `last` is our own choice too: with 0 the whole trunk learns, as in the
paper; a few stages are cheaper. S is at least 1, and at most T - 1 in a run of two steps or more.
Cost: `probe` of the run costs one forward pass a picture, the rest three.
Reference: Kumar et al. 2022, "Fine-tuning can distort pretrained features and underperform
out-of-distribution" (arXiv 2202.10054).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from saccade.errors import InputError
from saccade.training.recipes.base import Unchanged, require_factor, require_share
from saccade.training.recipes.groups import TRUNK, each, height, part_of, top


@dataclass(frozen=True)
class LpFt(Unchanged):
    """Head first, then everything.

    probe: share of the steps that train the head alone. slower: factor of the second phase. warmup: share of
    the second phase in which its rate climbs. last: stages of the trunk that learn then; 0 is all.
    """

    probe: float = 0.3
    slower: float = 0.1
    warmup: float = 0.05
    last: int = 0

    def __post_init__(self) -> None:
        require_share("probe", self.probe)
        require_share("warmup", self.warmup, zero=True)
        require_factor("slower", self.slower)
        if self.last < 0:
            raise InputError(f"last is a number of stages, 0 is all: expected 0 or more, found {self.last}")

    def switch(self, steps: int) -> int:
        """First step of the second phase."""
        return max(1, min(round(self.probe * steps), steps - 1))

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """See the module."""
        switch = self.switch(steps)
        if step < switch:
            rate = (1 + math.cos(math.pi * step / switch)) / 2
            return each(names, lambda name: 0.0 if part_of(name) == TRUNK else rate)
        climb = max(1, round(self.warmup * (steps - switch)))
        rate = self.slower * min(1.0, (step - switch + 1) / climb)
        lowest = height(names) - self.last if self.last else 0
        return each(names, lambda name: rate if top(name, lowest) else 0.0)
