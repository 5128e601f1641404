"""Rows of items as results show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from saccade.errors import NotFoundError
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of

COLUMNS = ["item_id", "title", "category", "price", "url", "attributes", "deleted"]
ROLES = ("seller", "scene", "review")  # the order in which pictures stand for an item


@dataclass(frozen=True)
class ItemRow:
    """What a result shows of an item; `image_id` is its first picture, None when it has none."""

    item_id: str
    title: str | None
    category: str | None
    price: float | None
    url: str | None
    attributes: Mapping[str, str]
    image_id: str | None


def item_rows(ws: Workspace, item_ids: Iterable[str]) -> dict[str, ItemRow]:
    """The items that exist and are not deleted, by id."""
    wanted = sorted(item_ids)
    if not wanted:
        return {}
    pictures = _first_pictures(ws, wanted)
    rows = ws.table("items").take(wanted, COLUMNS).to_pylist()
    return {
        row["item_id"]: ItemRow(
            row["item_id"], row["title"], row["category"], row["price"], row["url"],
            dict(row["attributes"] or []), pictures.get(row["item_id"]),
        )
        for row in rows
        if row["deleted"] is None
    }  # fmt: skip


def first_picture(ws: Workspace, item_id: str) -> str:
    """The picture that stands for an item; `NotFoundError` for an unknown item or one without pictures."""
    found = _first_pictures(ws, [item_id]).get(item_id)
    if found is None:
        raise NotFoundError(f"there is no item {item_id!r} with a picture in {ws.uri}")
    return found


def _first_pictures(ws: Workspace, item_ids: list[str]) -> dict[str, str]:
    table = ws.table("item_images").read(filter=any_of("item_id", item_ids))
    rows = sorted(
        table.to_pylist(), key=lambda row: (_rank(row["role"]), row["position"] or 0, row["image_id"])
    )
    return {row["item_id"]: row["image_id"] for row in reversed(rows)}


def _rank(role: str | None) -> int:
    return ROLES.index(role) if role in ROLES else len(ROLES)
