"""Objects in pictures: detectors behind one interface, and the stage that fills the table `objects`.

Start at `detector.open_detector` (a folder, or the name of a kept detector, to something that finds boxes)
or at `stage.Detect` (what `saccade detect` runs). Networks are in `saccade.models.detector`, formulas in
`saccade.metrics.detection`, comparisons on labelled pictures in `saccade.evaluation.detection`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.detection.detector import Detector, open_detector
    from saccade.detection.stage import Detect

__all__ = ["Detect", "Detector", "open_detector"]

_HOMES = {"Detect": "stage", "Detector": "detector", "open_detector": "detector"}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
