"""The HTTP service and the web page: an engine over a workspace, for many callers, kept up to date.

Import from the modules: `saccade.service.app` (the ASGI application), `saccade.service.server` (run it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.service.server import run
    from saccade.service.settings import ServiceLimits, Settings

__all__ = ["ServiceLimits", "Settings", "run"]


def __getattr__(name: str) -> object:
    # Lazy: the web framework is an extra, and takes a second to import.
    if name == "run":
        from saccade.service.server import run

        return run
    if name in ("ServiceLimits", "Settings"):
        from saccade.service import settings

        return getattr(settings, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
