"""`/v1/discovery`, `similar`, `flashlight`, `dots`, `objects`, `shop`, `lens` and `complete`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from saccade.discovery.looks_picture import Asked
from saccade.service import product_answers as answers
from saccade.service import product_bodies as bodies
from saccade.service import wire_discovery as wire
from saccade.service.bodies import read_pictured, timed
from saccade.service.context import Context, context
from saccade.service.errors import responses
from saccade.service.products import Work
from saccade.service.wire_queries import (
    CompleteRequest,
    DotsRequest,
    FlashlightRequest,
    LensRequest,
    ObjectsRequest,
    Pictured,
    ShopRequest,
    SimilarRequest,
)

router = APIRouter(tags=["discovery"])
P = TypeVar("P", bound=Pictured)


def _described(request: type[Pictured], answer: type[wire.Answered]) -> dict[str, Any]:
    """What the OpenAPI document says of a product."""
    return {
        "response_model": answer, "openapi_extra": bodies.body_of(request),
        "responses": responses(400, 403, 404, 408, 413, 415, 422, 429),
    }  # fmt: skip


@router.get("/v1/discovery", response_model=wire.DiscoveryAnswer, responses=responses(429))
async def discovery(request: Request) -> wire.DiscoveryAnswer:
    """What the products have to work with here, and which command makes what is missing."""
    found = context(request)
    return await found.leased(found.products.there)


@router.post("/v1/similar", **_described(SimilarRequest, wire.SimilarAnswer))
async def similar(request: Request) -> Response:
    """What looks like a picture or a part of it: folded, narrowed, agreeing and varied as one likes."""
    found, wanted, asked = await _read(request, SimilarRequest)
    assert asked is not None
    query = bodies.similar_query(wanted, asked, found.settings)
    return await _answer(found, asked, partial(answers.similar, query=query))


@router.post("/v1/flashlight", **_described(FlashlightRequest, wire.FlashlightAnswer))
async def flashlight(request: Request) -> Response:
    """What looks like the part of a picture that was drawn or tapped."""
    found, wanted, asked = await _read(request, FlashlightRequest)
    assert asked is not None
    query = bodies.flashlight_query(wanted, asked, found.settings)
    return await _answer(found, asked, partial(answers.flashlight, query=query))


@router.post("/v1/dots", **_described(DotsRequest, wire.DotsAnswer))
async def dots(request: Request) -> Response:
    """The things in a picture that can be tapped."""
    found, _, asked = await _read(request, DotsRequest)
    return await _answer(found, asked, answers.dots)


@router.post("/v1/objects", **_described(ObjectsRequest, wire.ObjectsAnswer))
async def objects(request: Request) -> Response:
    """Whole scenes that contain a thing."""
    found, wanted, asked = await _read(request, ObjectsRequest, ["object_id"])
    query = bodies.object_query(wanted, asked, found.settings)
    return await _answer(found, asked, partial(answers.objects, query=query))


@router.post("/v1/shop", **_described(ShopRequest, wire.ShopAnswer))
async def shop(request: Request) -> Response:
    """The things in a scene, each with the very product where it is for sale, and look-alikes."""
    found, wanted, asked = await _read(request, ShopRequest)
    assert asked is not None
    query = bodies.shop_query(wanted, asked)
    return await _answer(found, asked, partial(answers.shop, query=query))


@router.post("/v1/lens", **_described(LensRequest, wire.LensAnswer))
async def lens(request: Request) -> Response:
    """A camera photo: what is in it, and what several sources together find for it."""
    found, wanted, asked = await _read(request, LensRequest)
    query = bodies.lens_query(wanted, found.settings)
    return await _answer(found, asked, partial(answers.lens, words=found.products.words, query=query))


@router.post("/v1/complete", **_described(CompleteRequest, wire.CompleteAnswer))
async def complete(request: Request) -> Response:
    """What goes with a thing or with several, from other categories, by category."""
    found, wanted, asked = await _read(request, CompleteRequest, ["items"])
    query = bodies.complete_query(wanted, found.settings)
    return await _answer(found, asked, partial(answers.complete, known=found.products.together, query=query))


async def _read(
    request: Request, model: type[P], others: Sequence[str] = ()
) -> tuple[Context, P, Asked | None]:
    """The running parts, the request, and its picture: None only where one of `others` was given."""
    found = context(request)
    wanted, image = await read_pictured(request, model)
    return found, wanted, bodies.picture_of(wanted, image, found.settings, others)


async def _answer(found: Context, asked: Asked | None, work: Work) -> Response:
    body, seconds = await found.products.answer(asked, work)
    return timed(body, seconds)
