"""The scorer that needs no judgements: the label model fitted to a sample, and applied to any evidence.

Decided: what travels is a table of log odds for each phrase of the sample (by its id) and one for all others,
which are as wide as the phrases of the sample that are said least. Sources that the sample did not have are
one more voice, with the worth of the usual one.

Not here: the model itself (`label_model`), judgements (`learned`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.special import expit

from saccade.labels.scoring import label_model
from saccade.labels.scoring.counts import Counts, count, speakers, within
from saccade.labels.scoring.dependence import dependent
from saccade.labels.scoring.evidence import (
    Dense,
    Doubles,
    Evidence,
    Floats,
    Ints,

    dense,
    languages_of,
)
from saccade.labels.scoring.label_model import BINS, Tables
from saccade.labels.scoring.scorer import packed, rounded, table_of, table_record, unpacked
from saccade.labels.scoring.voices import Voices, outcomes

ROUNDS = 60


@dataclass(frozen=True, eq=False)
class LabelModel:
    """sources: names it was fitted to; voices: columns of each, the last voice is that of unknown sources;
    edges: float32 [BINS - 1] between bins of similarity; ids: uint64 [V] of the sample's phrases, ascending;
    tables: V + 1 rows, the last for all other phrases.
    """

    sources: tuple[str, ...]
    voices: Voices
    edges: Floats
    ids: npt.NDArray[np.uint64]
    tables: Tables
    table: pa.Table

    def confidence(self, evidence: Evidence, phrases: pa.Table) -> Floats:
        """float32 [pairs], 0..1."""
        return rounded(expit(self.log_odds(evidence, phrases)))

    def log_odds(self, evidence: Evidence, phrases: pa.Table, view: Dense | None = None) -> Doubles:
        """float64 [pairs]: log odds that each pair is true. view: the evidence by this scorer's sources."""
        if view is None:
            view = dense(evidence, languages_of(phrases, evidence.languages), self.sources)
        row = rows_of(self.ids, phrases)[evidence.phrase]
        code = outcomes(view, self.voices)
        return label_model.odds(self.tables, row, code, binned(evidence.similarity, self.edges))

    def source_table(self) -> pa.Table:
        """Rows of `SOURCE_TABLE`."""
        return self.table

    def to_record(self) -> dict[str, Any]:
        """As `to_json`, before it is text."""
        look = self.tables
        return {
            "kind": "label-model", "sources": list(self.sources), "voices": [list(v) for v in self.voices],
            "edges": packed(self.edges), "ids": packed(self.ids), "prior": packed(look.prior),
            "worth": packed(look.worth), "near": packed(look.near), "unsaid": packed(look.unsaid),
            "table": table_record(self.table),
        }  # fmt: skip

    def to_json(self) -> str:
        """Everything that `scorer_from_json` needs."""
        return json.dumps(self.to_record())

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> LabelModel:
        """The model that `to_record` described."""
        look = Tables(*(unpacked(record[name]) for name in ("prior", "worth", "near", "unsaid")))
        voices = tuple(tuple(voice) for voice in record["voices"])
        return cls(
            tuple(record["sources"]), voices, unpacked(record["edges"]), unpacked(record["ids"]), look,
            table_of(record["table"]),
        )  # fmt: skip


def fit_unsupervised(sample: Evidence, phrases: pa.Table, seed: int = 0) -> LabelModel:
    """The label model of a sample. Deterministic; seed: of the intervals' resampling."""
    from saccade.labels.scoring.intervals import source_table

    sources = sample.sources
    view = dense(sample, languages_of(phrases, sample.languages), sources)
    used, row = np.unique(sample.phrase, return_inverse=True)
    voices = (*dependent(view, row, len(sources)), (len(sources),))
    edges = _edges(sample.similarity)
    near = binned(sample.similarity, edges)
    code = outcomes(view, voices)
    counts = _counted(sample, phrases, voices, used, row, code, near)
    at, chance = label_model.fit(counts, np.ones(len(sample)), ROUNDS)
    look = with_others(label_model.tables(counts, at), counts)
    ids = ids_of(phrases)[used]
    order = np.argsort(ids)
    look = Tables(
        np.append(look.prior[:-1][order], look.prior[-1]),
        np.concatenate([look.worth[:-1][order], look.worth[-1:]]),
        look.near, np.append(look.unsaid[:-1][order], look.unsaid[-1]),
    )  # fmt: skip
    table = source_table(sample, view, chance, len(voices) - 1, seed)
    return LabelModel(sources, voices, edges, ids[order], look, table)


def binned(similarity: Floats, edges: Floats) -> npt.NDArray[np.int8]:
    """int8 [pairs]: the bin of each similarity, BINS where it is unknown."""
    place = np.searchsorted(edges, similarity, side="right")
    return np.where(np.isfinite(similarity), place, BINS).astype(np.int8)


def ids_of(phrases: pa.Table) -> npt.NDArray[np.uint64]:
    """uint64 [V]: phrase ids as numbers."""
    return np.array([int(name, 16) for name in phrases.column("phrase_id").to_pylist()], np.uint64)


def rows_of(ids: npt.NDArray[np.uint64], phrases: pa.Table) -> Ints:
    """int64 [V]: the place of each phrase of the vocabulary in `ids`, `len(ids)` for one that is not there."""
    wanted = ids_of(phrases)
    place = np.searchsorted(ids, wanted)
    if not len(ids):
        return np.zeros(len(wanted), np.int64)
    found = ids[np.minimum(place, len(ids) - 1)] == wanted
    return np.where(found, place, len(ids))


def with_others(look: Tables, counts: Counts) -> Tables:
    """The tables with one more row: the mean over the phrases with at most five pairs, or over all."""
    rare = counts.pairs <= max(5.0, float(counts.pairs.min(initial=5)))
    if not len(rare):
        width = counts.claims.shape[1:]
        return Tables(np.zeros(1), np.zeros((1, *width)), look.near, np.full(1, 0.5))
    return Tables(
        np.append(look.prior, look.prior[rare].mean()),
        np.concatenate([look.worth, look.worth[rare].mean(axis=0, keepdims=True)]),
        look.near, np.append(look.unsaid, look.unsaid[rare].mean()),
    )  # fmt: skip


def _counted(
    sample: Evidence, phrases: pa.Table, voices: Voices, used: npt.NDArray[np.int32], row: Ints,
    code: npt.NDArray[np.int8], near: npt.NDArray[np.int8],
) -> Counts:  # fmt: skip
    place = np.full(len(sample.sources), -1, np.int64)
    for number, voice in enumerate(voices):
        place[[column for column in voice if column < len(place)]] = number
    heard, universe = speakers(sample, place, len(voices), np.ones(sample.subjects))
    language = languages_of(phrases, sample.languages)[used]
    known = np.maximum(language, 0)
    return count(row, code, near, np.where((language >= 0)[:, None], heard[known], 0),
                 np.where(language >= 0, universe[known], 0), np.ones(len(sample)), within(voices))  # fmt: skip


def _edges(similarity: Floats) -> Floats:
    known = similarity[np.isfinite(similarity)]
    if not len(known):
        return np.zeros(BINS - 1, np.float32)
    return np.quantile(known, np.arange(1, BINS) / BINS).astype(np.float32)


