"""From the body of a request to the question that the library's product takes.

Decided: whatever is wrong is found here, before a picture is decoded: too many results, a box without an
area, two pictures or none. Pictures come as in a search: in base64, or as a file of a form, with the rest of
the request in its field `query`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel

from saccade.discovery.arrange import Arrange
from saccade.discovery.complete import CompleteQuery
from saccade.discovery.flashlight import FlashlightQuery, box_of
from saccade.discovery.lens import LensQuery
from saccade.discovery.looks_picture import Asked
from saccade.discovery.narrow import Narrow
from saccade.discovery.objects import ObjectQuery
from saccade.discovery.shop import ShopQuery
from saccade.discovery.similar import SimilarQuery
from saccade.errors import InputError
from saccade.index.filters import Filter
from saccade.service.bodies import from_base64
from saccade.service.conditions import to_filter
from saccade.service.errors import ApiError
from saccade.service.settings import Settings
from saccade.service.wire import WireFilter
from saccade.service.wire_queries import (
    CompleteRequest,
    DrawnBox,
    FlashlightRequest,
    LensRequest,
    ObjectsRequest,
    Pictured,
    ShopRequest,
    SimilarRequest,
    Tap,
    WireArrange,
)
from saccade.vision.boxes import Box

KINDS = ("item_id", "image_id", "image", "url")


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """For the OpenAPI document: a body in JSON, or a form with a picture."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    form = {
        "type": "object",
        "required": ["image"],
        "properties": {
            "image": {"type": "string", "format": "binary"},
            "query": schema,  # as JSON, without a picture
        },
    }
    content = {
        "application/json": {"schema": schema},
        "multipart/form-data": {"schema": form},
    }
    return {"requestBody": {"required": True, "content": content}}


# -- parts of requests -------------------------------------------------------------------------------


def picture_of(
    wanted: Pictured, image: bytes | None, settings: Settings, others: Sequence[str] = ()
) -> Asked | None:
    """The picture of a request, `image` being that of a form; None where one of `others` stands for it.

    Raises `ApiError` for none or two, and for an address where none are taken.
    """
    names = (*KINDS, *others)
    given = [name for name in names if getattr(wanted, name) is not None]
    given += ["a file"] if image is not None else []
    if len(given) != 1:
        raise ApiError(422, f"expected one of {', '.join(names)}, found {' and '.join(given) or 'none'}")
    if given[0] in others:
        return None
    if wanted.url is not None and not settings.urls:
        raise ApiError(403, "this service takes no addresses; send the picture itself", field="url")
    if wanted.image is not None:
        image = from_base64(wanted.image, "image")
    return Asked(wanted.item_id, wanted.image_id, image, wanted.url)


def box_from(box: DrawnBox | None) -> Box | None:
    """The part of a drawn box that lies in the picture; `ApiError` 422 where there is none."""
    if box is None:
        return None
    try:
        return box_of(box.x, box.y, box.width, box.height)
    except InputError as error:
        raise ApiError(422, str(error), field="box") from None


def results(k: int, settings: Settings) -> int:
    """How many results; `ApiError` 422 for more than the service gives."""
    if k > settings.limits.k:
        raise ApiError(422, f"expected k of at most {settings.limits.k}, found {k}", field="k")
    return k


def condition(filter: WireFilter | None) -> Filter | None:
    """The typed filter."""
    return None if filter is None else to_filter(filter)


def arrange_from(wanted: WireArrange) -> Arrange:
    """How results are arranged; `InputError` for a chip or a colour that is none."""
    narrow = wanted.narrow
    labels = {task: tuple(some) for task, some in narrow.labels.items()}
    return Arrange(
        agreement=wanted.agreement, fold=wanted.fold, copies=wanted.copies,
        narrow=Narrow(tuple(narrow.chips), narrow.colour, narrow.near, labels),
        diversity=wanted.diversity, spread=wanted.spread, spread_weight=wanted.spread_weight,
        chips=wanted.chips, palette=wanted.palette, candidates=wanted.candidates,
    )  # fmt: skip


def _point(tap: Tap | None, box: DrawnBox | None) -> tuple[float, float] | None:
    if tap is not None and box is not None:
        raise ApiError(422, "expected a box or a tap, found both", field="tap")
    return None if tap is None else (tap.x, tap.y)


# -- questions ---------------------------------------------------------------------------------------


def similar_query(wanted: SimilarRequest, asked: Asked, settings: Settings) -> SimilarQuery:
    """Of `POST /v1/similar`."""
    return SimilarQuery(
        asked, box_from(wanted.box), results(wanted.k, settings), condition(wanted.filter), wanted.exact,
        arrange_from(wanted.arrange),
    )  # fmt: skip


def flashlight_query(wanted: FlashlightRequest, asked: Asked, settings: Settings) -> FlashlightQuery:
    """Of `POST /v1/flashlight`."""
    tap = _point(wanted.tap, wanted.box)
    return FlashlightQuery(
        asked, box_from(wanted.box), tap, results(wanted.k, settings), condition(wanted.filter),
        arrange_from(wanted.arrange), wanted.dots, wanted.categories,
    )  # fmt: skip


def object_query(wanted: ObjectsRequest, asked: Asked | None, settings: Settings) -> ObjectQuery:
    """Of `POST /v1/objects`."""
    tap = _point(wanted.tap, wanted.box)
    if asked is None and (tap is not None or wanted.box is not None):
        raise ApiError(
            422, "expected an object_id alone, or a picture with a box or a tap", field="object_id"
        )
    return ObjectQuery(
        wanted.object_id, asked, box_from(wanted.box), tap, results(wanted.k, settings), wanted.category,
        condition(wanted.filter), wanted.score, wanted.fold, wanted.exact,
    )  # fmt: skip


def shop_query(wanted: ShopRequest, asked: Asked) -> ShopQuery:
    """Of `POST /v1/shop`."""
    return ShopQuery(
        asked, wanted.k, wanted.objects, wanted.categories, condition(wanted.filter), wanted.role,
        wanted.repeat, wanted.exact_score, wanted.exact_margin,
    )  # fmt: skip


def lens_query(wanted: LensRequest, settings: Settings) -> Callable[[bytes], LensQuery]:
    """Of `POST /v1/lens`, once the file is there."""
    return partial(
        LensQuery, box=box_from(wanted.box), filter=condition(wanted.filter), k=results(wanted.k, settings)
    )


def complete_query(wanted: CompleteRequest, settings: Settings) -> Callable[[bytes | None], CompleteQuery]:
    """Of `POST /v1/complete`, once the file is there, if there is one."""
    if wanted.box is not None and wanted.items is not None:
        raise ApiError(422, "a box belongs to one picture; several items have several", field="box")
    make = partial(
        CompleteQuery, wanted.item_id, tuple(wanted.items or ()), box=box_from(wanted.box),
        category=wanted.category, filter=condition(wanted.filter), k=results(wanted.k, settings),
        categories=wanted.categories,
    )  # fmt: skip
    return lambda image: make(image=image)
