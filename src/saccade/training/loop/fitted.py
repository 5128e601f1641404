"""What a run says of itself in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fitted:
    """How a run went.

    step: steps done in all. loss, losses: of the last log line. images_per_second, wait_share: over this
    start without its first step; those of the last line where there was no other. mfu: of the last line.
    skipped: pictures that could not be read. skipped_steps: without a finite gradient. seconds: of this
    start.
    resumed_from: the step that it went on from, 0 for a new run. ema: the running mean is in the network.
    """

    step: int
    loss: float
    losses: Mapping[str, float]
    images_per_second: float
    wait_share: float
    mfu: float | None
    skipped: int
    skipped_steps: int
    seconds: float
    resumed_from: int
    ema: bool
