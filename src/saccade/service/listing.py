"""Items without a query: a random sample for the front page, pages in order of ids, and fields to filter by.

Decided: a sample is a permutation of the item ids by its seed, cut into pages, so that scrolling on meets
nothing twice; ids and counts are read again when the table has a new version. A filter is applied to what
the order brings, portion by portion, as long as a page needs it and `PORTIONS` allow.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.discovery.engine import Engine, Row
from saccade.discovery.items import ItemRow
from saccade.index.filters import Filter, checked, mask
from saccade.index.payloads import Fields, column, field_name
from saccade.index.titles import payload_of
from saccade.service.live import Live
from saccade.service.wire import FieldInfo, FieldValue

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

PORTION, PORTIONS = 512, 40  # items that a filter looks at at once, and how often, for one page
VALUES = 50  # of a field, the most frequent
_HIDDEN = ("item_id", "image_id", "role")


@dataclass(frozen=True)
class Page:
    """Some items, and whether there are more; `last` is the id after which a page in order goes on."""

    rows: list[Row]
    last: str | None


class Listing:
    """The items of what is live."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self._guard = threading.Lock()
        self._version, self._ids, self._facets = -1, pa.array([], pa.string()), list[FieldInfo]()

    def count(self) -> int:
        """Items that are not deleted."""
        return len(self._current())

    def sample(self, engine: Engine, limit: int, seed: int, offset: int, filter: Filter | None) -> Page:
        """`limit` items of the random order `seed`, from place `offset` of it (of those that pass)."""
        ids = self._current()
        order = _order(seed, len(ids))
        found = self._passing(engine, (ids.take(pa.array(part)) for part in _portions(order)), filter)
        rows = [row for _, row in zip(range(offset + limit), found, strict=False)][offset:]
        return Page(rows, None)

    def after(self, engine: Engine, limit: int, after: str, filter: Filter | None) -> Page:
        """`limit` items behind the id `after`, in order of ids; fewer where a filter leaves few.

        `last` of the page is the id to go on from, also where the filter let none of those through that
        were looked at.
        """
        ids = self._current()
        start = int(np.searchsorted(np.asarray(ids, dtype=object), after, "right")) if len(ids) else 0
        most = len(ids) if filter is None else start + PORTION * PORTIONS
        places = np.arange(start, min(most, len(ids)))
        found = self._passing(engine, (ids.take(pa.array(part)) for part in _portions(places)), filter)
        rows = [row for _, row in zip(range(limit), found, strict=False)]
        if len(rows) == limit and rows[-1].item is not None:
            return Page(rows, rows[-1].item.item_id)
        return Page(rows, str(ids[most - 1]) if most < len(ids) else None)

    def facets(self, engine: Engine) -> list[FieldInfo]:
        """The fields to filter by, with values and ends."""
        self._current()
        if not self._facets:
            self._facets = read_facets(self._items(), engine.index.fields)
        return self._facets

    def _current(self) -> pa.Array:
        version = self.live.ws.table("items").version
        with self._guard:
            if version != self._version:
                ids = self.live.ws.table("items").read(["item_id"], "deleted IS NULL").column("item_id")
                self._ids = ids.combine_chunks().sort()
                self._version, self._facets = version, []
            return self._ids

    def _items(self) -> pa.Table:
        return self.live.ws.table("items").read(["category", "price", "attributes"], "deleted IS NULL")

    def _passing(self, engine: Engine, portions: Iterator[pa.Array], filter: Filter | None) -> Iterator[Row]:
        if filter is not None:
            checked(filter, engine.index.fields)
        for number, ids in enumerate(portions):
            if filter is not None and number > PORTIONS:
                return
            rows = engine.shelf.rows(names := ids.to_pylist())
            items = [rows[name] for name in names if name in rows]
            for item in items if filter is None else _kept(items, filter, engine.index.fields):
                sizes = engine.shelf.sizes([item.image_id] if item.image_id else [])
                if item.image_id is not None:
                    yield Row(0.0, item.image_id, item, sizes.get(item.image_id))


@lru_cache(maxsize=16)
def _order(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(count)


def _portions(places: np.ndarray) -> Iterator[np.ndarray]:
    """A small first portion, since most pages end there."""
    yield places[:64]
    for start in range(64, len(places), PORTION):
        yield places[start : start + PORTION]


def _kept(items: Sequence[ItemRow], filter: Filter, fields: Fields) -> list[ItemRow]:
    payloads = [payload_of(vars(item), fields) for item in items]
    columns = {name: column(payloads, name, kind) for name, kind in fields.items()}
    return [item for item, keep in zip(items, mask(filter, columns, len(items)), strict=True) if keep]


def read_facets(items: pa.Table, fields: Fields) -> list[FieldInfo]:
    """Counts of the values of every field that the index can filter by."""
    attributes = items.column("attributes").combine_chunks()
    keys, values = attributes.keys, attributes.items
    made: list[FieldInfo] = []
    names = {field_name(name): name for name in pc.unique(keys).to_pylist()}
    for field, kind in fields.items():
        if field in _HIDDEN:
            continue
        if field in ("category", "price"):
            found = items.column(field).combine_chunks()
        elif field in names:
            found = values.filter(pc.equal(keys, names[field]))
        else:
            continue
        made.append(_facet(field, kind, found.drop_null()))
    return made


def _facet(field: str, kind: str, values: pa.Array) -> FieldInfo:
    if kind == "number":
        numbers = values.cast(pa.float64()) if not pa.types.is_string(values.type) else _numbers(values)
        ends = pc.min_max(numbers).as_py()
        return FieldInfo(field=field, kind="number", least=ends["min"], most=ends["max"])
    if kind == "flag":
        return FieldInfo(field=field, kind="flag")
    counts = values.value_counts()
    order = np.argsort(-counts.field("counts").to_numpy(), kind="stable")
    top = counts.take(pa.array(order[:VALUES])).to_pylist()
    listed = [FieldValue(value=one["values"], count=one["counts"]) for one in top]
    return FieldInfo(field=field, kind="text", values=listed, distinct=len(counts))


def _numbers(texts: pa.Array) -> pa.Array:
    found: list[float] = []
    for text in texts.to_pylist():
        try:
            found.append(float(text))
        except ValueError:
            continue
    return pa.array(found, pa.float64())
