"""How good are boxes? Average precision and recall as COCO defines them, and matching at one threshold.

AP is the mean over overlaps .50:.05:.95 and over categories of the area under the interpolated curve of
precision and recall; AR@k the mean recall over the same overlaps with the k best boxes of a picture (Lin et
al. 2014, and cocodataset.org). The evaluation itself is faster-coco-eval's, which equals pycocotools; here
are arrays in, numbers out, and silence.

Decided:
- Boxes are x, y, width, height in pixels of the picture, since COCO's sizes are: small below 32², medium
  below 96², large above. A crowd region hides what lies in it and is never asked for.
- What cannot be measured (no truth of that size or category) is NaN, where the reference says -1.
- The interval of AP is a percentile bootstrap over pictures: matches are made once and resampled, so a drawn
  sample costs milliseconds. Not here: suppression (`vision.detections.nms`), files (`evaluation.detection`).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.errors import InputError
from saccade.metrics.intervals import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
SMALL, MEDIUM = 32**2, 96**2
MOST = (1, 10, 100)  # boxes a picture that AR looks at
MISSED, HIDDEN = -1, -2  # in `match`: no truth, in a crowd


@dataclass(frozen=True, eq=False)
class Truth:
    """What people drew, flat over P pictures.

    pictures: int64 [P], every picture that counts, with boxes or without. picture, category: int64 [n].
    boxes: float64 [n, 4] in pixels. crowd: bool [n]. area: float64 [n] in pixels², by default the boxes'.
    """

    pictures: Ints
    picture: Ints
    category: Ints
    boxes: Floats
    crowd: Flags
    area: Floats

    @staticmethod
    def of(
        pictures: ArrayLike, picture: ArrayLike, category: ArrayLike, boxes: ArrayLike,
        crowd: ArrayLike | None = None, area: ArrayLike | None = None,
    ) -> Truth:  # fmt: skip
        """From anything that numpy reads; InputError where the lengths differ or a picture is not listed."""
        placed = np.asarray(boxes, np.float64).reshape(-1, 4)
        flags = np.zeros(len(placed), bool) if crowd is None else np.asarray(crowd, bool)
        areas = placed[:, 2] * placed[:, 3] if area is None else np.asarray(area, np.float64)
        made = Truth(
            np.unique(np.asarray(pictures, np.int64)), np.asarray(picture, np.int64),
            np.asarray(category, np.int64), placed, flags, areas,
        )  # fmt: skip
        _check_lengths(made.picture, made.category, made.boxes, made.crowd, made.area)
        _check_known(made.pictures, made.picture)
        return made


@dataclass(frozen=True, eq=False)
class Found:
    """What a detector found: picture, category int64 [n], boxes float64 [n, 4] in pixels, scores [n]."""

    picture: Ints
    category: Ints
    boxes: Floats
    scores: Floats

    @staticmethod
    def of(picture: ArrayLike, category: ArrayLike, boxes: ArrayLike, scores: ArrayLike) -> Found:
        """From anything that numpy reads; InputError where the lengths differ."""
        made = Found(
            np.asarray(picture, np.int64), np.asarray(category, np.int64),
            np.asarray(boxes, np.float64).reshape(-1, 4), np.asarray(scores, np.float64),
        )  # fmt: skip
        _check_lengths(made.picture, made.category, made.boxes, made.scores)
        return made

    def above(self, score: float) -> Found:
        """The boxes with at least that score."""
        kept = self.scores >= score
        return Found(self.picture[kept], self.category[kept], self.boxes[kept], self.scores[kept])


@dataclass(frozen=True)
class DetectionScores:
    """The twelve numbers that the field reports without AR by size; 0..1, NaN where there is no truth.

    per_category: AP of each category that the truth has, by its number.
    """

    ap: float
    ap50: float
    ap75: float
    ap_small: float
    ap_medium: float
    ap_large: float
    ar1: float
    ar10: float
    ar100: float
    per_category: dict[int, float]


def average_precision(truth: Truth, found: Found, agnostic: bool = False) -> DetectionScores:
    """AP and AR; `agnostic` ignores the categories, so that an object counts whatever it was called."""
    evaluation = _evaluated(truth, found, agnostic)
    if evaluation is None:
        nan = float("nan")
        return DetectionScores(nan, nan, nan, nan, nan, nan, nan, nan, nan, {})
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    small, medium, large = (_mean(precision[:, :, :, area, -1]) for area in (1, 2, 3))
    ar1, ar10, ar100 = (_mean(recall[:, :, 0, at]) for at in range(3))
    per_category = {
        int(name): _mean(precision[:, :, at, 0, -1]) for at, name in enumerate(evaluation.params.catIds)
    }
    return DetectionScores(
        _mean(precision[:, :, :, 0, -1]), _mean(precision[0, :, :, 0, -1]), _mean(precision[5, :, :, 0, -1]),
        small, medium, large, ar1, ar10, ar100,
        {name: value for name, value in per_category.items() if not agnostic and not np.isnan(value)},
    )  # fmt: skip


def recall_agnostic(truth: Truth, found: Found) -> float:
    """AR@100 whatever the categories: the share of things that are found at all."""
    return average_precision(truth, found, agnostic=True).ar100


def ap_interval(
    truth: Truth, found: Found, resamples: int = 200, level: float = 0.95, seed: int = 0,
    agnostic: bool = False,
) -> Interval:  # fmt: skip
    """Percentile bootstrap interval of AP over pictures.

    A category that a drawn sample has no truth of does not count in it. InputError without any truth.
    """
    evaluation = _evaluated(truth, found, agnostic, kept=True)
    if evaluation is None:
        raise InputError("an interval of AP needs labelled boxes, found none")
    count, rng = len(evaluation.params.imgIds), np.random.default_rng(seed)
    means = [_resampled(evaluation, rng.integers(0, count, count)) for _ in range(resamples)]
    low, high = np.nanquantile(means, [(1 - level) / 2, (1 + level) / 2])
    mean = _resampled(evaluation, np.arange(count))
    return Interval(mean, float(low), float(high), "percentile")


def _resampled(evaluation: Any, drawn: Ints) -> float:
    """AP over all sizes of the pictures at these places, which may repeat."""
    from faster_coco_eval import faster_eval_api_cpp as native  # pyright: ignore[reportAttributeAccessIssue]

    matches, params = evaluation.matches, evaluation.drawn_params
    count = len(params.imgIds)
    rows = [matches[start + at] for start in range(0, len(matches), count) for at in drawn.tolist()]
    return _mean(native.COCOevalAccumulate(params, rows)["precision"])


def _evaluated(truth: Truth, found: Found, agnostic: bool, kept: bool = False) -> Any:
    """faster-coco-eval's evaluator after its work; None where there is no truth to ask for."""
    if not len(truth.picture):
        return None
    from faster_coco_eval import COCO, COCOeval_faster

    _check_known(truth.pictures, found.picture)
    if agnostic:  # equal scores rank by category, as in the reference
        truth, found = _by_category(truth), _by_category(found)
    reference = COCO(_dataset(truth, found, agnostic), print_function=_silent)
    results = _results(found, agnostic)
    evaluation: Any = COCOeval_faster(
        reference, reference.loadRes(results), "bbox", print_function=_silent, separate_eval=kept
    )
    evaluation.params.useCats = not agnostic
    if kept:
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.params.maxDets = [MOST[-1]]
    evaluation.evaluate()
    evaluation.accumulate()
    if kept:
        evaluation.matches = list(evaluation._evalImgs_cpp)
        evaluation.drawn_params = copy.deepcopy(evaluation._paramsEval)
    return evaluation


def _by_category(rows: Truth | Found) -> Any:
    """The rows in the order of their categories."""
    order = np.argsort(rows.category, kind="stable")
    columns = {name: value[order] for name, value in vars(rows).items() if name != "pictures"}
    return replace(rows, **columns)


def _dataset(truth: Truth, found: Found, agnostic: bool) -> dict[str, object]:
    names = [0] if agnostic else np.unique(np.concatenate([truth.category, found.category])).tolist()
    notes = [
        {"id": number, "image_id": picture, "category_id": 0 if agnostic else category, "bbox": box,
         "area": area, "iscrowd": int(crowd)}
        for number, (picture, category, box, area, crowd) in enumerate(
            zip(truth.picture.tolist(), truth.category.tolist(), truth.boxes.tolist(), truth.area.tolist(),
                truth.crowd.tolist(), strict=True), start=1)
    ]  # fmt: skip
    return {
        "images": [{"id": name} for name in truth.pictures.tolist()],
        "categories": [{"id": name, "name": str(name)} for name in names],
        "annotations": notes,
    }


def _results(found: Found, agnostic: bool) -> list[dict[str, object]]:
    return [
        {"image_id": picture, "category_id": 0 if agnostic else category, "bbox": box, "score": score}
        for picture, category, box, score in zip(
            found.picture.tolist(), found.category.tolist(), found.boxes.tolist(), found.scores.tolist(),
            strict=True)
    ]  # fmt: skip


def _silent(*_: object) -> None:
    """What the evaluator would print."""


def _mean(values: ArrayLike) -> float:
    """The mean of what was measured (not -1)."""
    numbers = np.asarray(values)
    good = numbers[numbers > -1]
    return float(good.mean()) if good.size else float("nan")


# -- one threshold -------------------------------------------------------------------------------


def match(truth: Truth, found: Found, overlap: float = 0.5, agnostic: bool = False) -> Ints:
    """Give each found box a labelled one: greedy, best score first, each labelled box once.

    Args:
        truth, found: of the same pictures.
        overlap: least intersection over union.
        agnostic: boxes of different categories may match.

    Returns:
        int64 [n], the place in `truth` of what each box found, `MISSED` for nothing, `HIDDEN` in a crowd.
    """
    answer = np.full(len(found.scores), MISSED)
    order = np.argsort(-found.scores, kind="stable")
    groups = _groups(truth.picture, None if agnostic else truth.category)
    theirs = _groups(found.picture[order], None if agnostic else found.category[order])
    for key, rows in theirs.items():
        if key in groups:
            _match_group(truth, found, groups[key], order[rows], overlap, answer)
    return answer


def _match_group(truth: Truth, found: Found, wanted: Ints, rows: Ints, overlap: float, answer: Ints) -> None:
    overlaps = _overlaps(found.boxes[rows], truth.boxes[wanted], truth.crowd[wanted])
    free, crowd = ~truth.crowd[wanted], truth.crowd[wanted]
    for at, row in enumerate(rows):
        good = np.where(free, overlaps[at], -1.0)
        best = int(good.argmax())
        if good[best] >= overlap:
            answer[row], free[best] = wanted[best], False
        elif (overlaps[at][crowd] >= overlap).any():
            answer[row] = HIDDEN


def _overlaps(boxes: Floats, labelled: Floats, crowd: Flags) -> Floats:
    """Intersection over union [n, m] in 0..1; over the found box's area where the labelled one is a crowd."""
    low = np.maximum(boxes[:, None, :2], labelled[None, :, :2])
    high = np.minimum((boxes[:, :2] + boxes[:, 2:])[:, None], (labelled[:, :2] + labelled[:, 2:])[None])
    common = np.prod(np.clip(high - low, 0, None), axis=-1)
    areas, others = np.prod(boxes[:, 2:], axis=1)[:, None], np.prod(labelled[:, 2:], axis=1)[None]
    whole = np.where(crowd[None], areas, areas + others - common)
    return np.divide(common, whole, out=np.zeros_like(common), where=whole > 0)


def precision_recall(
    truth: Truth, found: Found, score: float, overlap: float = 0.5, agnostic: bool = False
) -> tuple[float, float]:
    """Precision and recall of the boxes with at least `score`, over all categories; NaN for 0 / 0."""
    matched = match(truth, found.above(score), overlap, agnostic)
    right, wrong = int((matched >= 0).sum()), int((matched == MISSED).sum())
    wanted = int((~truth.crowd).sum())
    return _share(right, right + wrong), _share(right, wanted)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _groups(picture: Ints, category: Ints | None) -> dict[tuple[int, int], Ints]:
    """Places of the rows of each picture (and category), in their order."""
    kinds = np.zeros_like(picture) if category is None else category
    groups: dict[tuple[int, int], list[int]] = {}
    for row, key in enumerate(zip(picture.tolist(), kinds.tolist(), strict=True)):
        groups.setdefault(key, []).append(row)
    return {key: np.array(rows) for key, rows in groups.items()}


def _check_lengths(*columns: NDArray[Any]) -> None:
    if len({len(column) for column in columns}) > 1:
        raise InputError(f"columns of boxes need one length, found {', '.join(str(len(c)) for c in columns)}")


def _check_known(pictures: Ints, used: Ints) -> None:
    unknown = np.setdiff1d(used, pictures)
    if len(unknown):
        raise InputError(f"boxes of {len(unknown)} pictures that are not listed, such as {unknown[0]}")
