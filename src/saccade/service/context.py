"""What the endpoints share, in one object that hangs on the application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request

from saccade.service.browsing import Browsing
from saccade.service.desk import Desk
from saccade.service.errors import ApiError
from saccade.service.judging import Judging
from saccade.service.listing import Listing
from saccade.service.live import Live
from saccade.service.monitoring import Monitor
from saccade.service.pictures import PictureDesk
from saccade.service.products import Products
from saccade.service.settings import Settings
from saccade.service.site import Site
from saccade.service.upkeep import Upkeep
from saccade.service.writer import Writer

T = TypeVar("T")


@dataclass
class Context:
    """The parts of a running worker."""

    settings: Settings
    monitor: Monitor
    live: Live
    desk: Desk
    pictures: PictureDesk
    listing: Listing
    site: Site
    writer: Writer
    upkeep: Upkeep
    judging: Judging
    browsing: Browsing
    products: Products

    async def leased(self, work: Callable[..., T], *given: object) -> T:
        """`work(engine, ...)` on a thread that may wait for the tables."""

        def run() -> T:
            self.live.catch_up()
            with self.live.lease() as engine:
                return work(engine, *given)

        return await self.waiting(run)

    async def waiting(self, work: Callable[..., T], *given: object) -> T:
        """`work(...)` on a thread that may wait."""
        return await asyncio.get_running_loop().run_in_executor(self.desk.waiting, work, *given)


def context(request: Request) -> Context:
    """The running parts; waits for nothing: before they are ready the caller is asked to come back."""
    found: Context = request.app.state.context
    if not found.live.ready:
        raise ApiError(429, f"not ready yet: {found.live.reason}", retry_after=1)
    return found
