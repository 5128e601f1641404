"""Search by words: BM25 over the titles of items.

Decided: the index is Lance's own inverted index on `items.title`, so it is versioned with the table, updated
instead of rebuilt, and new titles are found even before `refresh_titles` has indexed them. Filters are the
typed ones of `saccade.index`, applied to what the words found, which is fetched in growing portions until
enough is left. Words only for now: no stemming across languages, no learned text encoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lance
import pyarrow as pa

from saccade.errors import InputError
from saccade.index.filters import Filter, checked, mask
from saccade.index.payloads import Fields, Kind, Payload, column, field_name
from saccade.workspace import Table, Workspace

FIRST_PORTION = 4  # times k; each further portion is four times larger
LARGEST_PORTION = 100_000


@dataclass(frozen=True)
class Scored:
    """An item and its BM25 score."""

    item_id: str
    score: float


def refresh_titles(ws: Workspace) -> bool:
    """Bring the inverted index of the titles up to date; returns whether there was anything to do."""
    items = ws.table("items").dataset()
    if items is None or not items.count_rows():
        return False
    if not _indexed(items):
        items.create_scalar_index("title", "INVERTED", name="title_idx")
        return True
    if not items.stats.index_stats("title_idx").get("num_unindexed_rows", 0):
        return False
    items.optimize.optimize_indices(index_names=["title_idx"])
    return True


def search_titles(
    ws: Workspace, text: str, k: int, filter: Filter | None = None, fields: Fields | None = None
) -> list[Scored]:
    """The `k` items whose titles match the words of `text` best, best first, ties by id.

    `fields` are those of the index: a filter on any other is an `InputError`.
    """
    items, portion = ws.table("items"), k * (FIRST_PORTION if filter else 1)
    while True:
        found = _matching(items, text, portion)
        kept = _narrowed(found, filter, fields or {})
        if len(kept) >= k or found.num_rows < portion or portion >= LARGEST_PORTION:
            return sorted(kept, key=lambda one: (-one.score, one.item_id))[:k]
        portion *= 4


def _indexed(items: lance.LanceDataset) -> bool:
    return any(index.name == "title_idx" for index in items.describe_indices())


def _matching(items: Table, text: str, limit: int) -> pa.Table:
    dataset = items.dataset()
    if dataset is None:
        raise InputError("there are no items to search by words; ingest a catalogue with titles first")
    if not _indexed(dataset):
        raise InputError("the titles are not indexed yet; run `saccade index` first")
    columns = ["item_id", "category", "price", "attributes", "deleted", "_score"]
    return dataset.to_table(columns=columns, full_text_query=text, limit=limit)


def _narrowed(found: pa.Table, filter: Filter | None, known: Fields) -> list[Scored]:
    rows = [row for row in found.to_pylist() if row["deleted"] is None]
    if filter is not None:
        checked(filter, known)
        payloads = [payload_of(row, known) for row in rows]
        columns = {name: column(payloads, name, kind) for name, kind in known.items()}
        rows = [row for row, keep in zip(rows, mask(filter, columns, len(rows)), strict=True) if keep]
    return [Scored(row["item_id"], float(row["_score"])) for row in rows]


def payload_of(item: Mapping[str, Any], fields: Fields) -> Payload:
    """What the index holds of an item, as far as its own columns say it: of the fields that it knows.

    `item` has item_id, category, price and attributes (a mapping, or pairs as Arrow has them).
    """
    found: Payload = {}
    for name, text in dict(item["attributes"] or ()).items():
        value = _as(fields.get(field := field_name(name)), text)
        if value is not None:
            found[field] = value
    own = {name: item[name] for name in ("item_id", "category", "price")}
    return {**found, **{name: value for name, value in own.items() if value is not None and name in fields}}


def _as(kind: Kind | None, text: str | None) -> str | float | None:
    """An attribute's text as a field holds it; None where it is no such thing."""
    if kind != "number" or text is None:
        return text if kind == "text" else None
    try:
        return float(text)
    except ValueError:
        return None
