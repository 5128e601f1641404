"""The scorer that needs no judgements: the label model fitted to a sample, and applied to any evidence.

Decided: what travels is a table of log odds for each phrase of the sample (by its id), one more row for all
other phrases (the mean of those that the sample hardly has), and the hints. Sources that the sample did not
have are one more voice; nothing was ever claimed by it, so it adds nothing, for or against. With fewer than
three voices nothing is found by agreement, so nothing is tempered: what is assumed stands, and hints rank.

Bounds of a source's precision and recall hold more than the luck of the sample: how many true pairs nobody
confirms is a constant of ours, so the odds of every pair may be `SLIP` times greater or smaller.

Not here: the model itself (`label_model`), what else speaks for a pair (`hints`), judgements (`learned`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.special import expit

from saccade.labels.hashing import text_buffers
from saccade.labels.scoring import label_model
from saccade.labels.scoring.counts import Counts, count, speakers, within
from saccade.labels.scoring.dependence import dependent
from saccade.labels.scoring.evidence import Dense, Doubles, Evidence, Floats, Ints, dense, languages_of
from saccade.labels.scoring.hints import AGREEMENT, ASSUMED, Hints, fit_hints
from saccade.labels.scoring.intervals import Draw, refitted, source_table
from saccade.labels.scoring.label_model import Tables, tempered
from saccade.labels.scoring.scorer import packed, rounded, table_of, table_record, unpacked
from saccade.labels.scoring.strain import strain
from saccade.labels.scoring.voices import Codes, Voices, outcomes

Ids = npt.NDArray[np.uint64]

ROUNDS, ROUNDS_AGAIN = 40, 10
"""Rounds of the fit, and of each resample from there. Agreement leaves some directions nearly flat, and more
rounds drift along them: forty serve calibration on marketplaces better than twenty or three hundred."""
RARE = 5.0
"""Pairs up to which a phrase of the sample is like one that it does not have."""
SLIP = {"agreement": 2.0, "assumed": 10.0}
"""Times by which the odds of all pairs may be wrong together; our own choice, after three marketplaces."""


@dataclass(frozen=True, eq=False)
class LabelModel:
    """sources: names it was fitted to; voices: columns of each, the last voice is that of unknown sources;
    ids: uint64 [V] of the sample's phrases, ascending; tables: V + 1 rows, the last for all other phrases.
    """

    sources: tuple[str, ...]
    voices: Voices
    ids: Ids
    tables: Tables
    hints: Hints
    table: pa.Table

    def confidence(self, evidence: Evidence, phrases: pa.Table) -> Floats:
        """float32 [pairs], 0..1."""
        view = dense(evidence, languages_of(phrases, evidence.languages), self.sources)
        lean = self.hints.log_odds(evidence, view, phrases)
        return rounded(expit(self.log_odds(evidence, phrases, view) + lean))

    def log_odds(self, evidence: Evidence, phrases: pa.Table, view: Dense) -> Doubles:
        """float64 [pairs]: log odds that each pair is true by who says it, without hints, which a learned
        scorer has as features. view: the evidence by this scorer's sources.
        """
        row = rows_of(self.ids, phrases)[evidence.phrase]
        return label_model.odds(self.tables, row, outcomes(view, self.voices))

    def source_table(self) -> pa.Table:
        """Rows of `SOURCE_TABLE`."""
        return self.table

    def to_record(self) -> dict[str, Any]:
        """As `to_json`, before it is text."""
        return {
            "kind": "label-model", "sources": list(self.sources), "voices": [list(v) for v in self.voices],
            "ids": packed(self.ids), "prior": packed(self.tables.prior), "worth": packed(self.tables.worth),
            "unsaid": packed(self.tables.unsaid), "hints": self.hints.to_record(),
            "table": table_record(self.table),
        }  # fmt: skip

    def to_json(self) -> str:
        """Everything that `scorer_from_json` needs."""
        return json.dumps(self.to_record())

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> LabelModel:
        """The model that `to_record` described."""
        look = Tables(*(unpacked(record[name]) for name in ("prior", "worth", "unsaid")))
        voices = tuple(tuple(voice) for voice in record["voices"])
        hints = Hints.from_record(record["hints"])
        ids, table = unpacked(record["ids"]), table_of(record["table"])
        return cls(tuple(record["sources"]), voices, ids, look, hints, table)


def fit_unsupervised(sample: Evidence, phrases: pa.Table, seed: int = 0) -> LabelModel:
    """The label model of a sample. Deterministic; seed: of the intervals' resampling."""
    fitting = _prepared(sample, phrases)
    fitted = "agreement" if len(fitting.voices) > 3 else "assumed"
    hints = fit_hints(sample, fitting.view, phrases, AGREEMENT if fitted == "agreement" else ASSUMED)
    lean, everybody = hints.log_odds(sample, fitting.view, phrases), np.ones(sample.subjects)
    counts = fitting.counts(everybody)
    at = label_model.fit(counts, np.ones(len(sample)), ROUNDS)
    pull = strain(counts, at) if fitted == "agreement" else 0.0
    look = tempered(label_model.tables(counts, at), pull)
    chance = expit(label_model.odds(look, fitting.row, fitting.code) + lean)

    def again(weight: Doubles) -> Doubles:
        """Chances of a resample: counts and parameters anew."""
        drawn = fitting.counts(weight)
        moved = label_model.fit(drawn, weight[sample.subject], ROUNDS_AGAIN, at)
        drawn_look = tempered(label_model.tables(drawn, moved), pull)
        return expit(label_model.odds(drawn_look, fitting.row, fitting.code) + lean)

    draws = refitted(sample.subjects, again, seed)
    table = source_table(sample, fitting.view, Draw(everybody, chance), draws, fitted, SLIP[fitted])
    order = np.append(np.argsort(fitting.ids), len(fitting.ids))
    look = with_others(look, counts)
    look = Tables(look.prior[order], look.worth[order], look.unsaid[order])
    return LabelModel(sample.sources, fitting.voices, fitting.ids[order[:-1]], look, hints, table)


@dataclass(frozen=True, eq=False)
class _Fitting:
    """A sample made ready: row int64 [pairs] phrase of each pair in `ids`; language int32 [V] of each."""

    sample: Evidence
    view: Dense
    voices: Voices
    ids: Ids
    language: npt.NDArray[np.int32]
    row: Ints
    code: Codes

    def counts(self, weight: Doubles) -> Counts:
        """Counts with subjects that weigh `weight` (float64 [subjects])."""
        place = np.full(len(self.sample.sources), -1, np.int64)
        for number, voice in enumerate(self.voices[:-1]):
            place[list(voice)] = number
        heard, universe = speakers(self.sample, place, len(self.voices), weight)
        known, at = self.language >= 0, np.maximum(self.language, 0)
        return count(
            self.row, self.code, np.where(known[:, None], heard[at], 0), np.where(known, universe[at], 0),
            weight[self.sample.subject], within(self.voices),
        )  # fmt: skip


def _prepared(sample: Evidence, phrases: pa.Table) -> _Fitting:
    language = languages_of(phrases, sample.languages)
    view = dense(sample, language, sample.sources)
    used, row = np.unique(sample.phrase, return_inverse=True)
    columns = len(sample.sources)
    voices = (*dependent(view, row, columns), (columns,))
    return _Fitting(sample, view, voices, ids_of(phrases)[used], language[used], row, outcomes(view, voices))


def ids_of(phrases: pa.Table) -> Ids:
    """uint64 [V]: phrase ids, 16 hexadecimal digits each, as numbers."""
    names = pa.concat_arrays(phrases.column("phrase_id").chunks or [pa.array([], pa.string())])
    data, offsets = text_buffers(names)
    digits = data[offsets[0] : offsets[-1]].reshape(-1, 16).astype(np.uint64)
    digits = np.where(digits >= ord("a"), digits - np.uint64(ord("a") - 10), digits - np.uint64(ord("0")))
    return (digits << np.arange(60, -4, -4, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)


def rows_of(ids: Ids, phrases: pa.Table) -> Ints:
    """int64 [V]: the place of each phrase of the vocabulary in `ids`, `len(ids)` for one that is not
    there.
    """
    wanted = ids_of(phrases)
    if not len(ids):
        return np.zeros(len(wanted), np.int64)
    place = np.searchsorted(ids, wanted)
    found = ids[np.minimum(place, len(ids) - 1)] == wanted
    return np.where(found, place, len(ids))


def with_others(look: Tables, counts: Counts) -> Tables:
    """The tables with one more row, for phrases that the sample does not have."""
    rare = counts.pairs <= max(RARE, float(counts.pairs.min()) if len(counts.pairs) else 0.0)
    if not len(rare):
        width = counts.claims.shape[1:]
        return Tables(np.zeros(1), np.zeros((1, *width)), np.full(1, 0.5))
    return Tables(
        np.append(look.prior, look.prior[rare].mean()),
        np.concatenate([look.worth, look.worth[rare].mean(axis=0, keepdims=True)]),
        np.append(look.unsaid, look.unsaid[rare].mean()),
    )
