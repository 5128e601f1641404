"""What is told of similar, lens, object search and outfits: figures with their intervals, and the tables."""

from __future__ import annotations

import numpy as np
import pytest
from real_looks import Found, figures_of, lens_table, scenes_table, similar_table
from real_looks_measures import LENS_METRICS, THRESHOLDS, Scenes, alike

from saccade.evaluation.complete import FilledIn
from saccade.evaluation.lens import BLEND, LensScores
from saccade.metrics import Interval


@pytest.fixture
def found() -> Found:
    right = [[[True] * 10] * len(THRESHOLDS), [[False] * 10] * len(THRESHOLDS)]
    scores = {
        "whole": np.array([0.5, 0.1]), "words": np.zeros(2), "whole_agreed": np.zeros(2),
        BLEND: np.array([0.65, 0.15]),
    }  # fmt: skip
    lens = {metric: LensScores(metric, scores) for metric in LENS_METRICS}
    values = {k: np.array([1.0, 1.0]) for k in (1, 10)}
    scenes = Scenes(values, {k: one * 0.5 for k, one in values.items()}, ["a", "b"])
    points = {"categories": np.array([1.0, 1.0]), "popularity": np.array([0.0, 1.0])}
    return Found(
        {"grocery": alike(right, [[1.0] * len(THRESHOLDS)] * 2, ["a", "b"])}, {"grocery": lens},
        {"grocery": ["a", "b"]}, {"coco": scenes, "fashion": Scenes({}, {}, [])},
        FilledIn(points, np.arange(2)),
    )  # fmt: skip


def test_figures_have_every_product(found: Found) -> None:
    figures = figures_of(found)
    means = {name: one.mean for name, one in figures.items() if isinstance(one, Interval)}
    assert means["grocery_similar_p1"] == means["grocery_similar_p10"] == 0.5
    assert means["grocery_lens_gain"] == pytest.approx(0.1) and means["grocery_lens_whole"] == 0.3
    assert means["coco_over"] == 0.5 and means["outfits_over"] == 0.5
    assert figures["coco_things"] == 2 and figures["grocery_coverage_0.5"] == 1


def test_what_found_nothing_is_left_out(found: Found) -> None:
    figures = figures_of(found)
    assert not [name for name in figures if "words" in name or "agreed" in name or "fashion" in name]
    assert "words" not in lens_table(found) and "fashion" not in scenes_table(found)
    assert len(similar_table(found).splitlines()) == 2 + len(THRESHOLDS)
