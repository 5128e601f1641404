"""An item with everything that the tables say of it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from saccade.catalog.retire import delete_items
from saccade.discovery.detail import item_detail
from saccade.errors import NotFoundError
from saccade.workspace import Workspace
from tests.discovery.conftest import build


def test_an_item_has_its_pictures_in_order_and_what_is_in_them(tmp_path) -> None:
    ws = build(tmp_path)
    first = item_detail(ws, "disc-red")["pictures"][0]["image_id"]
    ws.table("objects").upsert(
        pa.table({"object_id": ["f" * 32], "image_id": [first], "x": pa.array([0.25], pa.float32()),
                  "y": pa.array([0.5], pa.float32()), "width": pa.array([0.5], pa.float32()),
                  "height": pa.array([0.25], pa.float32()), "category": ["disc"],
                  "score": pa.array([None], pa.float32())})
    )  # fmt: skip
    detail = item_detail(ws, "disc-red")
    assert (detail["title"], detail["price"], detail["attributes"]) == ("red disc", 10.0, {"colour": "red"})
    assert [one["position"] for one in detail["pictures"]] == [0, 1]
    assert [one["width"] for one in detail["pictures"]] == [96, 96]
    box = {"x": 0.25, "y": 0.5, "width": 0.5, "height": 0.25}
    assert detail["pictures"][0]["objects"] == [
        {"object_id": "f" * 32, "box": box, "category": "disc", "score": None}
    ]
    assert detail["pictures"][1]["objects"] == []


def test_an_unknown_or_deleted_item_is_one_line(tmp_path) -> None:
    ws: Workspace = build(tmp_path)
    delete_items(ws, ["box-red"])
    for name in ("box-red", "nothing", "it's"):
        with pytest.raises(NotFoundError, match="there is no item"):
            item_detail(ws, name)
