"""Pure functions from arrays to numbers: rankings, intervals, paired tests.

Knows no workspace, no model and no file layout but the field's own (TREC). `saccade.evaluation` says what
a query is and what is relevant; here only formulas live. Names are loaded when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.metrics.compare import PairedTest, paired
    from saccade.metrics.intervals import Interval, bootstrap, wilson
    from saccade.metrics.names import Metric, parse
    from saccade.metrics.ranking import Scores, measure
    from saccade.metrics.selfmatch import without
    from saccade.metrics.trec import Qrels, Run

__all__ = [
    "Interval",
    "Metric",
    "PairedTest",
    "Qrels",
    "Run",
    "Scores",
    "bootstrap",
    "measure",
    "paired",
    "parse",
    "wilson",
    "without",
]

_HOMES = {
    "intervals": ("Interval", "bootstrap", "wilson"),
    "names": ("Metric", "parse"),
    "compare": ("PairedTest", "paired"),
    "ranking": ("Scores", "measure"),
    "selfmatch": ("without",),
    "trec": ("Qrels", "Run"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
