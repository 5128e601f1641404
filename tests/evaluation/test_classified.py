"""Predictions to numbers: tasks, averages, domains, tests and groups, on data with known answers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from saccade.evaluation.classified import AVERAGE, classified
from saccade.evaluation.classify import METHODS, Predicted
from saccade.evaluation.grouped import CLASSES, grouped, grouped_retrieval
from saccade.evaluation.labelled import Labelled
from saccade.evaluation.tables import as_json, classification, groups

QUERIES = 120
EVERY = {"in": np.ones(QUERIES, bool)}


def task(name: str, classes: int, tested: np.ndarray, seed: int = 0) -> Labelled:
    """Labels at random; two pictures a product."""
    truth = np.random.default_rng(seed).integers(0, classes, len(tested))
    rows = np.arange(classes)
    names = tuple(f"{name}{at}" for at in range(classes))
    pairs = np.arange(len(tested)), truth
    return Labelled(name, names, rows, rows, tested, truth, pairs, (rows + 1000, tested // 2))


def said(one: Labelled, model: str, share: float, form="float", seed: int = 1) -> Predicted:
    """Right for this share of the pictures, with every way alike."""
    wrong = np.random.default_rng(seed).random(len(one.truth)) > share
    classes = np.where(wrong, (one.truth + 1) % len(one.classes), one.truth)
    return Predicted(one, model, form, dict.fromkeys(METHODS, classes))


COLOUR, SHAPE = task("colour", 4, np.arange(QUERIES)), task("shape", 9, np.arange(0, QUERIES, 2), 3)


def test_tasks_and_their_average():
    predicted = [said(COLOUR, "m", 0.9), said(SHAPE, "m", 0.5)]
    found = classified(predicted, EVERY)
    values = {one.task: one.ap1.mean for one in found.scores if one.method == "probe"}
    expected = [float((one.classes["probe"] == one.task.truth).mean()) for one in predicted]
    assert [values["colour"], values["shape"]] == expected
    assert values[AVERAGE] == pytest.approx(np.mean(expected))
    assert len(found.scores) == 3 * len(METHODS)
    assert found.differences == ()


def test_macro_accuracy_equals_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    one = said(SHAPE, "m", 0.6)
    score = classified([one], EVERY).scores[0]
    expected = metrics.balanced_accuracy_score(SHAPE.truth, one.classes["1-NN"])
    assert score.macro_accuracy == pytest.approx(expected, abs=1e-12)


def test_models_are_compared_on_the_same_pictures():
    good, poor = (
        [said(t, "good", 0.9) for t in (COLOUR, SHAPE)],
        [said(t, "poor", 0.5) for t in (COLOUR, SHAPE)],
    )
    found = classified([*good, *poor], EVERY)
    gains = {(one.task, one.method): one for one in found.differences}
    average = gains[AVERAGE, "20-NN"]
    assert (average.base, average.other) == ("good (float)", "poor (float)")
    assert average.difference.high < 0 and average.p < 0.01
    assert len(found.differences) == 3 * len(METHODS)


def test_both_domains_are_scored_by_themselves():
    early = np.arange(QUERIES) < 40
    wrong = np.where(early, COLOUR.truth, (COLOUR.truth + 1) % 4)
    one = Predicted(COLOUR, "m", "float", dict.fromkeys(METHODS, wrong))
    found = classified([one], {"in": early, "out": ~early})
    assert found.find("in", "colour", "m", "float", "probe").ap1.mean == 1.0  # pyright: ignore
    assert found.find("out", "colour", "m", "float", "probe").ap1.mean == 0.0  # pyright: ignore
    assert {one.domain: one.counts["test"] for one in found.facts} == {"in": 40, "out": 80}
    text = classification(found)
    assert "| colour | in domain | 4 | 40 |" in text and "| colour | out of domain | 4 | 80 |" in text
    assert "| **average of 1** | out of domain |" in text


def test_a_task_without_pictures_in_a_domain_is_left_out():
    later = {"in": np.ones(QUERIES, bool), "out": np.arange(QUERIES) % 2 == 1}  # no shape is tested there
    found = classified([said(COLOUR, "m", 0.9), said(SHAPE, "m", 0.9)], later)
    assert {one.task for one in found.scores if one.domain == "out"} == {"colour", AVERAGE}
    assert classification(found)


def test_products_are_drawn_not_pictures():
    """Both pictures of a product get the same answer, so the interval is wider than for lone pictures."""
    twice = np.repeat(np.random.default_rng(2).random(QUERIES // 2) < 0.6, 2)
    answers = np.where(twice, COLOUR.truth, (COLOUR.truth + 1) % 4)
    one = Predicted(COLOUR, "m", "float", dict.fromkeys(METHODS, answers))
    together, apart = (classified([one], EVERY, clusters).scores[0].ap1 for clusters in (True, False))
    assert together.high - together.low > 1.2 * (apart.high - apart.low)


def test_the_aggregate_never_stands_alone():
    """Nobody asked for groups: classes are the groups, and a class that is missed shows."""
    missed = np.where(COLOUR.truth == 3, 0, COLOUR.truth)
    one = Predicted(COLOUR, "m", "float", dict.fromkeys(METHODS, missed))
    (found,) = grouped([one], EVERY, "", [])
    assert found.by == CLASSES
    recall = next(gap for gap in found.groups.gaps if gap.metric == "recall")
    assert (recall.gap, recall.worst) == (1.0, "colour3")
    text = groups([found])
    assert "| colour3 |" in text and "### Largest gaps" in text and "| recall | 1.000 | colour3 to" in text


def test_groups_by_an_attribute():
    tone = ["dark" if at % 3 == 0 else "light" if at % 3 == 1 else "" for at in range(QUERIES)]
    dark = np.array([name == "dark" for name in tone])
    answers = np.where(dark, (COLOUR.truth + 1) % 4, COLOUR.truth)
    one = Predicted(COLOUR, "m", "float", dict.fromkeys(METHODS, answers))
    (found,) = grouped([one], EVERY, "tone", tone)
    assert [(score.group, score.count, score.accuracy.mean) for score in found.groups.scores] == [
        ("dark", 40, 0.0), ("light", 40, 1.0),
    ]  # fmt: skip
    assert found.groups.gaps[0].gap == 1.0
    binary = Predicted(COLOUR, "m", "binary", one.classes)
    assert grouped([binary], EVERY, "tone", tone) == []


def test_retrieval_by_group_has_no_precision():
    values = np.repeat([1.0, 0.0], 30)
    found = grouped_retrieval(
        "in", "same item", "tone", "m", "hit@1", values, ["a"] * 30 + ["b"] * 20 + [""] * 10
    )
    assert [(one.group, one.count, one.precision) for one in found.groups.scores] == [
        ("a", 30, None),
        ("b", 20, None),
    ]
    assert [gap.metric for gap in found.groups.gaps] == ["accuracy"]


def test_json_holds_every_number():
    found = classified([said(COLOUR, "m", 0.9)], EVERY)
    values = json.loads(json.dumps(as_json(found, grouped([said(COLOUR, "m", 0.9)], EVERY, "", []))))
    assert values["classification"][0]["ap1"]["mean"] == found.scores[0].ap1.mean
    assert values["groups"][0]["groups"]["scores"][0]["count"] > 0
