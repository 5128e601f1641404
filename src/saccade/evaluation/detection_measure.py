"""Detectors look at a labelled set, and what they found is scored: one line a detector.

Decided:
- Categories of detector and truth are one when their names are, without regard to capitals. What has no
  counterpart is named; boxes of such categories count only where categories do not.
- A detector of objects of any kind is scored without categories throughout.
- Latency is the median of single pictures, decoding excluded, after one picture to warm up.
- The curve keeps, of each picture, the `_RAW` best boxes before suppression, and suppresses them anew at each
  threshold: a detector that leans less on suppression loses less towards 1 (Beal et al. 2020, ViT-FRCNN).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from saccade.detection.detector import Detector
from saccade.errors import InputError
from saccade.evaluation.detection_set import LabelledSet
from saccade.metrics.detection import (
    DetectionScores,
    Found,
    ap_interval,
    average_precision,
    precision_recall,
    recall_agnostic,
)  # fmt: skip
from saccade.metrics.intervals import Interval
from saccade.progress import SILENT, Progress
from saccade.vision.detections import Detections, nms

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_RAW = 300
_OBJECT = ("object",)


class Raw(Protocol):
    """A detector that can also leave out suppression."""

    def raw(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]: ...


@dataclass
class Looked:
    """What one detector found in each picture; None where the picture could not be read."""

    detector_id: str
    categories: tuple[str, ...]
    found: list[Detections | None] = field(default_factory=list)
    raw: list[Detections] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def agnostic(self) -> bool:
        return self.categories == _OBJECT

    @property
    def unreadable(self) -> int:
        return sum(one is None for one in self.found)


@dataclass(frozen=True)
class Line:
    """One detector's numbers; AP with its interval, None where none was asked for.

    `precision`, `recall`: at the score that was asked for. `milliseconds`: median of one picture.
    `curve`: AP at each of `THRESHOLDS` of suppression, empty where it gives no raw boxes.
    `only_detector`, `only_truth`: names of categories without a counterpart.
    """

    detector: str
    scores: DetectionScores
    ar100_agnostic: float
    precision: float
    recall: float
    milliseconds: float
    unreadable: int
    interval: Interval | None
    curve: tuple[float, ...]
    only_detector: tuple[str, ...]
    only_truth: tuple[str, ...]


def look(
    labelled: LabelledSet, detectors: Sequence[Detector], curve: bool, progress: Progress = SILENT
) -> list[Looked]:
    """Every detector looks at every picture, one picture in memory at a time."""
    looked = [Looked(one.detector_id, one.categories) for one in detectors]
    warm = False
    for at in range(len(labelled)):
        rgb = labelled.read(at)
        for detector, one in zip(detectors, looked, strict=True):
            if rgb is not None and not warm:
                detector.detect([rgb])
            _look(detector, one, rgb, curve)
        warm = warm or rgb is not None
        progress.advance()
    return looked


def _look(detector: Detector, looked: Looked, rgb: NDArray[np.uint8] | None, curve: bool) -> None:
    if rgb is None:
        looked.found.append(None)
        looked.raw.append(Detections.none())
        return
    start = time.perf_counter()
    (found,) = detector.detect([rgb])
    looked.milliseconds.append(1000 * (time.perf_counter() - start))
    looked.found.append(_plain(found))
    if curve and hasattr(detector, "raw"):
        raw: Raw = detector  # type: ignore[assignment]
        best = raw.raw([rgb])[0]
        best = best.select(np.argsort(-best.scores, kind="stable")[:_RAW])
        looked.raw.append(_plain(best))


def _plain(found: Detections) -> Detections:
    """Without the vectors, which nobody asks for here."""
    return Detections(found.boxes, found.scores, found.labels)


@dataclass(frozen=True, eq=False)
class Names:
    """Places of a detector's categories in those of the truth, -1 for nowhere; who has no counterpart."""

    places: NDArray[np.int64]
    only_detector: tuple[str, ...]
    only_truth: tuple[str, ...]


def match_names(categories: Sequence[str], truth: Sequence[str]) -> Names:
    """Compare by name; InputError where not one is shared, unless the detector finds objects of any kind."""
    at = {name.strip().casefold(): place for place, name in enumerate(truth)}
    places = np.array([at.get(name.strip().casefold(), -1) for name in categories], np.int64)
    if tuple(categories) == _OBJECT:
        return Names(np.zeros(1, np.int64), (), ())
    if (places < 0).all():
        some = f"{', '.join(categories[:4])} against {', '.join(truth[:4])}"
        raise InputError(f"detector and truth share no category: {some}")
    alone = tuple(name for name, place in zip(categories, places, strict=True) if place < 0)
    kept = set(places.tolist())
    return Names(places, alone, tuple(name for place, name in enumerate(truth) if place not in kept))


def flat(labelled: LabelledSet, found: Sequence[Detections | None], names: Names, named_only: bool) -> Found:
    """Boxes of all pictures in pixels, with categories of the truth; `named_only` drops those without one."""
    parts = [one if one is not None else Detections.none() for one in found]
    picture = np.repeat(np.arange(len(parts)), [len(one) for one in parts])
    labels = np.concatenate([np.zeros(0, np.int64), *(one.labels for one in parts)])
    boxes = np.concatenate([np.zeros((0, 4)), *(one.boxes for one in parts)])
    scores = np.concatenate([np.zeros(0), *(one.scores.astype(np.float64) for one in parts)])
    pixels = boxes * np.tile(labelled.sizes[picture], 2)
    category = names.places[labels]
    kept = category >= 0 if named_only else np.ones(len(category), bool)
    return Found(picture[kept], category[kept], pixels[kept], scores[kept])


def score(labelled: LabelledSet, looked: Looked, at_score: float, resamples: int, seed: int = 0) -> Line:
    """All numbers of one detector."""
    names = match_names(looked.categories, labelled.categories)
    found = flat(labelled, looked.found, names, named_only=True)
    everything = flat(labelled, looked.found, names, named_only=False)
    truth, agnostic = labelled.truth, looked.agnostic
    precision, recall = precision_recall(truth, found, at_score, agnostic=agnostic)
    interval = ap_interval(truth, found, resamples, seed=seed, agnostic=agnostic) if resamples else None
    return Line(
        looked.detector_id,
        average_precision(truth, found, agnostic),
        recall_agnostic(truth, everything),
        precision,
        recall,
        float(np.median(looked.milliseconds)) if looked.milliseconds else float("nan"),
        looked.unreadable,
        interval,
        suppression_curve(labelled, looked, names),
        names.only_detector,
        names.only_truth,
    )


def suppression_curve(labelled: LabelledSet, looked: Looked, names: Names) -> tuple[float, ...]:
    """AP at each threshold of `THRESHOLDS`; empty without raw boxes."""
    if len(looked.raw) != len(looked.found) or not any(len(one) for one in looked.raw):
        return ()
    values: list[float] = []
    for threshold in THRESHOLDS:
        kept = [nms(one, threshold, by_class=not looked.agnostic) for one in looked.raw]
        found = flat(labelled, kept, names, named_only=True)
        values.append(average_precision(labelled.truth, found, looked.agnostic).ap)
    return tuple(values)
