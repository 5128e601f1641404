"""Targets: phrases become labels, weak ones go, the best stay, weights are what they should be."""

from __future__ import annotations

import random
from typing import Literal

import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.balance.targets import SCHEMA, LabelIndex, TargetSettings, targets

LABELS = pa.table({
    "label_id": ["shoe", "red", "both"],
    "phrases": [["p-shoe", "p-schuh"], ["p-red"], ["p-red", "p-shoe"]],
    "purity": pa.array([0.5, None, 1.0], pa.float32()),
})  # fmt: skip
INDEX = LabelIndex.of(LABELS)


def batch(*rows: tuple[str, str, float]) -> pa.RecordBatch:
    columns = [
        pa.array([row[at] for row in rows], kind)
        for at, kind in enumerate((pa.string(), pa.string(), pa.float32()))
    ]
    return pa.record_batch(columns, ["image_id", "phrase_id", "score"])


def made(*rows: tuple[str, str, float], **settings: object) -> dict[str, dict[str, float]]:
    found = targets(batch(*rows), INDEX, TargetSettings(**settings))  # type: ignore[arg-type]
    assert found.schema == SCHEMA
    by_image: dict[str, dict[str, float]] = {}
    for row in found.to_pylist():
        by_image.setdefault(row["image_id"], {})[row["label_id"]] = round(row["weight"], 6)
    return by_image


def test_max_and_noisy_or() -> None:
    rows = [("a", "p-shoe", 0.5), ("a", "p-schuh", 0.6), ("a", "p-unknown", 1.0)]
    assert made(*rows) == {"a": {"shoe": 0.6, "both": 0.5}}
    assert made(*rows, join="noisy_or") == {"a": {"shoe": 0.8, "both": 0.5}}


def test_threshold_top_and_ties() -> None:
    rows = [("b", "p-red", 0.9), ("b", "p-schuh", 0.2), ("a", "p-shoe", 0.4)]
    assert made(*rows) == {"b": {"both": 0.9, "red": 0.9}, "a": {"both": 0.4, "shoe": 0.4}}
    assert made(*rows, top=1) == {"b": {"both": 0.9}, "a": {"both": 0.4}}
    assert made(*rows, threshold=0.5) == {"b": {"both": 0.9, "red": 0.9}}
    assert made(*rows, threshold=0.1, top=0)["b"] == {"both": 0.9, "red": 0.9, "shoe": 0.2}


def test_normalise_and_purity() -> None:
    rows = [("a", "p-schuh", 0.8), ("a", "p-red", 0.4), ("b", "p-schuh", 0.8)]
    assert made(*rows, purity=True) == {"a": {"both": 0.4, "red": 0.4, "shoe": 0.4}, "b": {"shoe": 0.4}}
    found = made(*rows, normalise=True)
    assert found == {"a": {"shoe": 0.5, "both": 0.25, "red": 0.25}, "b": {"shoe": 1.0}}


def test_nothing_in_nothing_out() -> None:
    assert (
        made() == {} and made(("a", "p-unknown", 1.0)) == {} and made(("a", "p-red", 0.0), threshold=0) == {}
    )
    with pytest.raises(InputError, match="threshold"):
        TargetSettings(threshold=2)


@pytest.mark.parametrize("join", ["max", "noisy_or"])
def test_equals_a_loop_whatever_the_order_and_the_batch(join: Literal["max", "noisy_or"]) -> None:
    dice = random.Random(3)
    phrases = [f"p{at}" for at in range(30)]
    labels = {f"l{at:02d}": dice.sample(phrases, 4) for at in range(12)}
    index = LabelIndex.of(pa.table({"label_id": list(labels), "phrases": list(labels.values())}))
    rows = [(f"i{image}", phrase, dice.random()) for image in range(40) for phrase in dice.sample(phrases, 6)]
    dice.shuffle(rows)
    settings = TargetSettings(join, threshold=0.2, top=3)
    got: dict[str, list[tuple[str, float]]] = {}
    for row in targets(batch(*rows), index, settings).to_pylist():
        got.setdefault(row["image_id"], []).append((row["label_id"], row["weight"]))
    for image in {row[0] for row in rows}:
        score = {phrase: value for name, phrase, value in rows if name == image}
        expected: list[tuple[float, str]] = []
        for label, members in labels.items():
            said = [score[phrase] for phrase in members if phrase in score]
            weight = max(said, default=0.0)
            if join == "noisy_or":
                missing = 1.0
                for value in said:
                    missing *= 1 - value
                weight = 1 - missing
            if weight >= 0.2:
                expected.append((-weight, label))
        expected = sorted(expected)[:3]
        assert [label for label, _ in got.get(image, [])] == [label for _, label in expected]
        assert [weight for _, weight in got.get(image, [])] == pytest.approx(
            [-w for w, _ in expected], abs=1e-6
        )
