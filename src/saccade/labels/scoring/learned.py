"""The scorer that learns from judged pairs: logistic regression or LightGBM over features, then calibrated.

Decided: the label model's log odds are one more feature, so that a few hundred judgements correct it and need
not learn everything. Calibration uses scores that each row got from a model that did not see it
(`FOLDS`-fold cross-fitting); the model that is kept is fitted to all rows. One thread and fixed seeds: the
same rows give the same model. LightGBM travels as its own model text.

The table of sources rests on both: precision is the mean confidence of all that the source says, corrected by
the mean slip on its judged pairs (prediction-powered inference, Angelopoulos et al. 2023).

Not here: reading judgements (`judged`), the curves (`calibrate`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.labels.scoring.calibrate import Curve, fit_curve
from saccade.labels.scoring.evidence import Dense, Doubles, Evidence, Flags, Floats, Ints, dense, languages_of
from saccade.labels.scoring.features import features
from saccade.labels.scoring.intervals import Draw, corrected, reweighted, source_table
from saccade.labels.scoring.scorer import packed, rounded, table_of, table_record, unpacked
from saccade.labels.scoring.unsupervised import LabelModel, fit_unsupervised

Kind = Literal["logistic", "lightgbm"]
FEWEST = 20
"""Judged pairs that are needed to learn anything."""
FOLDS = 5


@dataclass(frozen=True, eq=False)
class Linear:
    """Logistic regression: mean, scale, slope float64 [features], shift."""

    mean: Doubles
    scale: Doubles
    slope: Doubles
    shift: float

    def raw(self, rows: Floats) -> Doubles:
        """float64 [N]: log odds; added up feature by feature, so that the order never changes."""
        total = np.full(len(rows), self.shift)
        for at in np.flatnonzero(self.slope):
            total += (rows[:, at] - self.mean[at]) / self.scale[at] * self.slope[at]
        return total

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> Linear:
        """What `to_record` described."""
        mean, scale, slope = (unpacked(record[name]) for name in ("mean", "scale", "slope"))
        return cls(mean, scale, slope, record["shift"])

    def to_record(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "mean": packed(self.mean), "scale": packed(self.scale), "slope": packed(self.slope),
            "shift": self.shift,
        }  # fmt: skip


@dataclass(frozen=True)
class Trees:
    """LightGBM's model text."""

    text: str

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.text)

    def raw(self, rows: Floats) -> Doubles:
        """float64 [N]: log odds."""
        if not len(rows):
            return np.empty(0)
        return np.asarray(self._booster.predict(rows, raw_score=True, num_threads=1), np.float64)

    def to_record(self) -> dict[str, Any]:
        """For JSON."""
        return {"text": self.text}


@dataclass(frozen=True, eq=False)
class Learned:
    """base: the label model whose log odds are a feature; curve: from raw score to chance."""

    base: LabelModel
    model: Linear | Trees
    curve: Curve
    table: pa.Table

    def confidence(self, evidence: Evidence, phrases: pa.Table) -> Floats:
        """float32 [pairs], 0..1."""
        return rounded(self.curve(self.model.raw(rows_of(self.base, evidence, phrases)[0])))

    def source_table(self) -> pa.Table:
        """Rows of `SOURCE_TABLE`."""
        return self.table

    def to_json(self) -> str:
        """Everything that `scorer_from_json` needs."""
        curve = {"kind": self.curve.kind, "x": self.curve.x, "y": self.curve.y}
        return json.dumps({
            "kind": "learned", "base": self.base.to_record(), "model": self.model.to_record(), "curve": curve,
            "table": table_record(self.table),
        })  # fmt: skip

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Learned:
        """The scorer that `to_json` described."""
        model, curve = record["model"], record["curve"]
        fitted = Trees(model["text"]) if "text" in model else Linear.of_record(model)
        shape = Curve(curve["kind"], tuple(curve["x"]), tuple(curve["y"]))
        return cls(LabelModel.from_record(record["base"]), fitted, shape, table_of(record["table"]))


def fit_learned(
    sample: Evidence, phrases: pa.Table, judged: pa.Table, kind: Kind = "logistic", seed: int = 0
) -> Learned:
    """A scorer from rows of `JUDGED` about pairs of the sample.

    Raises `InputError` for fewer than `FEWEST` judged pairs, only good or only bad ones, pairs that are
    not in the sample, and another kind.
    """
    pair, good = _checked(sample, judged, kind)
    base = fit_unsupervised(sample, phrases, seed)
    rows, view = rows_of(base, sample, phrases)
    fold = _folds(good, seed)
    raw = np.empty(len(pair))
    for number in range(int(fold.max()) + 1):
        out = fold == number
        raw[out] = _fit(rows[pair[~out]], good[~out], kind, seed).raw(rows[pair[out]])
    curve = fit_curve(raw, good)
    model = _fit(rows[pair], good, kind, seed)
    chance = curve(model.raw(rows))
    whole = Draw(np.ones(sample.subjects), chance)
    table = source_table(sample, view, whole, reweighted(sample.subjects, chance, seed), "judged")
    table = corrected(table, view, pair, good - curve(raw))
    return Learned(base, model, curve, table)


def rows_of(base: LabelModel, evidence: Evidence, phrases: pa.Table) -> tuple[Floats, Dense]:
    """float32 [pairs, features], and the evidence by the scorer's sources."""
    view = dense(evidence, languages_of(phrases, evidence.languages), base.sources)
    odds = np.clip(base.log_odds(evidence, phrases, view), -12, 12).astype(np.float32)
    return np.concatenate([features(evidence, view, phrases), odds[:, None]], axis=1), view


def _checked(sample: Evidence, judged: pa.Table, kind: str) -> tuple[Ints, Flags]:
    if kind not in ("logistic", "lightgbm"):
        raise InputError(f"a learned scorer is logistic or lightgbm, found {kind}")
    pair = judged.column("pair").to_numpy().astype(np.int64)
    good = judged.column("good").to_numpy(zero_copy_only=False).astype(np.bool_)
    if len(pair) and not 0 <= pair.min() <= pair.max() < len(sample):
        raise InputError(
            f"judged pairs are numbers from 0 to {len(sample) - 1}, found {pair.min()} to {pair.max()}"
        )
    if len(pair) < FEWEST:
        raise InputError(
            f"learning needs at least {FEWEST} judged pairs that some source says, found {len(pair)}: "
            "judge more, or score without judgements"
        )
    if good.all() or not good.any():
        only = "good" if good.all() else "bad"
        raise InputError(
            f"learning needs good and bad pairs, found {len(pair)} that are all {only}: judge others too"
        )
    return pair, good


def _folds(good: Flags, seed: int) -> npt.NDArray[np.int64]:
    """int64 [N]: the fold of each row; good and bad ones are dealt out alike, so every fit sees both."""
    fewest = int(min(good.sum(), (~good).sum()))
    count = min(FOLDS, fewest) if fewest > 1 else 2
    dice, fold = np.random.default_rng(seed), np.empty(len(good), np.int64)
    for kind in (good, ~good):
        rows = np.flatnonzero(kind)
        fold[dice.permutation(rows)] = np.arange(len(rows)) % count
    return fold


def _fit(rows: Floats, good: Flags, kind: Kind, seed: int) -> Linear | Trees:
    if good.all() or not good.any():  # the one row of its kind is in the fold that is left out
        width = rows.shape[1]
        return Linear(np.zeros(width), np.ones(width), np.zeros(width), 3.0 if good.all() else -3.0)
    return _linear(rows, good) if kind == "logistic" else _trees(rows, good, seed)


def _linear(rows: Floats, good: Flags) -> Linear:
    from sklearn.linear_model import LogisticRegression

    values = rows.astype(np.float64)
    mean, scale = values.mean(axis=0), values.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1)
    model = LogisticRegression(C=0.1, max_iter=2000, tol=1e-8).fit((values - mean) / scale, good)
    return Linear(mean, scale, np.asarray(model.coef_[0], np.float64), float(model.intercept_[0]))


def _trees(rows: Floats, good: Flags, seed: int) -> Trees:
    import lightgbm

    least = max(5, min(20, len(good) // 20))
    settings = {
        "objective": "binary", "num_leaves": 7, "learning_rate": 0.05, "min_data_in_leaf": least,
        "lambda_l2": 5.0, "feature_fraction": 0.7, "bagging_fraction": 0.8, "bagging_freq": 1,
        "num_threads": 1, "verbosity": -1, "deterministic": True, "force_row_wise": True,
        "seed": seed, "max_bin": 63,
    }  # fmt: skip
    data = lightgbm.Dataset(rows, label=good.astype(np.float64), params={"verbosity": -1})
    booster = lightgbm.train(settings, data, num_boost_round=120)
    return Trees(booster.model_to_string())
