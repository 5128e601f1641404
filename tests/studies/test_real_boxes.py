"""The pack as a COCO file, and what is told of detectors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from real_boxes import BAR, BARE, CNN, VIT, Cell, coco_file, figures_of, table_of
from real_packs import write_lines

from saccade.evaluation.detection_set import of_coco

CELL = Cell(VIT, "v", "c", 64, 2, 1e-3, 1.0, 0, 10, 0)


def figures(ap: float, steps: int = 5) -> dict[str, Any]:
    rest = dict.fromkeys(("small", "medium", "large", "milliseconds", "minutes"), 0.25)
    return {"ap": [ap, ap - 0.1, ap + 0.1], "ap50": 2 * ap, "ar100": 0.5, "curve": [], "steps": steps, **rest}


def test_the_pack_becomes_a_coco_file_that_reads_back(tmp_path: Path) -> None:
    thing = {"label": "cup", "category_id": 41, "bbox": [10.0, 20.0, 30.0, 40.0], "iscrowd": 0}
    row = {"image": "images/val/1.jpg", "width": 100, "height": 200}
    rows = [{**row, "objects": [thing, {**thing, "iscrowd": 1}]}, {**row, "image": "b.jpg", "objects": []}]
    write_lines(tmp_path / "val.jsonl", rows)
    write_lines(tmp_path / "categories.jsonl", [{"category_id": 41, "name": "cup"}])
    found = of_coco(coco_file(tmp_path, "val", tmp_path / "made" / "val.json"), tmp_path)
    assert found.names == ("images/val/1.jpg", "b.jpg") and found.categories == ("cup",)
    assert np.array_equal(found.sizes[0], [100, 200])
    assert found.truth.crowd.tolist() == [False, True] and found.truth.area.tolist() == [1200, 1200]
    assert json.loads((tmp_path / "made" / "val.json").read_text())["annotations"][0]["image_id"] == 1


def test_one_seed_has_an_interval_over_pictures_and_more_have_a_range() -> None:
    one = figures_of([(CELL, figures(0.3)), (replace(CELL, kind=BAR), figures(0.4))])
    assert one["ap"].low == pytest.approx(0.2) and one["seeds"] == 1  # type: ignore[union-attr]
    assert one["ap_yolox"].mean == 0.4 and one["ap50"] == 0.6  # type: ignore[union-attr]
    both = figures_of([(CELL, figures(0.3)), (replace(CELL, seed=1), figures(0.5))])
    assert (both["ap"].low, both["ap"].high) == (0.3, 0.5) and both["seeds"] == 2  # type: ignore[union-attr]


def test_the_table_has_a_row_a_detector() -> None:
    kinds = (VIT, BARE, CNN, BAR)
    said = table_of([(replace(CELL, kind=kind), figures(0.1, 7)) for kind in kinds]).splitlines()
    assert [row.split(" | ")[0].strip("| ") for row in said[2:]] == list(kinds)
    assert said[2].endswith("| 7 |")
