"""Labels of a workspace as numbers, and the targets of batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from saccade.errors import InputError
from saccade.labels.balance.sampling import Balance
from saccade.training.batch import Batch, Draw
from saccade.training.labelled import RunData, read_tasks
from saccade.training.tasks import Task
from saccade.workspace import Workspace
from tests.training.shops import add_task, add_weak_labels, shop


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shop(tmp_path_factory.mktemp("shop"))


def read(ws: Workspace, *texts: str, **options: object) -> RunData:
    return read_tasks(ws, [Task.parse(text) for text in texts], **options)  # type: ignore[arg-type]


def batch(rows: list[int], good: list[bool] | None = None, step: int = 3) -> Batch:
    number = np.array(rows)
    fine = np.array(good if good is not None else [True] * len(rows))
    return Batch(step, number, np.arange(len(rows)), torch.zeros(len(rows), 4, 4, 3, dtype=torch.uint8), fine)


def draw(rows: list[int]) -> Draw:
    return Draw(np.array(rows), np.zeros(len(rows), np.int64))


def test_every_label_of_the_catalogue_is_a_task(ws: Workspace) -> None:
    data = read(ws, "item", "category", "colour")
    found = {one.task.name: one for one in data.tasks}
    assert len(data) == 24
    assert found["colour"].classes == ("blue", "green", "red")
    assert found["category"].data.counts.tolist() == [12, 12]
    assert len(found["item"].classes) == 12


def test_held_pictures_do_not_train(ws: Workspace) -> None:
    assert len(read(ws, "colour", held="split=val")) == 16
    assert len(read(ws, "colour", pictures="role=seller")) == 12
    assert len(read(ws, "colour", pictures="role=seller", held="split=val")) == 8


def test_pictures_without_a_label_are_masked(ws: Workspace) -> None:
    ids = read(ws, "item").image_ids.to_pylist()
    add_task(ws, "size", {ids[0]: "big", ids[5]: "small", ids[7]: "small"})
    data = read(ws, "colour", "size")
    size = data.tasks[1]
    assert size.labelled.tolist() == [0, 5, 7]
    target = size.target(batch([5, 1, 0, 5]), draw([5, 1, 0, 5, 7, 2]))
    assert target.rows.tolist() == [0, 2, 3]
    assert target.first.tolist() == [1, 0, 1]
    assert target.total == 4  # of the whole draw: 5, 0, 5 and 7
    assert target.present.tolist() == [0, 1]
    assert target.dense(2).tolist() == [[0, 1], [1, 0], [0, 1]]


def test_unreadable_pictures_have_no_target(ws: Workspace) -> None:
    target = read(ws, "colour").tasks[0].target(batch([0, 1], [False, True]), draw([0, 1]))
    assert target.rows.tolist() == [1]


def test_labels_outside_the_map_are_masked_and_counted(ws: Workspace) -> None:
    task = Task("warm", "colour", map={"red": "warm", "blue": "cold"})
    data = read_tasks(ws, [task])
    assert data.tasks[0].classes == ("cold", "warm")
    assert data.tasks[0].masked == 8
    assert len(data) == 16


def test_rare_classes_can_be_left_out(ws: Workspace) -> None:
    ids = read(ws, "item").image_ids.to_pylist()
    add_task(ws, "rare", {ids[0]: "a", ids[1]: "a", ids[2]: "b", ids[3]: "b", ids[4]: "c"})
    data = read_tasks(ws, [Task("rare", least=2)])
    assert (data.tasks[0].classes, data.tasks[0].masked) == (("a", "b"), 1)


def test_weak_labels_come_with_their_epochs(tmp_path: Path) -> None:
    ws = shop(tmp_path)
    ids = read(ws, "item").image_ids.to_pylist()
    add_weak_labels(ws, {ids[0]: {"x": 0.9}, ids[2]: {"x": 0.5, "y": 0.5}, ids[9]: {"y": 1.0}})
    weak = read(ws, "labels", balance=Balance()).tasks[0]
    assert weak.classes == ("x", "y")
    assert weak.epochs is not None
    assert sorted(weak.epochs.epoch(0)) == [0, 1, 2]
    target = weak.target(batch([0, 1, 2]), draw([0, 1, 2]))
    assert sorted(target.weights.tolist()) == pytest.approx([0.5, 0.5, 0.9, 1.0])
    both = read(ws, "labels", "colour")
    assert sorted(both.tasks[0].labelled.tolist()) == sorted(set(both.tasks[0].epochs.epoch(0)))  # type: ignore[union-attr]


def test_weak_labels_of_held_pictures_do_not_train(tmp_path: Path) -> None:
    ws = shop(tmp_path)
    ids = read(ws, "item", held="split=val").image_ids.to_pylist()
    out = sorted(set(read(ws, "item").image_ids.to_pylist()) - set(ids))
    add_weak_labels(ws, {ids[0]: {"x": 1.0}, ids[1]: {"y": 1.0}, out[0]: {"y": 1.0}})
    weak = read(ws, "labels", held="split=val").tasks[0]
    assert (len(weak.data), weak.masked) == (2, 1)
    assert sorted(weak.epochs.epoch(0)) == [0, 1]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("texts", "options", "said"),
    [
        (("brand",), {}, "no picture has a label 'brand': there are item, category, colour"),
        ((), {}, "name one task or more"),
        (("colour", "colour"), {}, "each once"),
        (("colour",), {"pictures": "colour=red"}, "expected two classes or more .* found red"),
        (("labels",), {}, "saccade label"),
    ],
)
def test_bad_input_is_one_line(
    ws: Workspace, texts: tuple[str, ...], options: dict[str, str], said: str
) -> None:
    with pytest.raises(Exception, match=said) as error:
        read(ws, *texts, **options)
    assert "\n" not in str(error.value)


def test_a_class_that_trains_nothing_is_an_error(ws: Workspace) -> None:
    with pytest.raises(InputError, match="two classes or more"):
        read_tasks(ws, [Task("colour", map={"red": "one", "blue": "one"})])
