"""What the products of discovery are asked, for both clients.

Decided: every product takes a picture in the same four ways: an item, a picture of the catalogue, a file or
an address. `arrange` and `filter` are the API's JSON, as small as they are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

from saccade.client.calls import Calls, Request, Steps, answered
from saccade.client.items import encoded, file_bytes
from saccade.client.products import (
    CompleteAnswer,
    Discovery,
    Dots,
    FlashlightAnswer,
    LensAnswer,
    ObjectAnswer,
    ShopAnswer,
    SimilarAnswer,
)
from saccade.errors import InputError

T = TypeVar("T")
Sides = tuple[float, float, float, float]
_JSON = {"content-type": "application/json"}


class Narrow(TypedDict, total=False):
    """What results must have: ids of chips, a colour (name or #rrggbb, `near` in delta E), labels by task."""

    chips: Sequence[str]
    colour: str
    near: float
    labels: Mapping[str, Sequence[str]]


class Arrange(TypedDict, total=False):
    """How results are arranged; what is left out is as the service has it."""

    agreement: float
    fold: bool
    copies: bool
    narrow: Narrow
    diversity: float
    spread: str
    spread_weight: float
    chips: int
    palette: bool
    candidates: int


class Subject(TypedDict, total=False):
    """A picture: exactly one of these."""

    item_id: str
    image_id: str
    image: Path | bytes
    url: str


class ProductCalls(Calls):
    """The calls of the API, with those of the products."""

    def discovery(self) -> Steps[Discovery]:
        """What the products have to work with: `client.discovery().detector`."""
        return answered(Discovery, (yield from self._ask(Request("GET", "/v1/discovery"))))

    def similar_to(
        self, *, box: Sides | None = None, k: int = 20, filter: Mapping[str, Any] | None = None,
        exact: bool = False, arrange: Arrange | None = None, **picture: Unpack[Subject],
    ) -> Steps[SimilarAnswer]:  # fmt: skip
        """What looks like a picture, or its part in `box` (x, y, width, height in 0..1).

        client.similar_to(item_id="lamp-1", arrange={"narrow": {"colour": "red"}, "diversity": 0.3})
        """
        query = {"box": _box(box), "k": k, "filter": filter, "exact": exact, "arrange": arrange}
        return (yield from self._product(SimilarAnswer, "similar", query, picture))

    def flashlight(
        self, *, box: Sides | None = None, tap: tuple[float, float] | None = None, k: int = 20,
        filter: Mapping[str, Any] | None = None, arrange: Arrange | None = None, dots: bool = True,
        categories: bool = True, **picture: Unpack[Subject],
    ) -> Steps[FlashlightAnswer]:  # fmt: skip
        """What looks like the part in `box`, or like what is under `tap` (x, y in 0..1).

        client.flashlight(image=Path("room.jpg"), tap=(0.3, 0.6)).results
        """
        query = {
            "box": _box(box), "tap": _point(tap), "k": k,
            "filter": filter, "arrange": arrange, "dots": dots, "categories": categories,
        }  # fmt: skip
        return (yield from self._product(FlashlightAnswer, "flashlight", query, picture))

    def dots(self, **picture: Unpack[Subject]) -> Steps[Dots]:
        """The things in a picture that can be tapped: `client.dots(image=Path("room.jpg")).parts`."""
        return (yield from self._product(Dots, "dots", {}, picture))

    def objects(
        self, *, object_id: str | None = None, box: Sides | None = None,
        tap: tuple[float, float] | None = None, k: int = 20, category: str | None = None,
        filter: Mapping[str, Any] | None = None, score: float = 0.0, fold: bool = True, exact: bool = False,
        **picture: Unpack[Subject],
    ) -> Steps[ObjectAnswer]:  # fmt: skip
        """Scenes that contain a thing: an `object_id`, or a picture and the thing's box or a tap on it.

        Raises `NotFound` where objects are not indexed.
        """
        query = {
            "object_id": object_id, "box": _box(box), "tap": _point(tap),
            "k": k, "category": category, "filter": filter, "score": score, "fold": fold, "exact": exact,
        }  # fmt: skip
        return (yield from self._product(ObjectAnswer, "objects", query, picture))

    def shop(
        self, *, k: int = 8, objects: int = 8, categories: bool = True,
        filter: Mapping[str, Any] | None = None, role: str | None = "seller", repeat: bool = False,
        **picture: Unpack[Subject],
    ) -> Steps[ShopAnswer]:  # fmt: skip
        """The things of a scene, each with its product and `k` look-alikes.

        `role` of the pictures that products are known by, None for any; `repeat` shows one several times:
        `client.shop(image_id="…", role=None).groups`.
        """
        query: dict[str, Any] = {
            "k": k, "objects": objects, "categories": categories, "filter": filter, "repeat": repeat
        }  # fmt: skip
        return (yield from self._product(ShopAnswer, "shop", query, picture, {"role": role}))

    def lens(
        self, *, box: Sides | None = None, k: int = 20, filter: Mapping[str, Any] | None = None,
        **picture: Unpack[Subject],
    ) -> Steps[LensAnswer]:  # fmt: skip
        """A camera photo: what is in it, what is found for it: `client.lens(image=Path("street.jpg"))`."""
        query = {"box": _box(box), "k": k, "filter": filter}
        return (yield from self._product(LensAnswer, "lens", query, picture))

    def complete(
        self, *, items: Sequence[str] | None = None, box: Sides | None = None, category: str | None = None,
        k: int = 12, categories: int = 6, filter: Mapping[str, Any] | None = None, **picture: Unpack[Subject],
    ) -> Steps[CompleteAnswer]:  # fmt: skip
        """What goes with a thing, or with several `items`: `client.complete(item_id="sofa-1").groups`.

        `k` for each of at most `categories` categories. Raises `NotFound` where nothing was learned.
        """
        query = {
            "items": None if items is None else list(items), "box": _box(box), "category": category, "k": k,
            "categories": categories, "filter": filter,
        }  # fmt: skip
        return (yield from self._product(CompleteAnswer, "complete", query, picture))

    def _product(
        self, kind: type[T], name: str, query: Mapping[str, Any], picture: Subject,
        kept: Mapping[str, Any] | None = None,
    ) -> Steps[T]:  # fmt: skip
        """Ask; what is None is left out, but for what is `kept`."""
        said = {key: value for key, value in query.items() if value is not None} | dict(kept or {})
        response = yield from self._ask(Request("POST", f"/v1/{name}", _given(said, picture)))
        return answered(kind, response)


def _given(query: dict[str, Any], picture: Subject) -> dict[str, Any]:
    """Arguments of httpx: JSON, or a form with a file."""
    unknown = sorted(picture.keys() - Subject.__annotations__.keys())
    if unknown:
        raise InputError(f"expected one of item_id, image_id, image and url, found {unknown[0]}")
    said = {**query, **{key: value for key, value in picture.items() if key != "image"}}
    image = picture.get("image")
    if image is None:
        return {"content": encoded(said), "headers": _JSON}
    name = image.name if isinstance(image, Path) else "picture"
    return {"files": {"image": (name, file_bytes(image))}, "data": {"query": encoded(said).decode()}}


def _box(box: Sides | None) -> dict[str, float] | None:
    return None if box is None else dict(zip(("x", "y", "width", "height"), box, strict=True))


def _point(tap: tuple[float, float] | None) -> dict[str, float] | None:
    return None if tap is None else {"x": tap[0], "y": tap[1]}
