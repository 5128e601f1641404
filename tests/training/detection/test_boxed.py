"""Boxes as they are read, and as a batch gets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.training.batch import Batch, Draw
from saccade.training.detection.augment import BoxAugment
from saccade.training.detection.boxed import read_boxes
from saccade.workspace import Workspace

Make = Callable[[int], Workspace]


def test_boxes_of_people(boxed: Make) -> None:
    ws = boxed(6)
    rows = ws.table("objects").read().to_pylist()
    data = read_boxes(ws)
    assert sorted(data.image_ids.to_pylist()) == sorted({row["image_id"] for row in rows})
    assert len(data.boxes) == len(rows) == data.offsets[-1] and data.dropped == 0
    assert (data.sizes == (96, 128)).all()
    for number, image in enumerate(data.image_ids.to_pylist()):
        span = slice(data.offsets[number], data.offsets[number + 1])
        mine = sorted(
            (row["category"], round(row["x"], 4), round(row["y"], 4))
            for row in rows
            if row["image_id"] == image
        )
        found = sorted(
            (data.categories[label], round(float(box[0]), 4), round(float(box[1]), 4))
            for label, box in zip(data.labels[span], data.boxes[span], strict=True)
        )
        assert found == mine


def test_boxes_of_a_detector_teach_only_where_they_are_asked_for(boxed: Make) -> None:
    ws = boxed(6)
    image = read_boxes(ws).image_ids[0].as_py()
    rows = ws.table("objects").read(["object_id", "image_id"]).to_pylist()
    found = [row["object_id"] for row in rows if row["image_id"] == image]
    row = {"image_id": [image], "source": ["d-1"], "status": ["ok"], "object_ids": [found]}
    ws.table("detections").append(pa.table(row))
    assert image not in read_boxes(ws).image_ids.to_pylist()
    assert image in read_boxes(ws, drawn="all").image_ids.to_pylist()


def test_one_category_and_some(boxed: Make) -> None:
    ws = boxed(8)
    whole = read_boxes(ws)
    alike = read_boxes(ws, agnostic=True)
    assert alike.categories == ("object",) and not alike.labels.any()
    blue = read_boxes(ws, categories=("blue",))
    assert blue.categories == ("blue",)
    assert len(blue.boxes) + blue.dropped == len(whole.boxes) and blue.dropped > 0
    with pytest.raises(InputError, match="did you mean 'blue'"):
        read_boxes(ws, categories=("blues",))


def test_boxes_without_area_are_left_out(boxed: Make) -> None:
    ws = boxed(4)
    image = read_boxes(ws).image_ids[0].as_py()
    flat = {
        "object_id": ["f" * 32],
        "image_id": [image],
        "x": [0.1],
        "y": [0.1],
        "width": [0.0],
        "height": [0.5],
    }
    ws.table("objects").append(pa.table({**flat, "category": ["red"]}))
    data = read_boxes(ws)
    assert data.dropped == 1 and (data.boxes[:, 2:] > 0).all()


def test_nothing_to_learn_from(boxed: Make) -> None:
    ws = boxed(3)
    ids = ws.table("objects").read(["object_id"])["object_id"].to_pylist()
    ws.table("objects").delete_keys(ids)
    with pytest.raises(InputError, match="no picture that trains has boxes"):
        read_boxes(ws)


def test_a_batch_has_the_boxes_that_its_pixels_show(boxed: Make) -> None:
    data = replace(read_boxes(boxed(4)), augment=BoxAugment(64, exact=True), seed=3)
    rows = np.array([2, 0])
    good = np.array([True, False])
    batch = Batch(5, rows, np.array([0, 1]), pixels=None, good=good)  # pyright: ignore[reportArgumentType]
    target = data.target(batch, Draw(np.array([2, 0, 1]), np.zeros(3, np.int64)))
    assert target.total == 3 and target.good.tolist() == [True, False] and len(target) == 2
    span = slice(data.offsets[2], data.offsets[3])
    wanted = data.boxes[span].copy()
    wanted[:, 2:] += wanted[:, :2]
    np.testing.assert_allclose(target.boxes[0].numpy(), wanted * (64, 48, 64, 48), atol=0.01)
    assert target.labels[0].tolist() == data.labels[span].tolist()
