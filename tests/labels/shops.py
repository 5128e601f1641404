"""Workspaces full of the marketplace's texts, without its pictures, which no labelling needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from saccade.bazaar import Bazaar
from saccade.workspace import Workspace


def shop(folder: Path, market: Bazaar, views: int = 2) -> Workspace:
    """A workspace with the items, pictures (ids only) and texts of a marketplace."""
    ws = Workspace(folder, create=True)
    items = [listing.item_id for listing in market.records()]
    shown = [(item, f"{item}-{view}") for item in items for view in range(views)]
    put(ws, "images", [{"image_id": image, "status": "ok"} for _, image in shown])
    put(ws, "item_images", [{"item_id": item, "image_id": image, "role": "seller"} for item, image in shown])
    put(ws, "texts", list(texts(market, views)))
    return ws


def texts(market: Bazaar, views: int) -> Iterator[dict[str, object]]:
    """Rows of `texts`: what is said of an item counts for each of its pictures."""
    for listing in market.records():
        for source, text in (("title", listing.title), ("description", listing.description)):
            yield from _rows(listing.item_id, source, text, None, 1.0, views)
    for said in market.texts():
        yield from _rows(said.item_id, said.source, said.text, said.language, said.weight, views)


def put(ws: Workspace, table: str, rows: list[dict[str, object]]) -> None:
    """Upsert rows given as dictionaries."""
    schema = ws.table(table).schema
    names = [name for name in schema.names if any(name in row for row in rows)]
    ws.table(table).upsert(
        pa.Table.from_pylist(rows, schema=pa.schema([schema.field(name) for name in names]))
    )


def _rows(
    item: str, source: str, text: str | None, language: str | None, weight: float, views: int
) -> Iterator[dict[str, object]]:
    for view in range(views):
        yield {
            "image_id": f"{item}-{view}",
            "source": source,
            "text": text or "",
            "language": language,
            "weight": weight,
        }
