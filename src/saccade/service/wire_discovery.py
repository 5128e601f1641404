"""What the discovery products answer: similar, flashlight, dots, objects, shop, lens, complete.

Decided: the names are those of the library's dataclasses, and answers are read from their attributes
(`from_attributes`), so that what is documented and what is sent cannot differ. Only a result is another
shape: its picture is an object of its own, as in the answer of a search. Not here: requests (`wire_queries`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ValidationInfo,
    model_validator,
)

from saccade.discovery.answer import Result
from saccade.discovery.items import ItemRow
from saccade.service.rendering import picture_url
from saccade.service.wire import WireItem, WirePicture, WireResult

Number = Annotated[float, AfterValidator(lambda value: round(value, 6))]  # an answer needs no more digits


class Read(BaseModel):
    """An answer's part, read from the attributes of the library's."""

    model_config = ConfigDict(from_attributes=True)


class BoxPart(Read):
    """A part of the upright picture, in fractions of its sides."""

    x: Number
    y: Number
    width: Number
    height: Number


class WirePart(Read):
    """A thing in a picture; `x` and `y` are its centre, where a dot goes."""

    box: BoxPart
    object_id: str | None
    category: str | None
    score: Number | None
    x: Number
    y: Number


class WireWhy(Read):
    """Why a result is there; `text` says it to a person. `agreed` are the metadata that agree."""

    source: str
    score: Number
    agreement: Number | None
    agreed: list[str]
    part: WirePart | None
    text: str


class FoundItem(WireItem, Read):
    """An item in a scene."""

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any, info: ValidationInfo) -> Any:
        return _item(given, info) if isinstance(given, ItemRow) else given


class FoundResult(WireResult, Read):
    """A found item, how many near-duplicates it stands for, and why it is there."""

    folded: int
    why: WireWhy | None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any) -> Any:
        return _result(given) if isinstance(given, Result) else given


class WireChip(Read):
    """One way to narrow results: its `id` goes into `narrow.chips`. `count` and `coverage`: of the results
    that have it; `lift`: how many times as common it is among them as in the catalogue."""

    id: str
    kind: Literal["phrase", "attribute"]
    text: str
    name: str | None
    language: str | None
    count: int
    coverage: Number
    lift: Number


class WireSwatch(Read):
    """A colour among the results, as #rrggbb."""

    name: str
    hex: str
    count: int
    share: Number


class WireStep(Read):
    """A step that took candidates away."""

    name: str
    before: int
    after: int


class WireEffect(Read):
    """What another order cost and gained; null where there were no groups or no vectors."""

    score_before: Number
    score_after: Number
    ndcg: Number
    gap_before: Number | None
    gap_after: Number | None
    ndkl_before: Number | None
    ndkl_after: Number | None
    shares_before: dict[str, Number] | None
    shares_after: dict[str, Number] | None
    distance_before: Number | None
    distance_after: Number | None


class Answered(Read):
    """What every product tells: sentences for a person, and seconds by step."""

    notes: list[str]
    seconds: dict[str, Number]


class Sourced(Answered):
    """Which model and version of an index answered; the id of the query's picture."""

    model_id: str
    index_version: int
    image_id: str


class SimilarAnswer(Sourced):
    """Results, best first, and how to narrow them. `coverage`: share of the candidates that agreed enough;
    `cost`: mean score that diversity gave up."""

    results: list[FoundResult]
    chips: list[WireChip]
    palette: list[WireSwatch]
    steps: list[WireStep]
    coverage: Number
    cost: Number
    effect: WireEffect | None


class FlashlightAnswer(SimilarAnswer):
    """Results for a part: `how` it was chosen, its `box`, the `object` that it is, and all dots."""

    how: Literal["crop", "object", "around", "whole"]
    box: BoxPart | None
    object: WirePart | None
    dots: list[WirePart]


class DotsAnswer(Answered):
    """The things in a picture that get a dot, best first; `found` counts all."""

    parts: list[WirePart]
    found: int
    source: Literal["stored", "detector", "none"]
    image_id: str


class WireMatch(Read):
    """A part of a scene that looks like the query."""

    part: WirePart
    score: Number


class WireScene(Read):
    """A picture that contains the thing, and the items that show it."""

    rank: int
    score: Number
    picture: WirePicture
    items: list[FoundItem]
    matches: list[WireMatch]
    why: WireWhy
    folded: int

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return given  # pyright: ignore[reportUnknownVariableType]
        return {**vars(given), "picture": _picture(given.image_id, (given.width, given.height))}


class ObjectsAnswer(Sourced):
    """Scenes, best first; `part` is what was searched with, null for a whole picture."""

    scenes: list[WireScene]
    part: WirePart | None


class ShopGroup(Read):
    """A thing of the scene: the very product where it is certain, and look-alikes."""

    part: WirePart
    exact: FoundResult | None
    results: list[FoundResult]
    same_category: bool
    note: str


class ShopAnswer(Sourced):
    """The things of a scene, best first."""

    groups: list[ShopGroup]


class WireSeen(Read):
    """A thing in a photo, and who says so."""

    box: BoxPart
    category: str
    score: Number
    origin: Literal["detector", "person", "salient"]


class WireWord(Read):
    """A phrase that a photo is thought to show, with its chance."""

    phrase: str
    language: str | None
    score: Number
    origin: Literal["neighbours", "classifier"]


class WireTone(Read):
    """A salient colour of a photo."""

    name: str
    hex: str
    lab: tuple[Number, Number, Number]
    share: Number


class WireQuality(Read):
    """How far a photo can be trusted; `flaws` say what is wrong with it."""

    sharpness: Number
    brightness: Number
    contrast: Number
    colourful: Number
    side: int
    confidence: Number
    flaws: list[str]


class WireUnderstanding(Read):
    """What is known of a photo before anything is found."""

    objects: list[WireSeen]
    main: WireSeen | None
    words: list[WireWord]
    colours: list[WireTone]
    quality: WireQuality


class WireShare(Read):
    """A source's part in a result."""

    source: str
    share: Number
    rank: int
    score: Number


class LensResult(WireResult, Read):
    """A found item, which sources said so (largest share first), and why in words."""

    shares: list[WireShare]
    why: str

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any) -> Any:
        return _nested(given)


class WireSource(Read):
    """How a source fared; `note` says why it found nothing or was not asked."""

    name: str
    confidence: Number
    weight: Number
    found: int
    note: str | None


class LensAnswer(Sourced):
    """The answer to a photo; `blend` is `fixed` or the name of a learned one."""

    results: list[LensResult]
    understanding: WireUnderstanding
    sources: list[WireSource]
    blend: str


class CompleteResult(WireResult, Read):
    """A thing that goes with the query: `score` is compatibility (0..1), `together` counts looks."""

    together: int
    why: str

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any) -> Any:
        return _nested(given)


class CompleteGroup(Read):
    """A category that goes with the query's: `lift` times as often as by chance, in `looks` looks."""

    category: str
    lift: Number
    looks: int
    results: list[CompleteResult]


class CompleteAnswer(Answered):
    """What goes with a thing, by category."""

    category: str | None
    groups: list[CompleteGroup]
    model_id: str
    index_version: int
    label: str


class DiscoveryAnswer(BaseModel):
    """What the products have to work with here. `notes` say how to get what is missing; `spread`: fields that
    results can be spread over; `tasks`: imported tasks and their labels."""

    detector: str | None
    categories: list[str]
    objects: bool
    colours: bool
    annotations: bool
    labels: bool
    complete: bool
    tasks: dict[str, list[str]]
    spread: list[str]
    notes: list[str]


# -- from the library's shapes -----------------------------------------------------------------------


def _item(row: ItemRow, info: ValidationInfo) -> dict[str, Any]:
    sizes = (info.context or {}).get("sizes", {})
    picture = None if row.image_id is None else _picture(row.image_id, sizes.get(row.image_id))
    return {**vars(row), "attributes": dict(row.attributes), "picture": picture}


def _result(given: Result) -> dict[str, Any]:
    picture = None if given.image_id is None else _picture(given.image_id, (given.width, given.height))
    return {
        **vars(given), "score": round(given.score, 6), "attributes": dict(given.attributes),
        "picture": picture,
    }  # fmt: skip


def _nested(given: Any) -> Any:
    """A result with more beside it, as one flat shape."""
    if isinstance(given, dict):
        return given  # pyright: ignore[reportUnknownVariableType]
    return {**_result(given.result), **{name: one for name, one in vars(given).items() if name != "result"}}


def _picture(image_id: str, size: tuple[int | None, int | None] | None) -> dict[str, Any]:
    width, height = size or (None, None)
    return {"image_id": image_id, "url": picture_url(image_id), "width": width, "height": height}
