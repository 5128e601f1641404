"""What is counted on real packs, on a few made-up answers and boxes."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from real_looks_measures import MOST, THRESHOLDS, K, alike, drawn, outfits, precisions
from real_looks_packs import ASKING, CATALOGUE, LookPack, spread

from saccade.catalog.ingest import Ingest
from saccade.workspace import Workspace


def test_precision_is_of_what_is_shown_and_says_how_many_are_answered() -> None:
    some = [[True] * 5 + [False] * 5, [True, False], [True], [], []]
    none = [[False] * 10, [False], [], [], []]
    found = alike([some, none], [[1.0, 0.5, 0.1, 0, 0], [1.0, 0.1, 0, 0, 0]], ["a", "b"])
    assert found.first.tolist() == [1, 0] and found.ten.tolist() == [0.5, 0]
    assert found.precision[:3] == [0.25, 0.25, 1.0] and np.isnan(found.precision[3])
    assert found.answered == [1, 1, 0.5, 0, 0] and found.coverage[1] == pytest.approx(0.3)
    assert len(found.precision) == len(THRESHOLDS)


def test_what_is_not_there_is_not_right() -> None:
    found = precisions([[True, True], []])
    assert found[1].tolist() == [1, 0] and found[K].tolist() == [2 / K, 0]


def test_rows_are_spread_over_the_list() -> None:
    rows = [{"at": at} for at in range(10)]
    assert spread(rows, 20) == rows and [row["at"] for row in spread(rows, 3)] == [0, 3, 6]


def test_what_is_relevant_is_of_the_catalogue() -> None:
    pack = LookPack("p", [{"item_id": "a"}], [{"item_id": "b"}], {"a": "x", "b": "x"}, {"b": "x"})
    assert pack.relevant == {"x": frozenset({"a"})}


def test_the_largest_boxes_of_pictures_that_ask_become_questions(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    for number, role in enumerate((CATALOGUE, ASKING), 1):
        cv2.imwrite(str(tmp_path / f"{role}.png"), np.full((50, 100, 3), 90 * number, np.uint8))
        boxes = [[0, 0, 10 * side, 40] for side in range(1, 6)] + [[0, 0, 4, 4]]
        notes = [
            {"id": at, "image_id": 1, "category_id": 1 + at % 2, "bbox": box}
            for at, box in enumerate(boxes)
        ]  # fmt: skip
        rows = {
            "images": [{"id": 1, "file_name": f"{role}.png", "width": 100, "height": 50}],
            "annotations": notes,
            "categories": [{"id": 1, "name": "cup"}, {"id": 2, "name": "tv"}],
        }
        (tmp_path / f"{role}.json").write_text(json.dumps(rows))
        Ingest(str(tmp_path / f"{role}.json"), role=role, root=str(tmp_path), threads=1).run(ws)  # type: ignore[arg-type]
    things = drawn(ws)
    roles = {row["image_id"]: row["role"] for row in ws.table("item_images").read().to_pylist()}
    assert len(things) == MOST and {roles[thing.image_id] for thing in things} == {ASKING}
    assert all(len(thing.right) == 2 for thing in things)  # both pictures hold both categories
    sizes = {row["object_id"]: row["width"] for row in ws.table("objects").read().to_pylist()}
    assert [round(sizes[thing.object_id], 2) for thing in things] == [0.5, 0.4, 0.3]


def test_real_outfits_lack_what_goes_with_them(data_dir: Path) -> None:
    file = data_dir / "outfits" / "outfits_train.parquet"
    if not file.is_file():
        pytest.skip("no outfits here")
    found = outfits(file)
    assert found.against("popularity", "categories").difference.low > 0
