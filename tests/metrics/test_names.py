from __future__ import annotations

import pytest

from saccade.errors import InputError
from saccade.metrics.names import Metric, known, parse


@pytest.mark.parametrize(
    ("text", "metric", "printed"),
    [
        ("hit@1", Metric("hit", 1), "hit@1"),
        ("success@5", Metric("hit", 5), "hit@5"),
        ("ndcg@10", Metric("nDCG", 10), "nDCG@10"),
        ("nDCG", Metric("nDCG"), "nDCG"),
        ("MRR", Metric("RR"), "RR"),
        ("rr@10", Metric("RR", 10), "RR@10"),
        ("map", Metric("AP"), "AP"),
        ("MAP@20", Metric("map", 20), "map@20"),
        ("map@r", Metric("mAP@R"), "mAP@R"),
        ("mAP(rel=2)@R", Metric("mAP@R", None, 2), "mAP(rel=2)@R"),
        ("P@R", Metric("Rprec"), "Rprec"),
        ("r@1000", Metric("R", 1000), "R@1000"),
        (" P(rel=2)@5 ", Metric("P", 5, 2), "P(rel=2)@5"),
        ("mean_p@20", Metric("mean_p", 20), "mean_p@20"),
    ],
)
def test_parse(text, metric, printed):
    assert parse(text) == metric
    assert str(metric) == printed
    assert parse(str(metric)) == metric


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("AP@20", r"two things in papers: write mean_p@20 or map@20"),
        ("hit", r"needs a cut-off, such as hit@10"),
        ("P@0", "no metric 'P@0'"),
        ("Rprec@5", "takes no cut-off"),
        ("hit@R", r"only mAP@R and P@R"),
        ("accuracy@1", r"no metric 'accuracy@1': known are AP, "),
        ("", "no metric ''"),
        ("hit@1; DROP", "no metric"),
    ],
)
def test_what_is_refused(text, says):
    with pytest.raises(InputError, match=says):
        parse(text)


def test_known_names_can_be_parsed():
    assert {parse(name).name for name in known()} == {
        "hit", "P", "mean_p", "map", "AP", "mAP@R", "Rprec", "R", "RR", "nDCG", "nDCG_exp",
    }  # fmt: skip


def test_names_of_the_peers():
    assert (parse("hit@1").ranx, parse("hit@1").ir_measures) == ("hit_rate@1", "Success@1")
    assert (parse("P(rel=2)@5").ranx, parse("P(rel=2)@5").ir_measures) == ("precision@5-l2", "P(rel=2)@5")
    assert (parse("mAP@R").ranx, parse("mAP@R").ir_measures) == (None, None)
