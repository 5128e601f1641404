"""Words find titles: BM25 order, new titles before they are indexed, filters, deleted items."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.index.filters import Equals, Range
from saccade.index.payloads import Kind
from saccade.index.titles import refresh_titles, search_titles
from saccade.workspace import Workspace

FIELDS: dict[str, Kind] = {"colour": "text", "price": "number", "category": "text"}


def add(ws: Workspace, *rows: tuple[str, str, str, float]) -> None:
    ws.table("items").upsert(
        pa.Table.from_pylist(
            [
                {"item_id": i, "title": t, "category": "shoe", "price": p, "attributes": [("colour", c)]}
                for i, t, c, p in rows
            ],
            schema=pa.schema([ws.table("items").schema.field(n) for n in
                              ("item_id", "title", "category", "price", "attributes")]),
        )
    )  # fmt: skip


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "ws", create=True)
    add(
        made,
        ("a", "red running shoe", "red", 10),
        ("b", "blue shoe", "blue", 20),
        ("c", "green lamp", "green", 30),
    )
    assert refresh_titles(made)
    return made


def found(ws: Workspace, text: str, **more: object) -> list[str]:
    return [one.item_id for one in search_titles(ws, text, 10, **more)]  # type: ignore[arg-type]


def test_the_best_match_comes_first(ws: Workspace) -> None:
    scored = search_titles(ws, "red shoe", 10)
    assert [one.item_id for one in scored] == ["a", "b"]
    assert scored[0].score > scored[1].score > 0


def test_a_new_title_is_found_before_it_is_indexed(ws: Workspace) -> None:
    add(ws, ("d", "violet teapot", "violet", 5))
    assert found(ws, "teapot") == ["d"]


def test_refreshing_is_idempotent_and_takes_up_what_is_new(ws: Workspace) -> None:
    assert not refresh_titles(ws)
    version = ws.table("items").version
    assert not refresh_titles(ws)
    assert ws.table("items").version == version
    add(ws, ("d", "violet teapot", "violet", 5))
    assert refresh_titles(ws)
    assert not refresh_titles(ws)
    assert found(ws, "teapot") == ["d"]


def test_a_changed_title_loses_its_old_words(ws: Workspace) -> None:
    add(ws, ("c", "brass candle", "yellow", 30))
    assert found(ws, "lamp") == []
    assert found(ws, "candle") == ["c"]


def test_filters_look_further_until_enough_is_found(ws: Workspace) -> None:
    add(ws, *((f"n{n:03d}", "plain shoe", "white", 100 + n) for n in range(200)))
    assert found(ws, "shoe", filter=Equals("colour", "blue"), fields=FIELDS) == ["b"]
    assert found(ws, "plain shoe", filter=Range("price", at_least=299), fields=FIELDS) == ["n199"]


def test_an_unknown_field_is_refused_even_where_nothing_was_found(ws: Workspace) -> None:
    with pytest.raises(InputError, match="found 'size'"):
        found(ws, "shoe", filter=Equals("size", "9"), fields=FIELDS)
    with pytest.raises(InputError, match="found 'size'"):
        found(ws, "nothing", filter=Equals("size", "9"), fields=FIELDS)


def test_deleted_items_are_not_found(ws: Workspace) -> None:
    rows = ws.table("items").read().to_pylist()
    gone = [{**row, "deleted": datetime.now(UTC)} for row in rows if row["item_id"] == "a"]
    ws.table("items").upsert(pa.Table.from_pylist(gone, schema=ws.table("items").schema))
    assert found(ws, "red") == []


def test_without_an_index_the_user_is_told_what_to_do(tmp_path: Path) -> None:
    empty = Workspace(tmp_path / "empty", create=True)
    assert not refresh_titles(empty)
    with pytest.raises(InputError, match="no items to search by words"):
        found(empty, "shoe")
    add(empty, ("a", "red shoe", "red", 1))
    with pytest.raises(InputError, match="titles are not indexed yet; run `saccade index`"):
        found(empty, "shoe")
