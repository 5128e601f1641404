"""`/v1/items`: look at items, and, with a key, write them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from saccade.catalog.fetch import FetchSettings, fetch_one
from saccade.catalog.put import NewImage, NewItem, Put
from saccade.discovery.detail import item_detail
from saccade.discovery.engine import Engine
from saccade.index.where import parse_where
from saccade.service.bodies import BULK_MARKS, body_of, from_base64, read_body
from saccade.service.context import Context, context
from saccade.service.errors import ApiError, busy, responses
from saccade.service.listing import Page
from saccade.service.rendering import picture_url
from saccade.service.routes.search import ItemPath, Where
from saccade.service.wire import (
    BulkAnswer,
    BulkRequest,
    BulkResult,
    DeleteAnswer,
    ItemAnswer,
    ItemBody,
    ItemsAnswer,
    NewPicture,
    PutAnswer,
    StoredPicture,
)
from saccade.service.writer import Busy, Delete, Outcome, Upsert

router = APIRouter(tags=["items"])
MOST = 200  # items of one page


def may_write(request: Request) -> None:
    """Refuse who has no key."""
    settings = context(request).settings
    if not settings.keys:
        raise ApiError(403, "this service takes no writes: it was started without write keys")
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not settings.allows(key.strip()):
        raise ApiError(401, "writing needs a key: authorization: Bearer KEY")


_WRITE: dict[str, Any] = {"dependencies": [Depends(may_write)]}
_KEY = {"security": [{"writeKey": []}]}


@router.get("/v1/items", response_model=ItemsAnswer, responses=responses(400, 422, 429))
async def items(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 40,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1)] = 0,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    after: Annotated[str | None, Query(max_length=200)] = None,
    where: Where = None,
) -> Response:
    """A random sample by `seed`, from place `offset`; or, with `after`, pages in order of ids."""
    found = context(request)

    def read(engine: Engine) -> Page:
        filter = parse_where(where or (), engine.index.fields)
        if after is None:
            return found.listing.sample(engine, limit, seed, offset, filter)
        return found.listing.after(engine, limit, after, filter)

    page = await found.leased(read)
    return Response(found.desk.renderer.items(page.rows, page.last), media_type="application/json")


@router.get("/v1/items/{item_id:path}", response_model=ItemAnswer, responses=responses(404, 422, 429))
async def item(request: Request, item_id: ItemPath) -> dict[str, Any]:
    """All that is known of an item."""
    found = context(request)
    detail = await found.waiting(item_detail, found.live.ws, item_id)
    pictures = [{**one, "url": picture_url(one["image_id"])} for one in detail["pictures"]]
    return {**detail, "pictures": pictures}


@router.put(
    "/v1/items/{item_id:path}",
    response_model=PutAnswer,
    responses=responses(400, 401, 403, 404, 408, 409, 413, 415, 422, 429),
    openapi_extra=_KEY | body_of(ItemBody),
    **_WRITE,
)
async def put(request: Request, item_id: ItemPath) -> PutAnswer:
    """Store an item as it shall be; the next search finds it."""
    found, body = context(request), await read_body(request, ItemBody)
    new = await _new(found, item_id, body)
    (outcome,) = await _written(found, [Upsert(new)])
    put = outcome.put
    assert put is not None
    if put.status != "ok":
        raise ApiError(422, put.reason)
    return PutAnswer(item_id=item_id, created=put.created, images=_stored(put), searchable=outcome.searchable)


@router.post(
    "/v1/items/bulk",
    response_model=BulkAnswer,
    responses=responses(400, 401, 403, 408, 409, 413, 415, 422, 429),
    openapi_extra=_KEY | body_of(BulkRequest),
    **_WRITE,
)
async def bulk(request: Request) -> BulkAnswer:
    """Store and delete many items; a row that cannot be taken does not hold up the others."""
    found, body = context(request), await read_body(request, BulkRequest, BULK_MARKS)
    most = found.settings.limits.bulk
    if len(body.upsert) + len(body.delete) > most:
        raise ApiError(422, f"expected at most {most:,} rows, found {len(body.upsert) + len(body.delete):,}")
    new = [await _new(found, row.item_id, row) for row in body.upsert]
    outcomes = await _written(found, [*map(Upsert, new), *map(Delete, body.delete)])
    return BulkAnswer(results=[_result(outcome) for outcome in outcomes])


@router.delete(
    "/v1/items/{item_id:path}",
    response_model=DeleteAnswer,
    responses=responses(401, 403, 404, 409, 422, 429),
    openapi_extra=_KEY,
    **_WRITE,
)
async def delete(request: Request, item_id: ItemPath) -> DeleteAnswer:
    """Delete an item: it is gone from every answer at once."""
    found = context(request)
    (outcome,) = await _written(found, [Delete(item_id)])
    if not outcome.deleted:
        raise ApiError(404, f"there is no item {item_id!r}")
    return DeleteAnswer(item_id=item_id, deleted=True)


async def _written(found: Context, writes: Sequence[Upsert | Delete]) -> list[Outcome]:
    """What became of the writes, once they are on disk and searches see them."""
    try:
        futures = found.writer.submit_many(writes)
    except Busy:
        raise busy("more writes are waiting than this service takes; try again shortly") from None
    outcomes = [await asyncio.wrap_future(future) for future in futures]
    for outcome in outcomes:
        found.monitor.writes.labels("delete" if outcome.put is None else "put").inc()
    return outcomes


async def _new(found: Context, item_id: str, body: ItemBody) -> NewItem:
    most = found.settings.limits.pictures
    if body.images is not None and len(body.images) > most:
        raise ApiError(
            422, f"expected at most {most} pictures of an item, found {len(body.images)}", field="images"
        )
    images = None
    if body.images is not None:
        images = tuple([await _image(found, at, one) for at, one in enumerate(body.images)])
    return NewItem(
        item_id=item_id, title=body.title, description=body.description, url=body.url,
        category=body.category, price=body.price, attributes=body.attributes, images=images,
    )  # fmt: skip


async def _image(found: Context, at: int, one: NewPicture) -> NewImage:
    field = f"images.{at}"
    if (one.data is None) == (one.url is None):
        raise ApiError(422, "a picture has either data or url", field=field)
    if one.data is not None:
        data = from_base64(one.data, f"{field}.data")
    else:
        assert one.url is not None
        data = await found.waiting(_fetched, found, one.url, field)
    return NewImage(data, one.role, at if one.position is None else one.position)


def _fetched(found: Context, url: str, field: str) -> bytes:
    if not found.settings.urls:
        raise ApiError(403, "this service takes no addresses; send the picture itself", field=field)
    limits = found.settings.limits
    settings = FetchSettings(
        public_only=not found.settings.allow_private, attempts=1, honour_noai=False,
        max_bytes=limits.body_bytes, timeout=limits.url_seconds, deadline=limits.url_seconds,
    )  # fmt: skip
    answer = fetch_one(url, settings)
    if answer.status != "ok":
        raise ApiError(400, f"{url} gives no picture ({answer.status}): {answer.reason}", field=field)
    return answer.data


def _stored(put: Put) -> list[StoredPicture]:
    return [
        StoredPicture(image_id=image.image_id, status=image.status, reason=image.reason)
        for image in put.images
    ]


def _result(outcome: Outcome) -> BulkResult:
    if outcome.put is None:
        status = "ok" if outcome.deleted else "not_found"
        return BulkResult(item_id=outcome.item_id, status=status, reason="", images=[])
    put = outcome.put
    status = "ok" if put.status == "ok" else "rejected"
    return BulkResult(item_id=outcome.item_id, status=status, reason=put.reason, images=_stored(put))
