"""Answers to searches as JSON, put together from ready parts.

Decided: the part of an item that does not depend on the query is made once and kept, so that a page of
results costs microseconds instead of a model dump. `wire.SearchAnswer` documents the shape; a test holds the
two together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from saccade.discovery.engine import Prepared, Row
from saccade.discovery.items import ItemRow
from saccade.discovery.owners import Size
from saccade.index.opened import IndexInfo

KEPT = 200_000  # parts; all are forgotten when there are more
_NOTHING = '"item_id":null,"title":null,"category":null,"price":null,"url":null,"attributes":{}'


class Renderer:
    """Keeps the ready parts."""

    def __init__(self) -> None:
        self._parts: dict[str | None, tuple[ItemRow | None, Size | None, str]] = {}

    def search(self, asked: Prepared, rows: Sequence[Row], info: IndexInfo) -> bytes:
        """The body of a `SearchAnswer`."""
        results = ",".join(
            f'{{"rank":{rank},"score":{row[0]:.6f},{self._body(row)}}}'
            for rank, row in enumerate(rows, start=1)
        )
        words = asked.query.text is not None
        about = {
            "source": "titles" if words else "visual", "model_id": None if words else info.model_id,
            "index_version": None if words else info.version, "image_id": asked.image_id,
            "seconds": {step: round(spent, 6) for step, spent in asked.watch.seconds.items()},
        }  # fmt: skip
        return f'{{"results":[{results}],{_text(about)[1:]}'.encode()

    def items(self, rows: Iterable[Row], following: str | None) -> bytes:
        """The body of an `ItemsAnswer`."""
        listed = ",".join(f"{{{self._body(row)}}}" for row in rows)
        return f'{{"items":[{listed}],"next":{_text(following)}}}'.encode()

    def _body(self, row: Row) -> str:
        _, image_id, item, size = row
        kept = self._parts.get(image_id)
        if kept is not None and kept[0] is item and kept[1] is size:
            return kept[2]
        part = f'{_item(item)},"picture":{picture(image_id, size)}'
        if len(self._parts) >= KEPT:
            self._parts = {}
        self._parts[image_id] = (item, size, part)
        return part


def _item(item: ItemRow | None) -> str:
    """The fields of a `WireItem` but its picture."""
    if item is None:
        return _NOTHING
    return _text(
        {
            "item_id": item.item_id, "title": item.title, "category": item.category,
            "price": item.price, "url": item.url, "attributes": dict(item.attributes),
        }
    )[1:-1]  # fmt: skip


def picture(image_id: str | None, size: Size | None) -> str:
    """A `WirePicture`."""
    if image_id is None:
        return "null"
    width, height = size or ("null", "null")
    place = picture_url(image_id)
    return f'{{"image_id":"{image_id}","url":"{place}","width":{width},"height":{height}}}'


def picture_url(image_id: str) -> str:
    """Where a picture can be had."""
    return f"/v1/pictures/{image_id}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
