"""Counts of a sample that the label model is fitted to: who says which phrase how often, of how many.

Decided: phrases of the sample are renumbered 0..V-1 and only these are kept. A rate is shrunk to what the
voice does with phrases as common as this one (Gamma-Poisson, `SHRINK` claims).

Not here: what follows from them (`label_model`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from saccade.labels.scoring.evidence import Doubles, Evidence, Ints
from saccade.labels.scoring.voices import OUTCOMES, Codes, Voices

SHRINK = 2.0


@dataclass(frozen=True, eq=False)
class Counts:
    """V phrases, S voices, N pairs.

    row: int64 [N], phrase of each pair; code: int8 [N, S] outcomes; pairs: float64 [V], of each phrase;
    claims: float64 [V, S, OUTCOMES]; heard: float64 [V, S] subjects
    that a voice speaks of in the phrase's language; universe: float64 [V] subjects that any does;
    outcome_rate: float64 [V, S, OUTCOMES], q_ep; within: float64 [S, OUTCOMES, OUTCOMES], as `within` gives
    it.
    """

    row: Ints
    code: Codes
    pairs: Doubles
    claims: Doubles
    heard: Doubles
    universe: Doubles
    outcome_rate: Doubles
    within: Doubles

    @property
    def rate(self) -> Doubles:
        """float64 [V]: share of the subjects that anybody says the phrase of."""
        return np.maximum(self.pairs, 0.5) / np.maximum(self.universe, 1)

    @property
    def coverage(self) -> Doubles:
        """float64 [V, S]: share of the universe that a voice speaks of."""
        return np.minimum(self.heard / np.maximum(self.universe, 1)[:, None], 1)

    def around(self, values: Doubles) -> Doubles:
        """[V, S, OUTCOMES]: for each outcome the sum of `values` over all outcomes that hold it."""
        return np.einsum("soq,vsq->vso", self.within, values)

    def by_outcome(self, values: Doubles) -> Doubles:
        """float64 [V, S, OUTCOMES]: sums of values [N] over what each voice says."""
        return _by_outcome(self.row, self.code, values, len(self.pairs))


def count(row: Ints, code: Codes, heard: Doubles, universe: Doubles,
          weight: Doubles, within: Doubles) -> Counts:  # fmt: skip
    """Counts of pairs that weigh `weight` (float64 [N]) each; `heard`, `universe` as in `Counts`."""
    size = len(universe)
    pairs = np.bincount(row, weight, size).astype(np.float64)
    claims = _by_outcome(row, code, weight, size)
    heard = np.maximum(heard, claims.sum(axis=2))
    plain = Counts(row, code, pairs, claims, heard, np.maximum(universe, pairs), claims, within)
    return replace(plain, outcome_rate=_rates(claims, heard))


def speakers(evidence: Evidence, place: Ints, voices: int, weight: Doubles) -> tuple[Doubles, Doubles]:
    """float64 [languages, voices] and [languages]: subjects that a voice, and that anybody, speaks of.

    place: int64, the voice of each source of the evidence, -1 for none; weight: float64 [subjects].
    """
    wide = max(len(evidence.languages), 1)
    table = {
        name: evidence.heard.column(name).to_numpy().astype(np.int64)
        for name in ("subject", "source", "language")
    }
    voice = place[table["source"]] if len(place) else table["source"]
    keep = voice >= 0
    subject, language, voice = table["subject"][keep], table["language"][keep], voice[keep]
    one = np.unique((subject * wide + language) * voices + voice)
    any_one = np.unique(subject * wide + language)
    by_voice = np.bincount(one % (wide * voices), weight[one // (wide * voices)], wide * voices)
    anybody = np.bincount(any_one % wide, weight[any_one // wide], wide)
    return by_voice.reshape(wide, voices).astype(np.float64), anybody.astype(np.float64)


def _by_outcome(row: Ints, code: Codes, values: Doubles, size: int) -> Doubles:
    voices = code.shape[1]
    total = np.zeros((voices, size * OUTCOMES))
    for voice in range(voices):
        said = code[:, voice] > 0
        cell = row[said] * OUTCOMES + code[said, voice]
        total[voice] = np.bincount(cell, values[said], size * OUTCOMES)
    return np.ascontiguousarray(total.reshape(voices, size, OUTCOMES).transpose(1, 0, 2))


def _rates(claims: Doubles, heard: Doubles) -> Doubles:
    """q_ep: rate of each outcome among the subjects that the voice speaks of; 0 for silence."""
    usual = (claims.sum(axis=0) + 1e-3) / np.maximum(heard.sum(axis=0), 1)[:, None]
    usual /= usual.sum()
    scale = claims.sum(axis=(1, 2)) / np.maximum((heard[:, :, None] * usual).sum(axis=(1, 2)), 1e-9)
    base = np.maximum(scale, 1e-9)[:, None, None] * usual
    rate = base * (claims + SHRINK) / (heard[:, :, None] * base + SHRINK)
    rate[:, :, 0] = 0
    return rate


def within(voices: Voices) -> Doubles:
    """float64 [S, OUTCOMES, OUTCOMES]: 1 where an outcome (row) is part of another (column)."""
    found = np.zeros((len(voices), OUTCOMES, OUTCOMES))
    for number, voice in enumerate(voices):
        for small in range(OUTCOMES):
            for large in range(OUTCOMES):
                part = small & large == small and small > 0 if 1 < len(voice) <= 3 else small == large
                found[number, small, large] = part
    return found
