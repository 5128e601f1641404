"""Which picture stands for an item, and which items are shown."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from saccade.discovery.items import first_picture, item_rows
from saccade.errors import NotFoundError
from saccade.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "ws", create=True)
    made.table("items").upsert(pa.table({"item_id": ["a", "b"], "title": ["A", "B"]}))
    rows = [("a", "p2", "seller", 2), ("a", "p1", "seller", 1), ("a", "p0", "review", 0)]
    columns = list(zip(*rows, strict=True))
    made.table("item_images").upsert(
        pa.table(dict(zip(("item_id", "image_id", "role", "position"), map(list, columns), strict=True)))
    )
    return made


def test_the_first_seller_picture_stands_for_an_item(ws: Workspace) -> None:
    assert first_picture(ws, "a") == "p1"


def test_an_item_without_a_picture_cannot_be_a_query(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no item 'b' with a picture"):
        first_picture(ws, "b")


def test_rows_of_known_items(ws: Workspace) -> None:
    rows = item_rows(ws, {"a", "b", "c"})
    assert {item: row.image_id for item, row in rows.items()} == {"a": "p1", "b": None}
    assert item_rows(ws, []) == {}
