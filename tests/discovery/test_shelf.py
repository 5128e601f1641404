"""Both shelves say the same, before and after writes; the one in memory also without reading again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.catalog.retire import delete_items
from saccade.discovery import shelf
from saccade.discovery.engine import Engine
from saccade.discovery.items import ItemRow
from saccade.discovery.query import Query
from saccade.discovery.shelf import MemoryShelf, TableShelf
from saccade.errors import NotFoundError
from saccade.index.filters import Equals
from saccade.index.protocol import Hit
from saccade.workspace import Workspace
from tests.discovery.conftest import build


@pytest.mark.parametrize("grouped", [True, False])
def test_searches_are_the_same_over_either(shop: Workspace, grouped: bool) -> None:
    tables, memory = Engine(shop), Engine(shop, shelf=MemoryShelf(shop))
    for query in (
        Query(item_id="disc-red", k=11, group_by_item=grouped),
        Query(item_id="box-blue", k=3, filter=Equals("category", "cross"), group_by_item=grouped),
        Query(text="yellow", k=5),
    ):
        one, other = tables.search(query), memory.search(query)
        assert one.results == other.results
        assert all(row.width == 96 for row in other.results)


def test_many_searches_at_once_equal_single_ones(shop: Workspace) -> None:
    engine = Engine(shop, shelf=MemoryShelf(shop))
    queries = [Query(item_id=f"{s}-{c}", k=4) for s in ("disc", "box", "cross") for c in ("red", "blue")]
    queries += [
        Query(item_id="disc-red", k=2, filter=Equals("colour", "red")),
        Query(vector=np.ones(engine.info.dim)),
    ]
    together = engine.neighbours([engine.prepare(query) for query in queries])
    for query, rows in zip(queries, together, strict=True):
        alone = engine.neighbours([engine.prepare(query)])[0]
        assert [(row.image_id, row.item) for row in rows] == [(row.image_id, row.item) for row in alone]


def test_rows_are_kept_until_told(tmp_path: Path) -> None:
    ws = build(tmp_path)
    memory = MemoryShelf(ws)
    before = memory.rows(["disc-red", "nothing"])
    assert before.keys() == {"disc-red"}
    _rename(ws, "disc-red", "another")
    assert memory.rows(["disc-red"])["disc-red"] is before["disc-red"]
    memory.changed(["disc-red"])
    assert memory.rows(["disc-red"])["disc-red"].title == "another"
    assert TableShelf(ws).rows(["disc-red"]) == memory.rows(["disc-red"])


def test_a_deleted_item_is_gone_once_told(tmp_path: Path) -> None:
    ws = build(tmp_path)
    memory = MemoryShelf(ws)
    picture = memory.picture("box-red")
    delete_items(ws, ["box-red"])
    memory.changed(["box-red"], [picture])
    assert memory.rows(["box-red"]) == {}
    assert memory.owners(Hit(picture, 1.0)) == ()  # pyright: ignore
    with pytest.raises(NotFoundError, match="no item 'box-red'"):
        memory.picture("box-red")


def test_what_is_written_while_rows_are_read_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = build(tmp_path)
    memory, real = MemoryShelf(ws), shelf.item_rows

    def slow(ws: Workspace, names: list[str]) -> dict[str, ItemRow]:
        found = real(ws, names)
        if ws.table("items").count("deleted IS NOT NULL") == 0:
            delete_items(ws, ["disc-red"])
            memory.changed(["disc-red"])
        return found

    monkeypatch.setattr(shelf, "item_rows", slow)
    assert memory.rows(["disc-red", "disc-blue"]).keys() == {"disc-blue"}
    assert memory.rows(["disc-red"]) == {}


def test_refresh_sees_what_others_wrote(tmp_path: Path) -> None:
    ws = build(tmp_path)
    memory = MemoryShelf(ws)
    memory.rows(["disc-red"])
    _rename(ws, "disc-red", "another")
    memory.refresh()
    assert memory.rows(["disc-red"])["disc-red"].title == "another"


def test_few_rows_are_kept_and_all_can_be_preloaded(shop: Workspace) -> None:
    small = MemoryShelf(shop, rows=5)
    names = [f"{s}-{c}" for s in ("disc", "box", "cross") for c in ("red", "green", "blue", "yellow")]
    assert small.rows(names).keys() == set(names)
    assert MemoryShelf(shop).preload() == 12
    assert small.preload() == 0


def _rename(ws: Workspace, item: str, title: str) -> None:
    row = ws.table("items").take([item])
    at = row.schema.get_field_index("title")
    ws.table("items").upsert(row.set_column(at, "title", pa.array([title])))
