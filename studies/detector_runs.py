"""What the studies of detectors share: trainings of equal processor time, and the plot over suppression.

Decided: some steps are timed first, and as many are taken as fit; what a training costs before its first step
falls out of the difference between a longer and a shorter one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from learn_cells import Figures, grouped
from learn_report import COLOURS

from saccade.evaluation.detection_measure import THRESHOLDS
from saccade.training.detection.stage import TrainDetector
from saccade.training.stage import Pretrain
from saccade.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Cell = TypeVar("Cell", bound=Any)


def in_minutes(
    stage_of: Callable[[int], TrainDetector],
    ws: Workspace,
    minutes: float,
    steps: int,
    timed: tuple[int, int],
) -> tuple[TrainDetector, float]:
    """The stage that has run, with its steps, and its minutes of processor time.

    stage_of: the stage of so many steps. steps: 0 for as many as fit. timed: steps of the two short
    trainings, the shorter first.
    """
    if not steps:
        few, many = timed
        cost = (spent(stage_of(many), ws) - spent(stage_of(few), ws)) / (many - few)
        steps = max(many, round(60 * minutes / cost))
    stage = stage_of(steps)
    return stage, spent(stage, ws) / 60


def spent(stage: Pretrain | TrainDetector, ws: Workspace) -> float:
    """Seconds of processor time that a run of the stage takes."""
    start = time.process_time()
    stage.run(ws)
    return time.process_time() - start


def draw_suppression(axes: Sequence[Axes], found: Sequence[tuple[Cell, Figures]], held: str) -> None:
    """AP over the overlap at which suppression drops a box, a line a kind. held: what it was measured on."""
    for place, ((kind,), some) in enumerate(grouped(found, "kind").items()):
        curve = np.mean([figures["curve"] for _, figures in some if figures["curve"]], axis=0)
        if np.ndim(curve):
            axes[0].plot(THRESHOLDS, curve, "o-", color=COLOURS[place], label=kind)
    axes[0].set(xlabel="overlap above which the lesser box goes", ylabel=f"AP on {held}")
    axes[0].set_ylim(bottom=0)
    axes[0].legend()
