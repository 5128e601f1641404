"""How sure each phrase of an image is: from evidence to a confidence of 0 to 1.

    scorer = fit_unsupervised(join(sample), vocabulary.table)          # nobody judged anything
    scorer = fit_learned(join(sample), vocabulary.table, judged)       # some hundred judged pairs
    scorer.confidence(bucket, vocabulary.table)                        # float32 [pairs]
    scorer_from_json(scorer.to_json())                                 # the same, on another machine

Names are loaded when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.labels.scoring.evidence import Evidence, join
    from saccade.labels.scoring.judged import join_judged, read_judged
    from saccade.labels.scoring.learned import fit_learned
    from saccade.labels.scoring.scorer import SOURCE_TABLE, Scorer, scorer_from_json
    from saccade.labels.scoring.unsupervised import fit_unsupervised

__all__ = [
    "SOURCE_TABLE",
    "Evidence",
    "Scorer",
    "fit_learned",
    "fit_unsupervised",
    "join",
    "join_judged",
    "read_judged",
    "scorer_from_json",
]

_HOMES = {
    "evidence": ("Evidence", "join"),
    "judged": ("join_judged", "read_judged"),
    "learned": ("fit_learned",),
    "scorer": ("SOURCE_TABLE", "Scorer", "scorer_from_json"),
    "unsupervised": ("fit_unsupervised",),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
