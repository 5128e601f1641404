"""The learning rate as a pure function of the step, so that nothing about it needs to be saved."""

from __future__ import annotations

import math

from saccade.training.loop.settings import LoopSettings

DROPS = (0.5, 0.75)  # shares of the run at which "step" divides the rate by 10: He et al. 2015 on CIFAR


def learning_rate(step: int, settings: LoopSettings) -> float:
    """The rate of step 0, 1, ... of `settings.steps`, before the recipe's factors.

    It rises linearly over `warmup_steps`, (step + 1) / warmup_steps of the peak, and never starts at 0. With
    s in [0, 1) the share of the rest that is behind: "cosine" is (1 + cos(pi s)) / 2 (Loshchilov and Hutter
    2017, arXiv 1608.03983, without restarts), "linear" 1 - s, "constant" 1, "step" 1, 1/10 from s = 0.5 on
    and 1/100 from 0.75 on.
    """
    if step < settings.warmup_steps:
        return settings.lr * (step + 1) / settings.warmup_steps
    share = (step - settings.warmup_steps) / (settings.steps - settings.warmup_steps)
    return settings.lr * _shape(settings.schedule, share)


def _shape(name: str, share: float) -> float:
    match name:
        case "cosine":
            return 0.5 * (1 + math.cos(math.pi * share))
        case "linear":
            return 1 - share
        case "step":
            return 0.1 ** sum(share >= drop for drop in DROPS)
        case _:
            return 1.0
