"""All that the tables say of one item: its own row, its pictures, and what was found in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from saccade.discovery.items import place_of
from saccade.errors import NotFoundError
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of

_FIELDS = ("item_id", "title", "description", "url", "category", "price")


def item_detail(ws: Workspace, item_id: str) -> dict[str, Any]:
    """The item as plain values: its columns, `attributes`, `created` (ISO) and `pictures` in their order.

    Each picture has image_id, width, height, role, position and `objects` (object_id, box, category, score).
    Raises `NotFoundError` for an item that is unknown or deleted.
    """
    rows = ws.table("items").take([item_id]).to_pylist()
    if not rows or rows[0]["deleted"] is not None:
        raise NotFoundError(f"there is no item {item_id!r}")
    row, made = rows[0], rows[0]["created"]
    return {
        **{name: row[name] for name in _FIELDS},
        "attributes": {name: text for name, text in row["attributes"] or [] if text is not None},
        "created": made.isoformat() if isinstance(made, datetime) else None,
        "pictures": _pictures(ws, item_id),
    }


def _pictures(ws: Workspace, item_id: str) -> list[dict[str, Any]]:
    links = ws.table("item_images").read(filter=any_of("item_id", [item_id])).to_pylist()
    names = [link["image_id"] for link in links]
    rows = ws.table("images").take(names, ["image_id", "width", "height"]).to_pylist() if names else []
    sizes = {row["image_id"]: (row["width"], row["height"]) for row in rows}
    objects = _objects(ws, names)
    links.sort(key=lambda link: (place_of(link["role"]), link["position"] or 0, link["image_id"]))
    return [
        {
            "image_id": link["image_id"], "width": sizes[link["image_id"]][0],
            "height": sizes[link["image_id"]][1], "role": link["role"], "position": link["position"],
            "objects": objects.get(link["image_id"], []),
        }
        for link in links
        if link["image_id"] in sizes
    ]  # fmt: skip


def _objects(ws: Workspace, image_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in ws.table("objects").read(filter=any_of("image_id", image_ids)).to_pylist():
        box = {name: row[name] for name in ("x", "y", "width", "height")}
        said = {"object_id": row["object_id"], "box": box, "category": row["category"], "score": row["score"]}
        found.setdefault(row["image_id"], []).append(said)
    return found
