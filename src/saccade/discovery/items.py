"""Rows of items as results show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

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
    return {row["item_id"]: _row(row, pictures) for row in rows if row["deleted"] is None}


def all_item_rows(ws: Workspace, batch_size: int = 1024) -> Iterator[list[ItemRow]]:
    """Every item that is not deleted, in batches; the links between items and pictures are held in memory."""
    links = ws.table("item_images").read(["item_id", "image_id", "role", "position"])
    pictures = _firsts(links)
    for batch in ws.table("items").scan(COLUMNS, "deleted IS NULL", batch_size=batch_size):
        yield [_row(row, pictures) for row in batch.to_pylist()]


def first_picture(ws: Workspace, item_id: str) -> str:
    """The picture that stands for an item; `NotFoundError` for an unknown item or one without pictures."""
    found = _first_pictures(ws, [item_id]).get(item_id)
    if found is None:
        raise NotFoundError(f"there is no item {item_id!r} with a picture")
    return found


def _row(row: Mapping[str, Any], pictures: Mapping[str, str]) -> ItemRow:
    return ItemRow(
        row["item_id"], row["title"], row["category"], row["price"], row["url"],
        dict(row["attributes"] or []), pictures.get(row["item_id"]),
    )  # fmt: skip


def _first_pictures(ws: Workspace, item_ids: list[str]) -> dict[str, str]:
    return _firsts(ws.table("item_images").read(filter=any_of("item_id", item_ids)))


def _firsts(links: pa.Table) -> dict[str, str]:
    """The picture that stands for each item."""
    columns = (links.column(name).to_pylist() for name in ("role", "position", "image_id", "item_id"))
    firsts: dict[str, tuple[int, int, str]] = {}
    for role, position, image, item in zip(*columns, strict=True):
        place = (place_of(role), position or 0, image)
        if item not in firsts or place < firsts[item]:
            firsts[item] = place
    return {item: image for item, (_, _, image) in firsts.items()}


def place_of(role: str | None) -> int:
    """Where pictures of this role come among those of an item."""
    return ROLES.index(role) if role in ROLES else len(ROLES)
