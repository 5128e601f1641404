"""Cases small enough to work out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.metrics.ranking import measure
from saccade.metrics.trec import Qrels, Run

# One query, five results; relevant are b (grade 1), d (grade 3) and x, which is not found.
QRELS = Qrels.of(["q"] * 4, ["b", "d", "x", "e"], [1, 3, 1, 0])
RUN = Run.of(["q"] * 5, list("abcde"), [0.9, 0.8, 0.7, 0.6, 0.5])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hit@1", 0.0),
        ("hit@2", 1.0),
        ("hit(rel=2)@3", 0.0),
        ("P@1", 0.0),
        ("P@4", 2 / 4),
        ("P@20", 2 / 20),
        ("mean_p@20", 2 / 20),
        ("map@3", (1 / 2) / 3),
        ("map@20", (1 / 2 + 2 / 4) / 3),
        ("AP", (1 / 2 + 2 / 4) / 3),
        ("AP(rel=2)", 1 / 4),
        ("mAP@R", (1 / 2) / 3),  # R = 3: d at rank 4 is past it
        ("Rprec", 1 / 3),
        ("R@4", 2 / 3),
        ("RR", 1 / 2),
        ("RR@1", 0.0),
        ("RR(rel=3)", 1 / 4),
        ("nDCG@1", 0.0),
        ("nDCG@4", (1 / math.log2(3) + 3 / math.log2(5)) / (3 + 1 / math.log2(3) + 1 / math.log2(4))),
        ("nDCG_exp@4", (1 / math.log2(3) + 7 / math.log2(5)) / (7 + 1 / math.log2(3) + 1 / math.log2(4))),
    ],
)
def test_one_query(name, expected):
    assert measure(QRELS, RUN, [name]).values.tolist() == [[pytest.approx(expected, abs=1e-12)]]


def test_the_two_readings_of_ap_at_20_differ():
    scores = measure(QRELS, RUN, ["mean_p@20", "map@20"])
    assert scores["mean_p@20"][0] == pytest.approx(0.1)
    assert scores["map@20"][0] == pytest.approx(1 / 3)


def test_equal_scores_rank_the_greater_id_first():
    qrels = Qrels.of(["q"], ["b"])
    assert measure(qrels, Run.of(["q"] * 3, list("abc"), [1, 1, 1]), ["RR"])["RR"].tolist() == [0.5]
    close = Run.of(["q"] * 2, list("ab"), [1.0, 1.0 - 1e-12])  # equal in float32
    assert measure(qrels, close, ["RR"])["RR"].tolist() == [1.0]


def test_queries_without_results_judgements_or_relevant_items():
    qrels = Qrels.of(["answered", "silent", "hopeless"], ["a", "a", "a"], [1, 1, 0])
    run = Run.of(["answered", "hopeless", "unjudged"], ["a", "a", "a"], [1, 1, 1])
    scores = measure(qrels, run, ["hit@1", "AP", "nDCG@10"])
    assert scores.queries.to_pylist() == ["answered", "hopeless", "silent"]
    assert scores.values.tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0]]
    assert scores.answered.tolist() == [True, True, False]
    assert (scores.without_relevant, scores.unjudged_queries) == (1, 1)
    assert scores.means == pytest.approx([1 / 3] * 3)


def test_a_negative_grade_is_judged_and_not_relevant():
    qrels = Qrels.of(["q"] * 2, ["a", "b"], [-2, 1])
    run = Run.of(["q"] * 2, ["a", "b"], [2, 1])
    assert measure(qrels, run, ["hit@1", "RR", "nDCG@2"]).values.tolist() == [
        [0, 0.5, pytest.approx(1 / math.log2(3))]
    ]


def test_an_empty_run_scores_zero():
    scores = measure(QRELS, Run.of([], [], []), ["hit@1", "AP", "nDCG@5", "RR", "mAP@R"])
    assert scores.values.tolist() == [[0.0] * 5]


def test_empty_qrels_are_refused():
    with pytest.raises(InputError, match="qrels are empty"):
        measure(Qrels.of([], []), RUN, ["hit@1"])


def test_a_metric_that_was_not_measured_is_named():
    with pytest.raises(InputError, match=r"RR was not measured, only hit@1"):
        measure(QRELS, RUN, ["hit@1"])["RR"]


def test_as_a_table():
    table = measure(QRELS, RUN, ["hit@2", "RR"]).to_arrow()
    assert table.to_pylist() == [{"query_id": "q", "answered": True, "hit@2": 1.0, "RR": 0.5}]


def test_many_queries_at_once_equal_one_at_a_time():
    rng = np.random.default_rng(0)
    names = [f"q{at}" for at in range(30)]
    items = [f"i{at}" for at in range(50)]
    judged = [(q, i) for q in names for i in rng.choice(items, 6, replace=False)]
    found = [(q, i) for q in names for i in rng.choice(items, 20, replace=False)]
    score = rng.random(len(found))
    metrics = ["hit@3", "map@20", "mAP@R", "nDCG@10", "RR", "Rprec"]
    whole = measure(Qrels.of(*zip(*judged, strict=True)), Run.of(*zip(*found, strict=True), score), metrics)
    for at, name in enumerate(whole.queries.to_pylist()):
        mine = [row for row, (query, _) in enumerate(found) if query == name]
        one = measure(
            Qrels.of([name] * 6, [i for q, i in judged if q == name]),
            Run.of([name] * 20, [found[row][1] for row in mine], score[mine]),
            metrics,
        )
        np.testing.assert_allclose(whole.values[at], one.values[0], atol=1e-12)
