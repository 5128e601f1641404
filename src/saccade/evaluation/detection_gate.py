"""How good is the two-step gate? Text alone, picture alone and both, on pictures with labelled boxes.

A case is a picture and a category. It is positive where people drew a box of that category. The text says
yes where it suggests the category; the detector says yes where it finds one at the score or more, and on a
positive case only counts if one of its boxes overlaps a labelled one by more than `overlap`; both say yes
where both do (Jing et al. 2015, table 1, which counts overlaps above 0.3).

Decided: a labelled set without positions (boxes of the whole picture) can be asked with `overlap=None`: then
presence is enough. Crowds count as presence. Categories that the truth lacks are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.detection.gate import Gate, Text
from saccade.evaluation.detection_measure import Looked, flat, match_names
from saccade.evaluation.detection_set import LabelledSet
from saccade.metrics.detection import match

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class GateScores:
    """Of one way to decide: precision, recall (true-positive rate), false-positive rate; NaN for 0 / 0."""

    precision: float
    recall: float
    false_positive_rate: float
    positives: int
    negatives: int


@dataclass(frozen=True)
class GateEvaluation:
    """The three ways on the same cases."""

    text: GateScores
    picture: GateScores
    both: GateScores

    def rows(self) -> list[tuple[str, ...]]:
        """A header row and a row for each way."""
        lines = (("text", self.text), ("picture", self.picture), ("both", self.both))
        return [
            ("by", "precision", "recall", "false-positive rate"),
            *((name, *(f"{value:.3f}" for value in (one.precision, one.recall, one.false_positive_rate)))
              for name, one in lines),
        ]  # fmt: skip


def evaluate_gate(
    labelled: LabelledSet, looked: Looked, gate: Gate, texts: Mapping[str, Sequence[Text]], score: float,
    overlap: float | None = 0.3,
) -> GateEvaluation:  # fmt: skip
    """Compare text, picture and both.

    Args:
        labelled: the pictures.
        looked: what the detector found in them (`detection_measure.look`).
        gate: of the detector's categories.
        texts: what is said of each picture, by its name in `labelled`.
        score: least score of a box.
        overlap: more than this with a labelled box makes a hit; None: presence is enough.
    """
    names = match_names(looked.categories, labelled.categories)
    shape = (len(labelled), len(labelled.categories))
    truth = np.zeros(shape, bool)
    truth[labelled.truth.picture, labelled.truth.category] = True
    found = flat(labelled, looked.found, names, named_only=True).above(score)
    seen, hit = np.zeros(shape, bool), np.zeros(shape, bool)
    seen[found.picture, found.category] = True
    good = np.ones(len(found.scores), bool)
    if overlap is not None:
        good = match(labelled.truth, found, np.nextafter(overlap, 1.0)) != -1
    hit[found.picture[good], found.category[good]] = True
    said = np.zeros(shape, bool)
    for at, name in enumerate(labelled.names):
        places = names.places[sorted(gate.suggested(texts.get(name, ())))]
        said[at, places[places >= 0]] = True
    asked = np.isin(np.arange(shape[1]), names.places)
    pick = (truth[:, asked], said[:, asked], seen[:, asked], hit[:, asked])
    positive, text, present, right = pick
    return GateEvaluation(
        _scores(positive, text, text),
        _scores(positive, present, right),
        _scores(positive, text & present, text & right),
    )


def _scores(positive: Flags, said: Flags, right: Flags) -> GateScores:
    """`said`: yes; `right`: a yes that counts on a positive case."""
    true, wanted, others = int((positive & right).sum()), int(positive.sum()), int((~positive).sum())
    alarms = int((~positive & said).sum())
    return GateScores(
        _share(true, int(said.sum())), _share(true, wanted), _share(alarms, others), wanted, others
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
