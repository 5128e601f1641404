"""Predict the labels of test pictures from embeddings, three ways: 1-NN, 20-NN and a linear probe.

Decided: floats are compared by cosine, sign bits by agreement; a probe of bits sees -1 and 1. A probe learns
from at most `MOST` training pictures, drawn with a fixed seed, which bounds its memory; neighbours see all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.evaluation.exact import BitScorer, FloatScorer, Scorer
from saccade.evaluation.knn import NEIGHBOURS, cosine_of_agreement, neighbours, vote
from saccade.evaluation.labelled import Labelled
from saccade.evaluation.probe import fit_probe
from saccade.evaluation.vectors import Fingerprints, Form, unit
from saccade.metrics.columns import Ints

MOST = 50_000
METHODS = ("1-NN", f"{NEIGHBOURS}-NN", "probe")


@dataclass(frozen=True, eq=False)
class Predicted:
    """What one model in one form says of a task: method → int64 [m], the class of each tested picture."""

    task: Labelled
    model: str
    form: Form
    classes: Mapping[str, Ints]

    @property
    def label(self) -> str:
        """`model (float)`, as in the tables of retrieval."""
        return f"{self.model} ({self.form})"


def predict(
    task: Labelled, model: str, form: Form, queries: Fingerprints, gallery: Fingerprints
) -> Predicted:
    """Classify every tested picture.

    `queries` and `gallery` hold the pictures whose rows the task names.
    """
    near, cosines = _neighbours(task, form, queries, gallery)
    count = len(task.classes)
    found = (
        vote(near[:, :1], cosines[:, :1], task.taught, count),
        vote(near, cosines, task.taught, count),
        _probed(task, form, queries, gallery),
    )
    return Predicted(task, model, form, dict(zip(METHODS, found, strict=True)))


def _neighbours(
    task: Labelled, form: Form, queries: Fingerprints, gallery: Fingerprints
) -> tuple[Ints, npt.NDArray[np.float32]]:
    places, scores = neighbours(_scorer(task, form, queries, gallery), len(task.tested), task.teachers)
    return places, cosine_of_agreement(scores) if form == "binary" else scores


def _scorer(task: Labelled, form: Form, queries: Fingerprints, gallery: Fingerprints) -> Scorer:
    if form == "binary":
        return BitScorer(queries.bits[task.tested], gallery.bits, gallery.dim)
    return FloatScorer(unit(queries.vectors[task.tested]), unit(gallery.vectors))


def _probed(task: Labelled, form: Form, queries: Fingerprints, gallery: Fingerprints) -> Ints:
    rows = np.arange(len(task.teachers))
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
    x = features(gallery, task.teachers[rows], form)
    probe = fit_probe(x, task.taught[rows], task.units[0][rows])
    return probe.predict(features(queries, task.tested, form))


def features(pictures: Fingerprints, rows: Ints, form: Form) -> npt.NDArray[np.float32]:
    """float32 [n, D]: unit vectors, or -1 and 1."""
    if form == "float":
        return unit(pictures.vectors[rows])
    bits = np.unpackbits(pictures.bits[rows], axis=1, count=pictures.dim)
    return bits.astype(np.float32) * 2 - 1
