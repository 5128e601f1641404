from __future__ import annotations

import json

import numpy as np

from saccade.evaluation.report import summarise
from saccade.metrics.ranking import measure
from saccade.metrics.trec import Qrels, Run


def scores(first: list[str]):
    names = [f"q{at}" for at in range(len(first))]
    return measure(
        Qrels.of(names, ["yes"] * len(first)), Run.of(names, first, np.ones(len(first))), ["hit@1", "RR"]
    )


def result(groups=None):
    good, poor = scores(["yes"] * 9 + ["no"]), scores(["yes", "no"] * 5)
    return summarise([("a|b", "float", good), ("poor", "float", poor)], groups, {"left_out": "self"})


def test_rows():
    rows = result().rows()
    assert rows[0] == ("model", "vectors", "hit@1", "RR")
    assert rows[1][2] == "0.900 [0.596, 0.982]"  # Wilson's interval of 9 of 10
    assert result().test_rows()[1][:4] == (
        "poor (float) against a|b (float)", "hit@1", "-0.400 [-0.700, -0.100]", "0 / 4",
    )  # fmt: skip


def test_groups_take_the_bootstrap():
    assert result(np.repeat(np.arange(5), 2)).lines[0].intervals[0].method == "percentile"


def test_markdown_and_json():
    text = result().markdown()
    assert "| a\\|b | float | 0.900" in text
    assert text.endswith("- left out: self\n")
    found = json.loads(json.dumps(result().as_json()))
    assert found["lines"][0]["metrics"]["RR"]["mean"] == 0.9
    assert found["comparisons"][0]["test"]["losses"] == 4
