"""The shapes that pass over the wire: requests as they are read, answers as they are documented.

Decided: requests are strict about names (an unknown one is refused, which finds misspellings) and lenient
about nothing. Answers to searches are assembled from ready parts (`rendering`); the models here document
them, and a test holds the two together. Not here: what the limits are (`settings`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

ItemId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Role = Literal["seller", "review", "scene"]


class Strict(BaseModel):
    """A request: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class WireBox(Strict):
    """A part of the upright picture, in fractions of its sides."""

    x: FiniteFloat = Field(ge=0, le=1)
    y: FiniteFloat = Field(ge=0, le=1)
    width: FiniteFloat = Field(gt=0, le=1)
    height: FiniteFloat = Field(gt=0, le=1)


class EqualsFilter(Strict):
    """The field, or one of its values, is this one."""

    field: Name
    equals: bool | FiniteFloat | str


class AnyOfFilter(Strict):
    """The field, or one of its values, is one of these."""

    field: Name
    any_of: list[bool | FiniteFloat | str] = Field(min_length=1, max_length=200)


class RangeFilter(Strict):
    """A number between bounds; at least one is given."""

    field: Name
    at_least: FiniteFloat | None = None
    at_most: FiniteFloat | None = None
    above: FiniteFloat | None = None
    below: FiniteFloat | None = None


class AllFilter(Strict):
    """Every part holds."""

    all: list[WireFilter] = Field(max_length=64)


class AnyFilter(Strict):
    """Some part holds."""

    any: list[WireFilter] = Field(max_length=64)


class NotFilter(Strict):
    """The part does not hold."""

    not_: WireFilter = Field(alias="not")


WireFilter = EqualsFilter | AnyOfFilter | RangeFilter | AllFilter | AnyFilter | NotFilter


class SearchRequest(Strict):
    """One search: exactly one of item_id, image, url, text and vector."""

    item_id: ItemId | None = None
    image: str | None = Field(None, description="a picture file in base64, with or without `data:…;base64,`")
    url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    text: str | None = None
    vector: list[FiniteFloat] | None = None
    box: WireBox | None = None
    filter: WireFilter | None = None
    k: int = Field(20, ge=1)
    group_by_item: bool = True
    exact: bool = False


class WirePicture(BaseModel):
    """A picture and where it can be had."""

    image_id: str
    url: str
    width: int | None
    height: int | None


class WireItem(BaseModel):
    """An item as a card shows it."""

    item_id: str | None
    title: str | None
    category: str | None
    price: float | None
    url: str | None
    attributes: dict[str, str]
    picture: WirePicture | None


class WireResult(WireItem):
    """A found item. `score`: cosine, or BM25 for words."""

    rank: int
    score: float


class SearchAnswer(BaseModel):
    """The results of a search, best first; `seconds` by step."""

    results: list[WireResult]
    source: Literal["visual", "titles"]
    model_id: str | None
    index_version: int | None
    image_id: str | None
    seconds: dict[str, float]


class WireObject(BaseModel):
    """Something that was found in a picture."""

    object_id: str
    box: WireBox
    category: str | None
    score: float | None


class ItemPicture(WirePicture):
    """A picture of an item."""

    role: str | None
    position: int | None
    objects: list[WireObject]


class ItemAnswer(BaseModel):
    """All that is known of an item."""

    item_id: str
    title: str | None
    description: str | None
    url: str | None
    category: str | None
    price: float | None
    attributes: dict[str, str]
    created: str | None
    pictures: list[ItemPicture]


class ItemsAnswer(BaseModel):
    """Some items; `next` continues a listing in order of ids."""

    items: list[WireItem]
    next: str | None = None


class NewPicture(Strict):
    """A picture that is handed over: its bytes in base64, or an address to fetch it from."""

    data: str | None = None
    url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    role: Role = "seller"
    position: int | None = Field(None, ge=0, le=9999)


class ItemBody(Strict):
    """An item as it shall be. Without `images` it keeps its pictures."""

    title: Text | None = None
    description: Text | None = None
    url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    category: Name | None = None
    price: FiniteFloat | None = None
    attributes: dict[Name, Text] = Field(default_factory=dict, max_length=200)
    images: list[NewPicture] | None = None


class BulkItem(ItemBody):
    """An item of a bulk request."""

    item_id: ItemId


class BulkRequest(Strict):
    """Many writes at once."""

    upsert: list[BulkItem] = Field(default_factory=list[BulkItem])
    delete: list[ItemId] = Field(default_factory=list[str])


class StoredPicture(BaseModel):
    """What became of one picture: `ok`, or why not."""

    image_id: str | None
    status: str
    reason: str


class PutAnswer(BaseModel):
    """The item is stored, and the next search finds it."""

    item_id: str
    created: bool
    images: list[StoredPicture]
    searchable: bool


class BulkResult(BaseModel):
    """What became of one row."""

    item_id: str
    status: Literal["ok", "not_found", "rejected"]
    reason: str
    images: list[StoredPicture]


class BulkAnswer(BaseModel):
    """One result a row, upserts first."""

    results: list[BulkResult]


class DeleteAnswer(BaseModel):
    """The item is gone."""

    item_id: str
    deleted: bool


class FieldValue(BaseModel):
    """A value of a field and how many items have it."""

    value: str
    count: int


class FieldInfo(BaseModel):
    """A field to filter by: text has values, numbers have ends."""

    field: str
    kind: Literal["text", "number", "flag"]
    values: list[FieldValue] | None = None
    distinct: int | None = None
    least: float | None = None
    most: float | None = None


class IndexAnswer(BaseModel):
    """The version that answers now. `fresh` points were written since it was built."""

    name: str
    version: int
    count: int
    fresh: int
    model_id: str
    dim: int
    backend: str
    recall: float


class LimitsAnswer(BaseModel):
    """What is refused."""

    body_bytes: int
    bulk_bytes: int
    pixels: int
    k: int
    bulk: int
    pictures: int


class InfoAnswer(BaseModel):
    """What this service is."""

    name: str
    version: str
    items: int
    index: IndexAnswer
    text_search: bool
    url_search: bool
    writable: bool
    limits: LimitsAnswer
    fields: list[FieldInfo]


class Fault(BaseModel):
    """What was wrong, in one line."""

    code: str
    message: str
    field: str | None = None


class ErrorAnswer(BaseModel):
    """Every error has this shape."""

    error: Fault


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Whether searches are answered now."""

    ready: bool
    reason: str | None = None
    index_version: int | None = None
    model_id: str | None = None
