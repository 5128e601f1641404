"""Do scores mean what they say? Judged pairs in bins of score, counted by `saccade.metrics.calibration`."""

from __future__ import annotations

from typing import Any

from saccade.errors import InputError
from saccade.labels.card.facts import Reliability, ReliabilityBin
from saccade.labels.card.given import JudgedPairs, Rate
from saccade.metrics import calibration


def reliability(judged: JudgedPairs | None) -> Reliability | None:
    """The reliability curve over ten bins of equal width; None without pairs."""
    if judged is None or not judged.scores:
        return None
    if len(judged.scores) != len(judged.true):
        found = f"{len(judged.scores)} and {len(judged.true)}"
        raise InputError(f"judged pairs need as many scores as judgements, found {found}")
    error = calibration.expected_calibration_error(judged.true, judged.scores)
    bins = map(_bin, calibration.reliability(judged.true, judged.scores).to_pylist())
    return Reliability(judged.by, len(judged.scores), error, tuple(bins))


def _bin(row: dict[str, Any]) -> ReliabilityBin:
    return ReliabilityBin(
        int(row["rows"]), row["score"], Rate(row["good"], row["good_low"], row["good_high"])
    )
