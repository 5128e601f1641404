"""The application: parts put together, endpoints, the OpenAPI document.

Decided: the process answers `/health` at once, opens index and model beside that, and is ready when they
are warm. `/docs` is off, since it would load scripts from elsewhere; `/openapi.json` is there.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from threadpoolctl import threadpool_limits

from saccade.errors import SaccadeError
from saccade.service import errors
from saccade.service.browsing import Browsing
from saccade.service.context import Context
from saccade.service.desk import Desk
from saccade.service.gate import App, Gate
from saccade.service.judging import Judging
from saccade.service.listing import Listing
from saccade.service.live import Live
from saccade.service.monitoring import Monitor
from saccade.service.pictures import PictureDesk
from saccade.service.products import Products
from saccade.service.routes import discovery, items, judgements, labels, operations, search
from saccade.service.settings import Settings
from saccade.service.site import Site
from saccade.service.upkeep import Upkeep
from saccade.service.wire import BulkRequest, ItemBody, SearchRequest
from saccade.service.wire_judging import JudgementBody
from saccade.service.wire_queries import REQUESTS
from saccade.service.writer import Writer
from saccade.workspace import Workspace

_log = logging.getLogger("saccade.service")
SWITCH = (
    0.001  # seconds that a thread may keep the interpreter: the event loop must not wait for the default 5 ms
)

GARBAGE = (
    20_000  # new objects between two looks for garbage: a batch of answers makes thousands that are none
)


def create_app(settings: Settings) -> FastAPI:
    """The application over the workspace of `settings`, as ASGI. Opens nothing yet."""
    app = FastAPI(
        title="saccade", version=version("saccade"), docs_url=None, redoc_url=None, lifespan=_lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        description="Visual search over a catalogue: by item, picture, part of a picture, address, words.",
    )  # fmt: skip
    app.state.settings = settings
    for part in (search, discovery, items, judgements, labels, operations):  # the last one takes every path
        app.include_router(part.router)
    errors.install(app)
    app.openapi = lambda: openapi(app)  # pyright: ignore[reportAttributeAccessIssue]
    return app


def served(settings: Settings) -> App:
    """The application behind its gate: what a server runs."""
    app = create_app(settings)
    app.state.monitor = Monitor()
    return Gate(app, settings.limits, app.state.monitor, search.hot)  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(GARBAGE, 20, 50)
    threadpool_limits(app.state.settings.cores(), user_api="blas")
    app.state.context = found = assembled(app.state.settings, app.state.monitor)
    opening = asyncio.create_task(asyncio.to_thread(_open, found))
    try:
        yield
    finally:
        await opening
        await asyncio.to_thread(_close, found)


def assembled(settings: Settings, monitor: Monitor) -> Context:
    """The parts of a worker, not yet open."""
    live = Live(Workspace(settings.workspace), settings, monitor)
    desk = Desk(live, settings, monitor)
    live.beside = products = Products(live, desk)
    return Context(
        settings, monitor, live, desk, PictureDesk(live, settings.limits.pixels),
        Listing(live), Site(), writer := Writer(live.ws, live), Upkeep(live, writer, settings),
        judging=Judging(live.ws), browsing=Browsing(live.ws), products=products,
    )  # fmt: skip


def _open(found: Context) -> None:
    try:
        found.products.begin()
        found.live.open()
        found.upkeep.start()
        _log.info("ready: index version %s", found.live.engine.info.version)
    except SaccadeError as error:
        found.live.reason = str(error)
        _log.error("cannot serve: %s", error)
    except Exception:
        found.live.reason = "opening failed"
        _log.exception("cannot serve")


def _close(found: Context) -> None:
    found.upkeep.close()
    found.writer.close(drain=True)
    found.judging.close()
    found.upkeep.join()
    found.desk.close()
    found.pictures.close()
    found.products.close()
    found.live.close()
    _log.info("stopped, process %d", os.getpid())


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    parts = made["components"]
    for model in (
        SearchRequest,
        ItemBody,
        BulkRequest,
        JudgementBody,
        *REQUESTS,
    ):  # bodies that are read by hand
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        parts["schemas"] |= {**schema.pop("$defs", {}), model.__name__: schema}
    parts["securitySchemes"] = {"writeKey": {"type": "http", "scheme": "bearer"}}
    app.openapi_schema = made
    return made
