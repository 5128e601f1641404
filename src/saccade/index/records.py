"""From the tables of a workspace to points of an index: id, vector, payload.

Decided: a point is a fingerprint (of an image or an object); its payload joins every live item that shows the
image: `item_id`, `role`, `category`, `price` and the attributes, each a single value or a list. A filter on
an image of several items therefore holds when it holds for any of them. An image whose items are all
deleted, or that has left `images`, is no point; an image without items is one. Attributes are text, unless
named as `year:number`. Tables of items stay in Arrow; only one batch at a time becomes Python objects.
The point of an object has its picture as `image_id`, and its own `object` (category) and `score` beside what
the picture's items give it; an object that has left the table `objects` is no point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError
from saccade.index.payloads import Payload, Value, field_name
from saccade.workspace.schemas import OWN_ROWS
from saccade.workspace.tables import Table, any_of
from saccade.workspace.workspace import Workspace

BATCH = 8192
Store = Literal["images", "objects", "all"]
_OWN = ("item_id", "role", "category", "price", "image_id", "object", "score")
_ALWAYS = ("item_id", "role", "image_id", "object", "score")
_INPUTS = ("images", "item_images", "items")
_ITEM_COLUMNS = ("item_id", "attributes", "category", "price", "deleted")
_OK = "status = 'ok'"


@dataclass(frozen=True)
class Batch:
    """Points: ids, float16 vectors [N, dim], payloads."""

    ids: list[str]
    vectors: np.ndarray
    payloads: list[Payload]


@dataclass(frozen=True)
class FieldChoice:
    """Which fields a payload takes; None for all. Names may carry `:number`. store: what becomes a point."""

    names: tuple[str, ...] | None = None
    store: Store = "images"

    def __post_init__(self) -> None:
        if self.store not in get_args(Store):
            raise InputError(f"store is one of {', '.join(get_args(Store))}, found {self.store!r}")
        for name in self.names or ():
            bare, _, kind = name.partition(":")
            if not bare or kind not in ("", "text", "number"):
                raise InputError(f"expected fields such as colour or year:number, found {name!r}")

    def takes(self, field: str) -> bool:
        return self.names is None or field in _ALWAYS or field in self._kinds

    def value(self, field: str, text: str) -> Value | None:
        """An attribute's text as the kind that was asked for; None when it is no number."""
        if self._kinds.get(field) != "number":
            return text
        try:
            return float(text)
        except ValueError:
            return None

    @property
    def _kinds(self) -> dict[str, str]:
        return {
            field_name(name): kind or "text" for name, _, kind in (n.partition(":") for n in self.names or ())
        }


def input_versions(ws: Workspace, fingerprints: Table, store: Store = "images") -> dict[str, int]:
    """Versions of the tables that an index is made from."""
    tables = _INPUTS if store == "images" else (*_INPUTS, "objects")
    return {table.name: table.version for table in (fingerprints, *map(ws.table, tables))}


class Records:
    """Reads the points of one model; with `only`, those on these images, without reading whole tables."""

    def __init__(
        self, ws: Workspace, fingerprints: Table, fields: FieldChoice, only: Sequence[str] | None = None
    ) -> None:
        self._fingerprints, self._fields = fingerprints, fields
        self._where = None if only is None else any_of("image_id", only)
        self._objects = _objects(ws, self._where) if fields.store != "images" else {}
        images = ws.table("images")
        self._images = images.read(["image_id"], self._and(_OK))["image_id"] if images.exists() else None
        links = ws.table("item_images").read(["image_id", "item_id", "role"], self._where).sort_by("image_id")
        items = None if only is None else any_of("item_id", sorted(set(links["item_id"].to_pylist())))
        self._items = ws.table("items").read(_ITEM_COLUMNS, items)
        self._images_of_links = links["image_id"].to_numpy().astype("S32")
        self._links = links
        rows = pc.index_in(links["item_id"], value_set=self._items["item_id"])  # pyright: ignore
        self._item_rows = rows.fill_null(-1).to_numpy()
        gone = self._items["deleted"].is_valid().to_numpy()
        self._live = ~np.append(gone, False)[self._item_rows]

    def batches(self) -> Iterator[Batch]:
        """Every point that belongs in the index."""
        columns = ["id", "image_id", "vector"]
        wanted = self._and(f"{_OK} AND {OWN_ROWS[self._fields.store]}")
        for rows in self._fingerprints.scan(columns, wanted, batch_size=BATCH):
            yield self._batch(rows)

    def _and(self, condition: str) -> str:
        return condition if self._where is None else f"{condition} AND {self._where}"

    def _batch(self, rows: pa.RecordBatch) -> Batch:
        vectors = rows["vector"].flatten().to_numpy().reshape(len(rows), -1)
        images = (
            rows["image_id"].fill_null("").to_pylist()
            if rows["image_id"].null_count
            else rows["image_id"].to_pylist()
        )
        ids = rows["id"].to_pylist()
        found = self._payloads(images)
        if self._images is not None:
            present = pc.is_in(rows["image_id"], value_set=self._images).to_pylist()  # pyright: ignore
            found = [p if here else None for p, here in zip(found, present, strict=True)]
        kept = [
            row
            for row, payload in enumerate(found)
            if payload is not None and (ids[row] == images[row] or ids[row] in self._objects)
        ]
        payloads = [self._with_image(found[r] or {}, ids[r], images[r]) for r in kept]
        return Batch([ids[r] for r in kept], vectors[kept], payloads)

    def _with_image(self, payload: Payload, identity: str, image: str) -> Payload:
        return payload if identity == image else {**payload, **self._objects[identity], "image_id": image}

    def _payloads(self, images: Sequence[str]) -> list[Payload | None]:
        """For each image its payload; None when all its items are deleted."""
        keys = np.array(images, dtype="S32")
        starts = np.searchsorted(self._images_of_links, keys, "left")
        ends = np.searchsorted(self._images_of_links, keys, "right")
        spans = [np.arange(s, e) for s, e in zip(starts, ends, strict=True)]
        rows = np.concatenate([*spans, np.empty(0, np.int64)]).astype(np.int64)
        links = dict(
            zip(rows.tolist(), self._links.take(rows).select(["item_id", "role"]).to_pylist(), strict=True)
        )
        items = self._take_items(rows)
        return [self._joined(span.tolist(), links, items) for span in spans]

    def _take_items(self, links: np.ndarray) -> dict[int, dict[str, Any]]:
        rows = np.unique(self._item_rows[links])
        rows = rows[rows >= 0]
        return dict(zip(rows.tolist(), self._items.take(rows).to_pylist(), strict=True))

    def _joined(
        self, span: list[int], links: dict[int, dict[str, Any]], items: dict[int, dict[str, Any]]
    ) -> Payload | None:
        live = [row for row in span if self._live[row]]
        if span and not live:
            return None
        values: dict[str, list[Any]] = {}
        for row in live:
            for field, value in self._values(links[row], items.get(int(self._item_rows[row]), {})):
                if value is not None and self._fields.takes(field):
                    values.setdefault(field, []).append(value)
        return {name: _one_or_many(found) for name, found in sorted(values.items())}

    def _values(self, link: dict[str, Any], item: dict[str, Any]) -> Iterator[tuple[str, Value | None]]:
        yield "item_id", link["item_id"]
        yield "role", link["role"]
        yield "category", item.get("category")
        yield "price", item.get("price")
        for name, text in item.get("attributes") or ():
            field = field_name(name)
            field = f"attribute-{field}" if field in _OWN else field
            if text is not None:
                yield field, self._fields.value(field, text)


def _objects(ws: Workspace, where: str | None) -> dict[str, Payload]:
    """What the table `objects` says of each object."""
    rows = ws.table("objects").read(["object_id", "category", "score"], where)
    columns = (rows[name].to_pylist() for name in ("object_id", "category", "score"))
    return {
        name: {
            **({} if category is None else {"object": category}),
            **({} if score is None else {"score": round(float(score), 4)}),
        }
        for name, category, score in zip(*columns, strict=True)
    }


def _one_or_many(values: list[Any]) -> Value:
    distinct = list(dict.fromkeys(values))
    return distinct[0] if len(distinct) == 1 else sorted(distinct)
