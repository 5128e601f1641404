"""From annotations to a training set, with an evaluation that must not leak into it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.balance.build import Sides, labelled
from saccade.labels.balance.splits import Shares
from saccade.labels.balance.targets import LabelIndex, TargetSettings
from saccade.labels.balance.training_set import training_set
from saccade.workspace import Workspace

IDS = [f"{at * 7919:032x}" for at in range(120)]


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    ws = Workspace(tmp_path / "ws", create=True)
    ws.table("images").append(pa.table({"image_id": IDS, "status": ["ok"] * 120}))
    ws.table("item_images").append(
        pa.table({"item_id": [f"i{at // 2}" for at in range(120)], "image_id": IDS})
    )
    labels = {"label_id": ["l0", "l1"], "name": ["zero", "one"], "phrases": [["p0", "p2"], ["p1"]]}
    ws.table("labels").append(pa.table(labels))
    ws.write_bytes("reports/evaluation/main/qrels.trec", f"{IDS[0]} 0 {IDS[9]} 1\n".encode())
    return ws


def scored() -> pa.RecordBatch:
    rows = [(image, f"p{at % 3}", 0.5 + at % 5 / 10) for at, image in enumerate(IDS)]
    columns = [pa.array([row[at] for row in rows]) for at in range(3)]
    return pa.record_batch(columns, ["image_id", "phrase_id", "score"])


def test_annotations_become_a_training_set_without_leaks(ws: Workspace) -> None:
    sides = Sides.read(ws, Shares(0.6, 0.2, 0.2))
    index = LabelIndex.of(ws.table("labels").read())
    ws.table("image_labels").append(labelled(scored(), index, TargetSettings(), sides))
    sides.verify(ws)
    parts = {
        split: set(training_set(ws, split).image_ids.to_pylist())
        for split in ("train", "val", "test", "held")
    }
    assert parts["held"] == {IDS[0], IDS[1]}
    assert sum(map(len, parts.values())) == 120 == len(set().union(*parts.values()))
    train = training_set(ws)
    assert train.counts.tolist()[0] == sum(IDS.index(image) % 3 != 1 for image in parts["train"])
    assert sides.notes() == ()


def test_an_evaluation_that_came_later_is_found_out(ws: Workspace) -> None:
    index = LabelIndex.of(ws.table("labels").read())
    ws.table("image_labels").append(labelled(scored(), index, TargetSettings(), Sides.read(ws)))
    seen = training_set(ws).image_ids[0].as_py()
    ws.write_bytes("reports/evaluation/later/qrels.trec", f"{seen} 0 {IDS[9]} 1\n".encode())
    with pytest.raises(InputError, match="0 families are in two splits, 2 pictures of evaluations in one"):
        Sides.read(ws).verify(ws)
