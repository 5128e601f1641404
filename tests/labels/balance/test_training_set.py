"""What a trainer reads: the rows of a split as arrays, the same whatever the order of the table."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.labels.balance.sampling import Balance
from saccade.labels.balance.training_set import TrainingSet, training_set
from saccade.workspace import Workspace

DICE = random.Random(0)
SAID = {
    f"{DICE.getrandbits(128):032x}": {f"l{at:02d}": DICE.random() for at in DICE.sample(range(20), 3)}
    for _ in range(300)
}


def made(folder: Path, rows: list[tuple[str, str, float, str]]) -> Workspace:
    ws = Workspace(folder, create=True)
    ids = [f"l{at:02d}" for at in range(21)]
    ws.table("labels").append(
        pa.table({"label_id": ids[::-1], "name": [f"name {name}" for name in ids[::-1]]})
    )
    names = ("image_id", "label_id", "weight", "split")
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    ws.table("image_labels").append(pa.table(columns))
    return ws


def rows() -> list[tuple[str, str, float, str]]:
    splits = {image: "train" if at % 3 else "val" for at, image in enumerate(SAID)}
    return [
        (image, label, weight, splits[image])
        for image, said in SAID.items()
        for label, weight in said.items()
    ]


def listed(found: TrainingSet) -> dict[str, dict[str, float]]:
    offsets, labels, weights = found.of(np.arange(len(found)))
    return {
        image: dict(
            zip(found.label_ids.take(pa.array(labels[a:b])).to_pylist(), weights[a:b].tolist(), strict=True)
        )
        for image, a, b in zip(found.image_ids.to_pylist(), offsets[:-1], offsets[1:], strict=True)
    }


def test_says_what_the_table_says(tmp_path: Path) -> None:
    ws = made(tmp_path / "ws", rows())
    train, val = training_set(ws), training_set(ws, "val")
    assert (len(train), len(val)) == (200, 100)
    both = {**listed(train), **listed(val)}
    assert both.keys() == SAID.keys()
    assert all(both[image] == pytest.approx(said) for image, said in SAID.items())
    assert train.names[3].as_py() == "name l03" and train.counts.sum() == 600 and train.counts[20] == 0


def test_the_order_of_the_table_changes_nothing(tmp_path: Path) -> None:
    mixed = rows()
    DICE.shuffle(mixed)
    one, two = training_set(made(tmp_path / "a", rows())), training_set(made(tmp_path / "b", mixed))
    assert one.image_ids.equals(two.image_ids) and listed(one) == listed(two)
    epochs = [found.epochs(Balance("power"), seed=3)[0].epoch(1) for found in (one, two)]
    assert list(epochs[0]) == list(epochs[1])


def test_labels_of_some_pictures(tmp_path: Path) -> None:
    found = training_set(made(tmp_path / "ws", rows()))
    offsets, labels, weights = found.of(np.array([7, 7, 0]))
    assert offsets.tolist() == [0, 3, 6, 9] and labels[:3].tolist() == labels[3:6].tolist()
    said = SAID[found.image_ids[7].as_py()]
    assert weights[:3].tolist() == pytest.approx([said[f"l{label:02d}"] for label in labels[:3]])


def test_mistakes(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="run `saccade label` first"):
        training_set(Workspace(tmp_path / "empty", create=True))
    with pytest.raises(InputError, match="a split is train, val, test, held"):
        training_set(Workspace(tmp_path / "empty"), "dev")
    ws = made(tmp_path / "ws", [("a", "forgotten", 1.0, "train")])
    with pytest.raises(InputError, match="label 'forgotten' that labels has not"):
        training_set(ws)
