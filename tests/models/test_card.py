"""What a complete card is, and what becomes of it on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from saccade.errors import InputError
from saccade.models.card import (
    Assessment,
    Card,
    Cost,
    DataUsed,
    Gap,
    GroupResult,
    Result,
    TaskLearnt,
    TrainingFacts,
    missing,
    read_card,
    to_json,
    write_card,
)

FACTS = TrainingFacts(
    data=(DataUsed("items", 3, 100, "folder=train"),),
    tasks=(TaskLearnt("colour", "base_colour", "single", "softmax", 9, 100),),
    recipe="probe", settings={"lr": 0.1, "size": [224, 224]}, code="0.1.0+ab", seeds=(0, 1), steps=10,
    pictures=320, minutes=1.5, hardware="a processor, 2 cores", base="base-1",
)  # fmt: skip
GROUPS = tuple(
    GroupResult("in", "colour", "class", name, 30, 0.5, 0.4, 0.6, 0.5, 0.5) for name in ("red", "blue")
)
MEASURED = Assessment(
    "mine-1", "base-1", "folder=val", "folder=train", "folder=street", "0.1.0+ab",
    tuple(
        Result(domain, "colour", "AP@1 1-NN", form, 60, 0.8, 0.7, 0.9, 0.5, 0.4, 0.6, 0.01)
        for domain in ("in", "out") for form in ("float", "binary")
    ),
    GROUPS, (Gap("in", "colour", "class", "recall", 0.0, "red", "blue"),),
)  # fmt: skip
COMPLETE = Card(
    name="mine", licence="MIT", source="saccade train", origin="trained", out_of_scope="People.",
    limitations="One shop.", facts=FACTS, assessment=MEASURED,
    cost=Cost(1000, 2_000_000, 256, 16, 3.5, 200.0, "openvino-bf16", "a processor, 2 cores"),
)  # fmt: skip


def test_a_complete_card_lacks_nothing():
    assert missing(COMPLETE, "mine-1") == []


def without(change: str) -> Card:
    measured = COMPLETE.assessment
    assert measured is not None
    parts = {
        "floats": [one for one in measured.results if one.vectors != "float"],
        "bits": [one for one in measured.results if one.vectors != "binary"],
        "out": [one for one in measured.results if one.domain != "out"],
        "baseline": [replace(one, baseline=None) for one in measured.results],
    }
    if change in parts:
        return replace(COMPLETE, assessment=replace(measured, results=tuple(parts[change])))
    return replace(COMPLETE, assessment=replace(measured, **{change: ()}))


@pytest.mark.parametrize(
    ("card", "lacks"),
    [
        (replace(COMPLETE, intended_use=" "), "intended use"),
        (replace(COMPLETE, out_of_scope=""), "out-of-scope use"),
        (replace(COMPLETE, limitations=""), "limitations"),
        (replace(COMPLETE, licence="unknown"), "licence"),
        (replace(COMPLETE, source="unknown"), "source"),
        (replace(COMPLETE, facts=None), "training facts"),
        (replace(COMPLETE, facts=replace(FACTS, data=())), "training data"),
        (replace(COMPLETE, facts=replace(FACTS, seeds=())), "seeds"),
        (replace(COMPLETE, facts=replace(FACTS, hardware="")), "hardware"),
        (replace(COMPLETE, facts=replace(FACTS, base="")), "base model"),
        (replace(COMPLETE, cost=None), "cost"),
        (replace(COMPLETE, assessment=None), "metrics"),
        (without("floats"), "metrics of floats"),
        (without("bits"), "metrics of sign bits"),
        (without("out"), "out-of-domain metrics"),
        (without("baseline"), "a baseline"),
        (without("groups"), "a table of groups with the largest gap"),
        (without("gaps"), "a table of groups with the largest gap"),
    ],
)
def test_what_a_card_lacks_is_named(card, lacks):
    assert missing(card, "mine-1") == [lacks]


def test_measurements_of_another_model_do_not_count():
    assert missing(COMPLETE, "mine-2") == ["metrics of this model (they are of mine-1)"]


def test_a_model_from_elsewhere_lacks_nothing():
    assert missing(Card(), "mine-1") == []


def test_small_groups_need_no_gap():
    small = tuple(replace(one, count=3) for one in GROUPS)
    card = replace(COMPLETE, assessment=replace(MEASURED, groups=small, gaps=()))
    assert missing(card, "mine-1") == []


@pytest.mark.parametrize(
    ("part", "change"), [("out_of_domain", "out"), ("baseline", "baseline"), ("groups", "groups")]
)
def test_a_reason_stands_for_a_part(part, change):
    card = replace(without(change), waived={part: "there is one shop only"})
    assert missing(card, "mine-1") == []


def test_what_cannot_be_waived():
    with pytest.raises(InputError, match="what may be waived is"):
        Card(waived={"cost": "no time"})
    with pytest.raises(InputError, match="needs a reason"):
        Card(waived={"groups": " "})


def test_comes_back_from_disk(tmp_path: Path):
    write_card(tmp_path, COMPLETE, "mine-1")
    again = read_card(tmp_path)
    assert again == replace(COMPLETE, facts=replace(FACTS, settings={"lr": 0.1, "size": [224, 224]}))
    assert json.loads((tmp_path / "card.json").read_text())["missing"] == []
    assert not (tmp_path / "card.json.part").exists()


def test_a_folder_without_a_card_is_from_elsewhere(tmp_path: Path):
    assert read_card(tmp_path) == Card()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{not json", "is no model card"),
        ('{"origin": "stolen"}', "origin"),
        ('{"facts": {"data": 3}}', "facts.data"),
        ('{"waived": {"cost": "x"}}', "what may be waived"),
    ],
)
def test_a_broken_card_is_one_line(tmp_path: Path, text: str, says: str):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(InputError, match=says) as caught:
        read_card(tmp_path)
    assert "\n" not in str(caught.value)


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(InputError, match="must hold JSON values"):
        to_json(replace(COMPLETE, facts=replace(FACTS, settings={"lr": float("nan")})), "mine-1")
