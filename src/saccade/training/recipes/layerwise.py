"""Layer-wise learning-rate decay: the deeper under the head, the slower.

Idea: first layers are general and should hardly move; last layers are special and should. When: fine-tuning
transformers, where it is the usual choice; also deep CNNs.
Definition, for every step, with L stages of the trunk numbered from 0 (the stem):
    lr_l = lr * xi ** (L - l);   the head, adapters and tasks are at l = L and have factor 1.
Usual xi: 0.65 to 0.75 for 12 blocks, 0.75 to 0.9 for 24 and more.
Cost: that of full fine-tuning.
Reference: Clark et al. 2020, ELECTRA (arXiv 2003.10555); Bao et al. 2021, BEiT (arXiv 2106.08254).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saccade.errors import InputError
from saccade.training.recipes.base import Unchanged
from saccade.training.recipes.groups import depth_of, each, height


@dataclass(frozen=True)
class Layerwise(Unchanged):
    """Rates fall towards the stem.

    xi: from each stage to the one below it, in (0, 1]; 1 is full fine-tuning.
    """

    xi: float = 0.75

    def __post_init__(self) -> None:
        if not 0 < self.xi <= 1:
            raise InputError(
                f"xi is the rate of a stage over the next: expected above 0 to 1, found {self.xi}"
            )

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """See the module."""
        stages = height(names)

        def factor(name: str) -> float:
            depth = depth_of(name)
            return self.xi ** (stages - (stages if depth is None else depth))

        return each(names, factor)
