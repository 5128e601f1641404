"""A trained model is measured straight from its weights, its card filled, and only then let through."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.evaluation import cost
from saccade.evaluation.assess import Assess
from saccade.evaluation.stage import Evaluate
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model, kept_model
from saccade.models.card import Card, DataUsed, TaskLearnt, TrainingFacts, missing, read_card
from saccade.models.folder import load_model, save_model
from saccade.models.handmade import PREPROCESS, Handmade, HandmadeSettings, fit_handmade, raw_features

FACTS = TrainingFacts(
    data=(DataUsed("items", 1, 6, "role=seller"),),
    tasks=(
        TaskLearnt("colour", "colour", "single", "softmax", 2, 6),
        TaskLearnt("item", "item", "retrieval", "proxy", 6, 6),
    ),
    recipe="probe", settings={"lr": 0.1}, code="0.1.0+test", seeds=(0,), steps=10, pictures=60, minutes=0.1,
    hardware="a processor", base="",
)  # fmt: skip
STATED = {"out_of_scope": "People.", "limitations": "A test.", "source": "a test", "licence": "MIT"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(cost, "SECONDS", 0.0)
    monkeypatch.setattr(cost.measure_cost, "__defaults__", (0.0,))


def pictures(folder: Path) -> np.ndarray:
    read = [cv2.imread(str(path))[..., ::-1] for path in sorted(folder.rglob("*.png"))]
    return np.stack([PREPROCESS.prepare_uint8(np.ascontiguousarray(one)) for one in read])


@pytest.fixture
def models(ws, ids, tmp_path) -> tuple[str, str]:
    """A candidate, and the model that it began with."""
    features = raw_features(pictures(tmp_path / "photos"), HandmadeSettings())
    good = fit_handmade(features, None, dim=12)
    rng = np.random.default_rng(0)
    poor = Handmade(good.mean, rng.normal(size=(len(good.mean), 2)).astype(np.float32))
    base = keep_model(ws, save_model(poor, PREPROCESS, tmp_path / "base", card=Card(name="base")))
    card = Card(name="mine", origin="trained", facts=replace(FACTS, base=base), **STATED)
    return keep_model(ws, save_model(good, PREPROCESS, tmp_path / "mine", card=card)), base


@pytest.fixture
def assess(models) -> Assess:
    return Assess(
        models[0], queries="role=review", gallery="role=seller", out_of_domain="folder=cam,category=bag"
    )


def test_a_candidate_is_refused_until_it_is_assessed(ws, models, assess):
    model, base = models
    with pytest.raises(InputError, match="not released, its card lacks cost, metrics: run `saccade assess"):
        Fingerprint(model).run(ws)
    with pytest.raises(InputError, match="not released"):
        Fingerprint(model).plan(ws)
    assert model not in ws.models_with_fingerprints()
    report = assess.run(ws)
    assert "complete" in report.notes[0]
    assert missing(read_card(kept_model(ws, model)), model) == []
    assert Fingerprint(model).run(ws).counts["computed"] == 18
    assert Fingerprint(base).run(ws).counts["computed"] == 18  # from elsewhere: needs no card


def test_the_card_says_everything(ws, models, assess):
    assess.run(ws)
    card = read_card(kept_model(ws, models[0]))
    assert card.assessment is not None and card.cost is not None
    rows = {(one.domain, one.task, one.metric, one.vectors) for one in card.assessment.results}
    for domain in ("in", "out"):
        for form in ("float", "binary"):
            assert (domain, "same item", "hit@1", form) in rows
            assert {(domain, "colour", f"AP@1 {way}", form) for way in ("1-NN", "20-NN", "probe")} <= rows
    assert all(one.baseline is not None and one.p is not None for one in card.assessment.results)
    assert all(one.low - 1e-9 <= one.value <= one.high + 1e-9 for one in card.assessment.results)
    assert {one.group for one in card.assessment.groups} == {"blue", "red"}
    assert (card.cost.float_bytes, card.cost.binary_bytes, card.cost.flops) == (24, 2, None)
    assert card.cost.latency_ms > 0
    text = (kept_model(ws, models[0]) / "README.md").read_text()
    for part in ("in domain", "out of domain", "p |", "Largest", "probe", "0.1.0+test", "bytes as floats"):
        assert part.lower() in text.lower(), part
    assert "Incomplete" not in text


def test_the_numbers_are_those_of_stored_fingerprints(ws, models, assess):
    """Embedding without a table gives what the table gives afterwards."""
    assess.run(ws)
    Fingerprint(models[0]).run(ws)
    Evaluate(
        models=(models[0],),
        queries="role=review",
        gallery="role=seller",
        same="item",
        tasks=("colour",),
        worst=0,
    ).run(ws)
    found = json.loads(ws.read_bytes("reports/evaluation/main/metrics.json"))
    expected = {
        (one["vectors"], name): value["mean"]
        for one in found["lines"]
        for name, value in one["metrics"].items()
    }
    card = read_card(kept_model(ws, models[0]))
    assert card.assessment is not None
    rows = [one for one in card.assessment.results if one.domain == "in"]
    ours = {(one.vectors, one.metric): one.value for one in rows if one.task == "same item"}
    assert ours == expected
    scores = {(one["vectors"], f"AP@1 {one['method']}"): one["ap1"]["mean"]
              for one in found["classification"] if one["task"] == "colour"}  # fmt: skip
    assert {(one.vectors, one.metric): one.value for one in rows if one.task == "colour"} == scores


def test_the_id_stays_and_a_second_run_does_nothing(ws, models, assess):
    before = load_model(kept_model(ws, models[0]))
    assess.run(ws)
    after = load_model(kept_model(ws, models[0]))
    assert after.model_id == before.model_id == models[0]
    assert after.card.assessment is not None
    assert assess.plan(ws).work == 0
    assert assess.run(ws).counts["queries"] == 0


def test_keeping_the_model_again_keeps_its_measurements(ws, models, assess, tmp_path):
    assess.run(ws)
    keep_model(ws, tmp_path / "mine")
    Fingerprint(models[0]).run(ws)


def test_without_an_out_of_domain_set_a_reason_is_wanted(ws, models, assess):
    alone = replace(assess, out_of_domain="")
    assert "still lacks out-of-domain metrics" in alone.run(ws).notes[0]
    with pytest.raises(InputError, match="out-of-domain metrics"):
        Fingerprint(models[0]).run(ws)
    waived = replace(alone, waive=("out_of_domain: one shop only",))
    assert "complete" in waived.run(ws).notes[0]
    assert (
        "**Waived**: out of domain, since one shop only"
        in (kept_model(ws, models[0]) / "README.md").read_text()
    )


def test_a_model_that_nobody_trained_may_be_assessed(ws, models):
    report = Assess(models[1], queries="role=review", gallery="role=seller", tasks=("colour",)).run(ws)
    assert report.counts["AP@1 1-NN"] > 0
    card = read_card(kept_model(ws, models[1]))
    assert card.assessment is not None and card.assessment.baseline == ""


def test_a_licence_that_nobody_stated_is_said_to_be_unstated(ws, models, assess, tmp_path):
    card = Card(origin="trained", facts=replace(FACTS, base=models[1]), **{**STATED, "licence": "unknown"})
    good = load_model(kept_model(ws, models[0])).embedder
    other = keep_model(
        ws, save_model(Handmade(good.mean + 0.01, good.projection), PREPROCESS, tmp_path / "o", card=card)
    )
    replace(assess, model=other).run(ws)
    assert read_card(kept_model(ws, other)).licence.startswith("not stated: see the licences")
    assert load_model(kept_model(ws, other)).config.licence.startswith("not stated")


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ({"queries": ""}, InputError, "which pictures training never saw"),
        ({"model": "none-1"}, NotFoundError, "keeps no model 'none-1'"),
        ({"waive": ("speed: no",)}, InputError, "what may be waived is out_of_domain, groups, baseline"),
        ({"waive": ("groups",)}, InputError, "needs a reason"),
        ({"out_of_domain": "folder=nowhere"}, InputError, "no picture has folder=nowhere"),
        ({"tasks": ("size",)}, InputError, "no picture of the .* has a label 'size'"),
    ],
)
def test_what_is_refused(ws, models, assess, change, kind, says):
    with pytest.raises(kind, match=says):
        replace(assess, **change).run(ws)


def test_a_model_is_not_its_own_baseline(ws, models, assess):
    with pytest.raises(InputError, match="its own baseline"):
        replace(assess, baseline=models[0]).run(ws)
