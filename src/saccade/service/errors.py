"""Errors over HTTP: one shape, one line, always the caller's language.

Decided: what a caller did wrong is 4xx, a full queue or a spent time is 429 with `retry-after`; 5xx is kept
for our own faults, and its text says nothing about the inside: the log has it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from saccade.errors import InputError, LockedError, NotFoundError, SaccadeError
from saccade.service.wire import ErrorAnswer

CODES = {
    400: "bad_request", 401: "no_key", 403: "forbidden", 404: "not_found", 405: "bad_method", 408: "too_slow",
    409: "locked", 413: "too_large", 415: "bad_media_type", 422: "invalid", 429: "busy", 500: "fault",
}  # fmt: skip
LINE, PLACE = 500, 100  # characters of a message, and of the name of a field
_log = logging.getLogger("saccade.service")


class ApiError(Exception):
    """Becomes an answer with this status."""

    def __init__(
        self, status: int, message: str, *, field: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.field, self.retry_after = status, message, field, retry_after


def busy(message: str = "more searches are waiting than this service takes; try again shortly") -> ApiError:
    """What a full queue answers."""
    return ApiError(429, message, retry_after=1)


def answer(
    status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """An error in our shape."""
    line = " ".join(message.split())
    fault = {"code": CODES.get(status, "error"), "message": _short(line, LINE), "field": field}
    return JSONResponse({"error": fault}, status, dict(headers or {}))


def meant(error: Exception) -> ApiError | None:
    """The API's error for one that the library raises on purpose; None for a fault of ours."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, NotFoundError):
        return ApiError(404, str(error))
    if isinstance(error, LockedError):
        return ApiError(409, str(error), retry_after=2)
    if isinstance(error, InputError):
        return ApiError(400, str(error))
    return None


def answered(error: Exception, method: str, path: str) -> Response:
    """The answer to a request that ended in `error`; a fault of ours goes to the log."""
    found = meant(error)
    if found is None:
        _log.error("%s %s failed", method, path, exc_info=error)
        return answer(500, "the service failed; its log says why")
    headers = {} if found.retry_after is None else {"retry-after": str(found.retry_after)}
    if found.status == 401:
        headers["www-authenticate"] = "Bearer"
    return answer(found.status, found.message, found.field, headers)


def install(app: FastAPI) -> None:
    """Make every error of `app` answer in our shape."""

    async def raised(request: Request, error: Exception) -> Response:
        return answered(error, request.method, request.url.path)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        place, message = told(error.errors())
        return answer(422, message, place)

    async def plain(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(error.status_code, str(error.detail), headers=error.headers)

    for kind in (ApiError, SaccadeError, Exception):
        app.add_exception_handler(kind, raised)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)


def told(errors: Sequence[Any]) -> tuple[str | None, str]:
    """(field, one line) of what pydantic found wrong first."""
    first = errors[0] if errors else {"loc": (), "msg": "the request does not fit"}
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    place = _short(place, PLACE)
    return place or None, f"{place}: {first['msg']}" if place else str(first["msg"])


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: the errors that an endpoint may answer with."""
    return {status: {"model": ErrorAnswer, "description": CODES[status]} for status in statuses}
