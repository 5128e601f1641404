"""AP and AR equal the reference on random data with crowds and on real boxes; matching at one threshold."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.metrics.detection import (
    HIDDEN,
    MISSED,
    Found,
    Truth,
    ap_interval,
    average_precision,
    match,
    precision_recall,
    recall_agnostic,
)


def random_data(seed: int, pictures: int = 30, crowds: bool = True) -> tuple[Truth, Found]:
    """Boxes of all sizes; the found ones are shaken copies, wrong categories and noise."""
    rng = np.random.default_rng(seed)
    count = pictures * 8
    picture, category = rng.integers(0, pictures, count), rng.integers(0, 5, count)
    boxes = np.concatenate([rng.random((count, 2)) * 300, np.exp(rng.uniform(2, 5.5, (count, 2)))], 1)
    truth = Truth.of(np.arange(pictures), picture, category, boxes, rng.random(count) < 0.1 * crowds)
    kept = rng.random(count) < 0.8
    near = boxes[kept] + rng.normal(size=(kept.sum(), 4)) * boxes[kept][:, 2:].repeat(2, 1) * 0.1
    near[:, 2:] = np.abs(near[:, 2:]) + 1
    named = np.where(rng.random(kept.sum()) < 0.9, category[kept], rng.integers(0, 6, kept.sum()))
    found = Found.of(
        np.concatenate([picture[kept], rng.integers(0, pictures, 90)]),
        np.concatenate([named, rng.integers(0, 5, 90)]),
        np.concatenate([near, boxes[rng.integers(0, count, 90)]]),
        np.round(rng.random(kept.sum() + 90), 2),  # with ties
    )
    return truth, found


def reference(truth: Truth, found: Found, agnostic: bool = False) -> Any:
    """The twelve numbers of pycocotools."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": int(name)} for name in truth.pictures],
            "categories": [{"id": name} for name in range(100)],
            "annotations": [
                {"id": at + 1, "image_id": int(p), "category_id": int(c), "bbox": b.tolist(),
                 "area": a.item(), "iscrowd": int(k)}
                for at, (p, c, b, a, k) in enumerate(
                    zip(truth.picture, truth.category, truth.boxes, truth.area, truth.crowd, strict=True))
            ],
        }  # fmt: skip
        coco.createIndex()
        rows = [
            {"image_id": int(p), "category_id": int(c), "bbox": b.tolist(), "score": float(s)}
            for p, c, b, s in zip(found.picture, found.category, found.boxes, found.scores, strict=True)
        ]
        evaluation = COCOeval(coco, coco.loadRes(rows), "bbox")
        evaluation.params.useCats = int(not agnostic)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("agnostic", [False, True])
def test_equal_to_the_reference_with_crowds(seed: int, agnostic: bool) -> None:
    truth, found = random_data(seed)
    mine = np.array(astuple(average_precision(truth, found, agnostic))[:9], float)
    assert mine == pytest.approx(reference(truth, found, agnostic)[:9], abs=1e-4)
    assert 0.05 < mine[0] < 0.95


def test_equal_to_the_reference_on_real_boxes(data_dir: Path) -> None:
    lines = (data_dir / "coco" / "val.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    notes = [(row["image_id"], one) for row in rows for one in row["objects"]]
    picture, category = [name for name, _ in notes], [one["category_id"] for _, one in notes]
    boxes = np.array([one["bbox"] for _, one in notes])
    truth = Truth.of(
        [row["image_id"] for row in rows], picture, category, boxes, [o["iscrowd"] for _, o in notes]
    )
    rng = np.random.default_rng(0)
    shaken = np.abs(boxes + rng.normal(size=boxes.shape) * boxes[:, 2:].repeat(2, 1) * 0.08)
    found = Found.of(picture, category, shaken, rng.random(len(boxes)))
    mine = np.array(astuple(average_precision(truth, found))[:9], float)
    assert mine == pytest.approx(reference(truth, found)[:9], abs=1e-4)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    average_precision(*random_data(3))
    assert capfd.readouterr() == ("", "") and not caplog.records


def test_perfect_nothing_and_no_truth() -> None:
    truth, _ = random_data(0, crowds=False)
    perfect = Found.of(truth.picture, truth.category, truth.boxes, np.ones(len(truth.picture)))
    assert average_precision(truth, perfect).ap == pytest.approx(1)
    assert precision_recall(truth, perfect, 0.5) == (1, 1)
    nothing = Found.of([], [], [], [])
    scores = average_precision(truth, nothing)
    assert (scores.ap, scores.ar100) == (0, 0)
    assert precision_recall(truth, nothing, 0.5)[1] == 0
    empty = Truth.of([1, 2], [], [], [])
    assert np.isnan(average_precision(empty, nothing).ap)
    with pytest.raises(InputError, match="needs labelled boxes"):
        ap_interval(empty, nothing)


def test_recall_without_categories_is_blind_to_names() -> None:
    truth, found = random_data(1)
    renamed = Found(found.picture, (found.category + 1) % 5, found.boxes, found.scores)
    assert recall_agnostic(truth, renamed) == recall_agnostic(truth, found) > 0.2
    assert average_precision(truth, renamed).ap < average_precision(truth, found).ap


def test_the_interval_holds_the_mean_and_narrows() -> None:
    few, many = random_data(2, 12), random_data(2, 80)
    for truth, found in (few, many):
        interval = ap_interval(truth, found, 40)
        assert interval.mean == pytest.approx(average_precision(truth, found).ap)
        assert interval.low < interval.mean < interval.high
    wide, narrow = ap_interval(*few, 40), ap_interval(*many, 40)
    assert narrow.high - narrow.low < wide.high - wide.low
    assert ap_interval(*few, 40) == wide


def test_per_category_means_to_ap() -> None:
    scores = average_precision(*random_data(4))
    assert np.mean(list(scores.per_category.values())) == pytest.approx(scores.ap)
    assert sorted(scores.per_category) == [0, 1, 2, 3, 4]


def test_matching_is_greedy_and_once() -> None:
    truth = Truth.of(
        [0, 1], [0, 0, 1], [0, 0, 0], [[0, 0, 10, 10], [50, 50, 10, 10], [0, 0, 9, 9]], [0, 0, 1]
    )
    boxes = [[1, 0, 10, 10], [0, 0, 10, 10], [50, 50, 10, 10], [2, 2, 3, 3], [50, 0, 5, 5]]
    found = Found.of([0, 0, 0, 1, 1], [0, 0, 1, 0, 0], boxes, [0.5, 0.9, 0.8, 0.7, 0.6])
    assert match(truth, found).tolist() == [MISSED, 0, MISSED, HIDDEN, MISSED]
    assert match(truth, found, agnostic=True).tolist() == [MISSED, 0, 1, HIDDEN, MISSED]
    assert precision_recall(truth, found, 0.0) == (1 / 4, 1 / 2)


def test_what_does_not_go_together_is_one_line() -> None:
    with pytest.raises(InputError, match="one length"):
        Truth.of([0], [0, 0], [0], [[0, 0, 1, 1]])
    with pytest.raises(InputError, match="one length"):
        Found.of([0], [0], [[0, 0, 1, 1]], [])
    with pytest.raises(InputError, match="not listed, such as 5"):
        Truth.of([0], [5], [0], [[0, 0, 1, 1]])
