"""Pictures, what the service is, its health, its numbers, and the page."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from saccade.discovery.engine import Engine
from saccade.service.context import Context, context
from saccade.service.errors import ApiError, responses
from saccade.service.monitoring import CONTENT_TYPE
from saccade.service.pictures import Side
from saccade.service.wire import Health, IndexAnswer, InfoAnswer, LimitsAnswer, Ready

router = APIRouter(tags=["operations"])
ImageId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="32 hexadecimal digits")]


@router.get(
    "/v1/pictures/{image_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "a JPEG"}, **responses(404, 422, 429)},
)
async def picture(request: Request, image_id: ImageId, side: Side = Side.MIDDLE) -> Response:
    """A picture of the catalogue, at most `side` pixels long and wide."""
    found = context(request)
    data = found.pictures.kept(image_id, side)
    if data is None:
        content = await found.pictures.content(image_id)
        data = await found.waiting(found.pictures.thumbnail, image_id, side, content)
    return Response(
        data, media_type="image/jpeg", headers={"cache-control": "public, max-age=31536000, immutable"}
    )


@router.get("/v1/info", response_model=InfoAnswer, responses=responses(429))
async def info(request: Request) -> InfoAnswer:
    """What this service searches, what it takes, and what can be filtered by."""
    found = context(request)
    return await found.leased(_info, found)


def _info(engine: Engine, found: Context) -> InfoAnswer:
    about, limits = engine.info, found.settings.limits
    return InfoAnswer(
        name=PurePath(found.live.ws.uri).name.removesuffix(".saccade"), version=version("saccade"),
        items=found.listing.count(),
        index=IndexAnswer(
            name=about.name, version=about.version, count=about.count, fresh=found.live.layer.size,
            model_id=about.model_id, dim=about.dim, backend=about.backend, recall=about.recall,
        ),
        text_search=True, url_search=found.settings.urls, writable=bool(found.settings.keys),
        limits=LimitsAnswer(
            body_bytes=limits.body_bytes, bulk_bytes=limits.bulk_bytes, pixels=limits.pixels, k=limits.k,
            bulk=limits.bulk, pictures=limits.pictures,
        ),
        fields=found.listing.facets(engine),
    )  # fmt: skip


@router.get("/health", response_model=Health)
async def health() -> Health:
    """The process is alive."""
    return Health()


@router.get("/ready", response_model=Ready, responses={503: {"model": Ready, "description": "not yet"}})
async def ready(request: Request) -> Response:
    """Whether searches are answered: 503 until the index and the model are open and warm."""
    live = request.app.state.context.live
    if not live.ready:
        return JSONResponse(Ready(ready=False, reason=live.reason).model_dump(), 503)
    about = live.engine.info
    said = Ready(ready=True, index_version=about.version, model_id=about.model_id)
    return JSONResponse(said.model_dump())


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Numbers for Prometheus."""
    return Response(request.app.state.context.monitor.text(), headers={"content-type": CONTENT_TYPE})


@router.get("/{path:path}", include_in_schema=False)
async def page(request: Request, path: str) -> Response:
    """The web page and its files."""
    answer = request.app.state.context.site.answer(request, path or "index.html")
    if answer is None:
        raise ApiError(404, f"there is nothing at /{path[:100]}")
    return answer
