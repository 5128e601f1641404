"""What the service answers, as frozen dataclasses.

Decided: the names are those of the API. Fields that a newer service adds are ignored, so that an older
client goes on working; a field that is missing is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A part of the upright picture, in 0..1 of its sides; a plain tuple of four does as well."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """A picture and its path on the service; the size in pixels where it is known."""

    image_id: str
    url: str
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Item:
    """An item as a card shows it. `item_id` is None for a picture that belongs to no item."""

    item_id: str | None
    title: str | None
    category: str | None
    price: float | None
    url: str | None
    attributes: Mapping[str, str]
    picture: Picture | None


@dataclass(frozen=True)
class Result(Item):
    """A found item. `score` is the cosine in -1..1, or BM25 for a search by words."""

    rank: int
    score: float


@dataclass(frozen=True)
class Answer:
    """The results of a search, best first.

    `source` is "visual" or "titles"; `image_id` that of the query's picture; `seconds` the time by step.
    """

    results: tuple[Result, ...]
    source: str
    model_id: str | None
    index_version: int | None
    image_id: str | None
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class FoundObject:
    """Something that was found in a picture."""

    object_id: str
    box: Box
    category: str | None
    score: float | None


@dataclass(frozen=True)
class ItemPicture(Picture):
    """A picture of an item; `role` is seller, review or scene."""

    role: str | None
    position: int | None
    objects: tuple[FoundObject, ...]


@dataclass(frozen=True)
class ItemDetail:
    """All that is known of an item. `created` is an ISO time."""

    item_id: str
    title: str | None
    description: str | None
    url: str | None
    category: str | None
    price: float | None
    attributes: Mapping[str, str]
    created: str | None
    pictures: tuple[ItemPicture, ...]


@dataclass(frozen=True)
class Page:
    """Some items; `next` is the id to go on `after`, None at the end or in a random order."""

    items: tuple[Item, ...]
    next: str | None


@dataclass(frozen=True)
class StoredPicture:
    """What became of a picture that was handed over: status "ok", or the reason why not."""

    image_id: str | None
    status: str
    reason: str


@dataclass(frozen=True)
class Put:
    """A stored item; `created` is false for one that was there; `searchable` when it has a picture."""

    item_id: str
    created: bool
    images: tuple[StoredPicture, ...]
    searchable: bool


@dataclass(frozen=True)
class BulkResult:
    """What became of one row: "ok", "not_found" or "rejected" with a reason."""

    item_id: str
    status: str
    reason: str
    images: tuple[StoredPicture, ...]


@dataclass(frozen=True)
class Deleted:
    """An item that is gone."""

    item_id: str
    deleted: bool


@dataclass(frozen=True)
class FieldValue:
    """A value of a field and the number of items that have it."""

    value: str
    count: int


@dataclass(frozen=True)
class FieldInfo:
    """A field to filter by; `kind` is text (with values), number (with ends) or flag."""

    field: str
    kind: str
    values: tuple[FieldValue, ...] | None = None
    distinct: int | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class IndexInfo:
    """The index version that answers; `fresh` points were written since it was built."""

    name: str
    version: int
    count: int
    fresh: int
    model_id: str
    dim: int
    backend: str
    recall: float


@dataclass(frozen=True)
class Limits:
    """What the service refuses: bytes of a body and of a bulk, pixels, results, rows, pictures of an item."""

    body_bytes: int
    bulk_bytes: int
    pixels: int
    k: int
    bulk: int
    pictures: int


@dataclass(frozen=True)
class Info:
    """What a service is and what it takes."""

    name: str
    version: str
    items: int
    index: IndexInfo
    text_search: bool
    url_search: bool
    writable: bool
    limits: Limits
    fields: tuple[FieldInfo, ...]


@dataclass(frozen=True)
class Ready:
    """Whether searches are answered now, by which index and model; else the reason why not."""

    ready: bool
    reason: str | None = None
    index_version: int | None = None
    model_id: str | None = None
