"""What speaks for a pair besides who says it: how well it fits what else is said of the image, and the like.

Each hint is a number of a pair, taken in standard deviations from its mean over the sample (clipped to
±`CLIP`; 0 where unknown), and adds its slope times that to the pair's log odds, ±`MOST` for all together:

    similarity  cosine of the phrase to the subject's other phrases
    share       of the texts in the phrase's language, those that say it
    longest     share of the texts that say it in which it stands by itself, not inside a longer phrase
    rarity      −log(1 + the phrase's support): what is said of everything says little
    cohesion    npmi of the phrase's words, where it has several

Decided (our own choice): slopes are constants, so hints are never taught by what they help to score;
deviations and not raw numbers, so that vectors of another kind need no other slopes. Where three voices or
more can be compared, only similarity adds to that (`AGREEMENT`; tuned on three marketplaces; half or one and
a half times as much does about as well). With fewer, nothing is known of a claim but hints (`ASSUMED`): they
are mild, so that confidences stay near what is assumed of a source, and an order is all that they promise.
Visualness stays out until it is known of some vocabulary that it could be tried on.

Not here: who says it (`label_model`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.scoring.evidence import Dense, Doubles, Evidence

AGREEMENT = {"similarity": 0.7}
ASSUMED = {"similarity": 0.5, "share": 0.7, "longest": 0.3, "rarity": 0.3, "cohesion": 0.3}
CLIP, MOST = 3.0, 2.0

_LEAST = 1e-6


@dataclass(frozen=True)
class Hints:
    """For each hint by name (mean, standard deviation, slope)."""

    lines: Mapping[str, tuple[float, float, float]]

    def log_odds(self, evidence: Evidence, view: Dense, phrases: pa.Table) -> Doubles:
        """float64 [pairs], -MOST..MOST."""
        total = np.zeros(len(evidence))
        for name, (mean, spread, slope) in self.lines.items():
            away = np.clip((_values(name, evidence, view, phrases) - mean) / spread, -CLIP, CLIP)
            total += slope * np.nan_to_num(away)
        return np.clip(total, -MOST, MOST)

    def to_record(self) -> dict[str, Any]:
        """For JSON."""
        return {name: list(line) for name, line in self.lines.items()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Hints:
        """The hints that `to_record` described."""
        return cls({name: (line[0], line[1], line[2]) for name, line in record.items()})


def fit_hints(sample: Evidence, view: Dense, phrases: pa.Table, slopes: Mapping[str, float]) -> Hints:
    """Hints with the deviations of a sample; one that is the same of all its pairs is left out."""
    lines: dict[str, tuple[float, float, float]] = {}
    for name, slope in slopes.items():
        values = _values(name, sample, view, phrases)
        known = values[np.isfinite(values)]
        if len(known) and (spread := float(known.std())) > _LEAST:
            lines[name] = (float(known.mean()), spread, slope)
    return Hints(lines)


def _values(name: str, evidence: Evidence, view: Dense, phrases: pa.Table) -> Doubles:
    """float64 [pairs], NaN where unknown."""
    if name == "similarity":
        return evidence.similarity.astype(np.float64)
    if name == "rarity":
        return -np.log1p(_column(phrases, "support"))[evidence.phrase]
    if name == "cohesion":
        return _column(phrases, "npmi")[evidence.phrase]
    texts = view.texts.sum(axis=1).astype(np.float64)
    if name == "share":
        return texts / np.maximum(view.heard.sum(axis=1), 1)
    return (view.longest * view.texts).sum(axis=1) / np.maximum(texts, 1)


def _column(phrases: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return phrases.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
