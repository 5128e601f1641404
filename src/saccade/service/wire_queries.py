"""What the discovery products are asked: similar, flashlight, dots, objects, shop, lens, complete.

Decided: the names are those of the library's dataclasses, flat: a picture is one of four fields. Boxes may
stick out of the picture, as a finger's do; they are cut to it (`product_bodies`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, FiniteFloat, StringConstraints

from saccade.service.wire import ItemId, Name, Role, Strict, WireFilter

ImageId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Address = Annotated[str, StringConstraints(max_length=2000)]
MOST_ITEMS, MOST_LABELS = 50, 200


class DrawnBox(Strict):
    """A part of the upright picture, in fractions of its sides; what sticks out is cut off."""

    x: FiniteFloat
    y: FiniteFloat
    width: FiniteFloat
    height: FiniteFloat


class Tap(Strict):
    """A point of the upright picture, in fractions of its sides."""

    x: FiniteFloat = Field(ge=0, le=1)
    y: FiniteFloat = Field(ge=0, le=1)


class Pictured(Strict):
    """A picture: exactly one of item_id (its first picture), image_id, image and url."""

    item_id: ItemId | None = None
    image_id: ImageId | None = None
    image: str | None = Field(None, description="a picture file in base64, with or without `data:…;base64,`")
    url: Address | None = None


class WireNarrow(Strict):
    """What results must have: all of `chips` (their ids), a colour (a family's name, or #rrggbb and what is
    `near` it in delta E), for each task one of these labels."""

    chips: list[Short] = Field(default_factory=list[str], max_length=16)
    colour: Short | None = None
    near: FiniteFloat = Field(default=20.0, gt=0, le=100)
    labels: dict[Name, Annotated[list[Short], Field(max_length=MOST_LABELS)]] = Field(
        default_factory=dict[str, list[str]], max_length=16
    )


class WireArrange(Strict):
    """How results are arranged; by default in order of likeness, near-duplicates folded."""

    agreement: FiniteFloat = Field(default=0, ge=0, le=1, description="least agreement of metadata")
    fold: bool = Field(default=True, description="show near-duplicates once")
    copies: bool = Field(default=False, description="show near-duplicates of the query's own picture")
    narrow: WireNarrow = Field(default_factory=WireNarrow)
    diversity: FiniteFloat = Field(default=0, ge=0, le=1, description="weight of MMR")
    spread: Name | None = Field(
        default=None, description="an attribute, category or task to spread results over"
    )
    spread_weight: FiniteFloat = Field(default=0.5, ge=0, le=1)
    chips: int = Field(default=10, ge=0, le=50, description="how many to tell")
    palette: bool = True
    candidates: int | None = Field(default=None, ge=1, le=1000)


class SimilarRequest(Pictured):
    """What looks like a picture, or like the part of it in `box`."""

    box: DrawnBox | None = None
    k: int = Field(20, ge=1)
    filter: WireFilter | None = None
    exact: bool = False
    arrange: WireArrange = Field(default_factory=WireArrange)


class FlashlightRequest(Pictured):
    """What looks like the part of a picture in `box`, or like what is under `tap`."""

    box: DrawnBox | None = None
    tap: Tap | None = None
    k: int = Field(20, ge=1)
    filter: WireFilter | None = None
    arrange: WireArrange = Field(default_factory=WireArrange)
    dots: bool = True
    categories: bool = Field(True, description="a tapped thing's category narrows the results")


class DotsRequest(Pictured):
    """The objects of a picture that get a dot."""


class ObjectsRequest(Pictured):
    """Scenes that contain a thing: an object of the catalogue (`object_id`), or a picture with its `box`, a
    `tap` on it, or all of it."""

    object_id: Name | None = None
    box: DrawnBox | None = None
    tap: Tap | None = None
    k: int = Field(20, ge=1)
    category: Name | None = None
    filter: WireFilter | None = None
    score: FiniteFloat = Field(0, ge=0, le=1, description="least score of an object")
    fold: bool = True
    exact: bool = False


class ShopRequest(Pictured):
    """The things of a scene and their products: `k` look-alikes for each of at most `objects` things."""

    k: int = Field(8, ge=1, le=100)
    objects: int = Field(8, ge=1, le=24)
    categories: bool = True
    filter: WireFilter | None = None
    role: Role | None = "seller"
    repeat: bool = False
    exact_score: FiniteFloat = Field(0.8, ge=-1, le=1)
    exact_margin: FiniteFloat = Field(0.02, ge=0, le=2)


class LensRequest(Pictured):
    """A camera photo; `box` is what the person marked in it."""

    box: DrawnBox | None = None
    k: int = Field(20, ge=1)
    filter: WireFilter | None = None


class CompleteRequest(Pictured):
    """What goes with a thing, or with several (`items`): `k` for each of at most `categories` categories."""

    items: list[ItemId] | None = Field(None, min_length=1, max_length=MOST_ITEMS)
    box: DrawnBox | None = None
    category: Name | None = None
    k: int = Field(12, ge=1, le=100)
    categories: int = Field(6, ge=1, le=20)
    filter: WireFilter | None = None


REQUESTS = (
    SimilarRequest, FlashlightRequest, DotsRequest, ObjectsRequest, ShopRequest, LensRequest, CompleteRequest
)  # fmt: skip
