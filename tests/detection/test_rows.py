"""Rows: ids that are a function of picture, detector, category and box, and nothing twice."""

from __future__ import annotations

import numpy as np

from saccade.detection.rows import Seen, found_id, rows_of
from saccade.vision.detections import Detections


def some(count: int, dim: int = 0) -> Detections:
    rng = np.random.default_rng(count)
    boxes = (rng.random((count, 4)) / 2).astype(np.float32)
    vectors = rng.normal(size=(count, dim)).astype(np.float32) if dim else None
    return Detections(boxes, rng.random(count).astype(np.float32), rng.integers(0, 2, count), vectors)


def test_ids_are_names_and_change_with_each_part() -> None:
    box = [0.1, 0.2, 0.3, 0.4]
    base = found_id("a" * 32, "d", "chair", box)
    assert len(base) == 32
    assert base == found_id("a" * 32, "d", "chair", np.array(box, np.float32).tolist())
    others = {found_id("b" * 32, "d", "chair", box), found_id("a" * 32, "e", "chair", box)}
    others |= {found_id("a" * 32, "d", "lamp", box), found_id("a" * 32, "d", "chair", [0.1, 0.2, 0.3, 0.41])}
    assert len({base, *others}) == 5


def test_every_object_is_listed_once_by_its_picture() -> None:
    twice = some(3).select(np.array([0, 1, 0]))
    rows = rows_of([Seen("a", twice), Seen("b", some(0)), Seen("c", None, "gone", "why")], "d", ("x", "y"))
    listed = rows.detections.column("object_ids").to_pylist()
    assert [len(names) for names in listed] == [2, 0, 0]
    assert sorted(listed[0]) == sorted(rows.objects.column("object_id").to_pylist())
    assert rows.detections.column("status").to_pylist() == ["ok", "ok", "gone"]
    assert rows.detections.column("reason").to_pylist() == [None, None, "why"]
    assert set(rows.objects.column("image_id").to_pylist()) == {"a"}


def test_vectors_become_fingerprints_of_the_objects() -> None:
    found = some(4, dim=8)
    rows = rows_of([Seen("a" * 32, found)], "d", ("x", "y"))
    table = rows.fingerprints("m-1")
    assert table.column("id").to_pylist() == rows.objects.column("object_id").to_pylist()
    got = np.array(table.column("vector").to_pylist(), np.float32)
    assert found.vectors is not None
    want = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    assert np.abs(got - want).max() < 1e-3
