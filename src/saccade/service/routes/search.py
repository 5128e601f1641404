"""`POST /v1/search` and `GET /v1/items/{item_id}/similar`.

Decided: these two carry nearly all of the load, so the gate calls `answered` without the framework's routing
and dependency solving, which cost more than the search of a small index. The framework knows the same two
functions, for the OpenAPI document; their parameters are read by hand, once, here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from saccade.discovery import query as queries
from saccade.index.where import parse_where
from saccade.service.bodies import from_base64, read_pictured, timed
from saccade.service.conditions import to_filter
from saccade.service.context import Context, context
from saccade.service.errors import ApiError, responses
from saccade.service.settings import ServiceLimits
from saccade.service.wire import SearchAnswer, SearchRequest
from saccade.vision.boxes import Box

router = APIRouter(tags=["search"])
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/SearchRequest"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    "image": {"type": "string", "format": "binary"},
                    "query": {"type": "string", "description": "a SearchRequest in JSON, without a picture"},
                },
            }
        },
    },
}
Where = Annotated[
    list[str] | None,
    Query(max_length=16, description="conditions that all hold: category=boot, price<20"),
]
MOST_WHERE, MOST_NAME = 16, 200
_SIMILAR_PATH = re.compile(r"/v1/items/(.+)/similar\Z", re.DOTALL)
_SIMILAR = [
    {"name": "item_id", "in": "path", "required": True,
     "schema": {"type": "string", "minLength": 1, "maxLength": MOST_NAME}},
    {"name": "k", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 20}},
    {"name": "where", "in": "query", "description": "conditions that all hold: category=boot, price<20",
     "schema": {"type": "array", "items": {"type": "string"}, "maxItems": MOST_WHERE}},
]  # fmt: skip
ItemPath = Annotated[str, Path(min_length=1, max_length=MOST_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")]


@router.post(
    "/v1/search",
    response_model=SearchAnswer,
    openapi_extra={"requestBody": _BODY},
    responses=responses(400, 403, 404, 408, 413, 415, 422, 429),
)
async def search(request: Request) -> Response:
    """Find by item, picture, address, words or vector; with a box, by that part of the picture."""
    found = context(request)
    wanted, image = await read_pictured(request, SearchRequest)
    return await _answer(found, to_query(wanted, image, found))


@router.get(
    "/v1/items/{item_id}/similar",
    response_model=SearchAnswer,
    openapi_extra={"parameters": _SIMILAR},
    responses=responses(400, 404, 422, 429),
)
async def similar(request: Request) -> Response:
    """More like this item, which is never among them."""
    found = context(request)
    given = request.query_params
    k = _whole(given.get("k", "20"), "k")
    _check_k(k, found.settings.limits)
    where = given.getlist("where")
    if len(where) > MOST_WHERE:
        raise ApiError(422, f"expected at most {MOST_WHERE} conditions, found {len(where)}", field="where")
    filter = parse_where(where, found.live.engine.index.fields)
    return await _answer(found, queries.Query(item_id=_item_id(request), k=k, filter=filter))


def hot(method: str, path: str) -> Callable[[Request], Awaitable[Response]] | None:
    """The endpoint of a request that carries the load; None for all others."""
    if path == "/v1/search":
        return search if method == "POST" else None
    return similar if method == "GET" and _SIMILAR_PATH.match(path) else None


def _item_id(request: Request) -> str:
    match = _SIMILAR_PATH.match(request.scope["path"])
    name = match.group(1) if match else ""
    if not 1 <= len(name) <= MOST_NAME:
        raise ApiError(422, f"expected an item id of 1 to {MOST_NAME} characters", field="item_id")
    return name


def _whole(text: str, field: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 9 or int(text) < 1:
        raise ApiError(422, f"expected a whole number of at least 1, found {text[:40]!r}", field=field)
    return int(text)


async def _answer(found: Context, query: queries.Query) -> Response:
    body, seconds = await found.desk.search(query)
    return timed(body, seconds)


def to_query(wanted: SearchRequest, image: bytes | None, found: Context) -> queries.Query:
    """The engine's query; `ApiError` or `InputError` for what it cannot be."""
    limits = found.settings.limits
    _check_k(wanted.k, limits)
    if wanted.text is not None and len(wanted.text) > limits.text:
        raise ApiError(
            422, f"expected at most {limits.text} characters, found {len(wanted.text)}", field="text"
        )
    if wanted.vector is not None and len(wanted.vector) > limits.vector:
        raise ApiError(422, f"expected at most {limits.vector:,} numbers in a vector", field="vector")
    if wanted.url is not None and not found.settings.urls:
        raise ApiError(403, "this service takes no addresses; send the picture itself", field="url")
    return queries.Query(
        item_id=wanted.item_id, image=_image(wanted.image) if image is None else image, url=wanted.url,
        text=wanted.text, vector=_vector(wanted.vector), box=_box(wanted),
        filter=None if wanted.filter is None else to_filter(wanted.filter), k=wanted.k,
        group_by_item=wanted.group_by_item, exact=wanted.exact,
    )  # fmt: skip


def _check_k(k: int, limits: ServiceLimits) -> None:
    if k > limits.k:
        raise ApiError(422, f"expected k of at most {limits.k}, found {k}", field="k")


def _vector(numbers: list[float] | None) -> Any:
    if numbers is None:
        return None
    with np.errstate(over="ignore"):
        vector = np.array(numbers, np.float32)
    if not np.isfinite(vector).all() or not vector.any():
        raise ApiError(422, "expected a vector with a length, of numbers that float32 holds", field="vector")
    return vector


def _box(wanted: SearchRequest) -> Box | None:
    box = wanted.box
    return None if box is None else Box(box.x, box.y, box.width, box.height)


def _image(text: str | None) -> bytes | None:
    return None if text is None else from_base64(text, "image")
