"""What can go wrong between a client and the service: one family, one line each.

Decided: every error is an `ApiError`, so one `except` catches all; the classes below it are for what a
caller does something about. Answers that are not the service's (a proxy's page) are `Unexpected`.
"""

from __future__ import annotations

from typing import Any

import httpx

from saccade.errors import SaccadeError


class ApiError(SaccadeError):
    """The service refused or could not be asked.

    `status` is that of HTTP, 0 without an answer; `code` as the API names it; `field` the place of a
    mistake; `request_id` finds the line in the service's log; `retry_after` in seconds where one was given.
    """

    def __init__(
        self, status: int, code: str, message: str, *, field: str | None = None,
        request_id: str | None = None, retry_after: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status, self.code, self.message, self.field = status, code, message, field
        self.request_id, self.retry_after = request_id, retry_after


class Invalid(ApiError):
    """400, 415 or 422: the request does not fit; `field` says where."""


class NotAllowed(ApiError):
    """401 or 403: no key, a wrong key, or a service that takes no writes or addresses."""


class NotFound(ApiError):
    """404: there is no such item or picture."""


class Locked(ApiError):
    """409: another process writes to the workspace; tried again before it is raised."""


class TooLarge(ApiError):
    """413: the body is larger than the service takes."""


class Busy(ApiError):
    """429: too many wait; tried again before it is raised."""


class Unreachable(ApiError):
    """No answer: nothing listens there, the connection broke, or the time was over."""


class Unexpected(ApiError):
    """An answer that is not the service's: a fault of it, or something else at that address."""


_KINDS: dict[int, type[ApiError]] = {
    400: Invalid, 401: NotAllowed, 403: NotAllowed, 404: NotFound, 409: Locked, 413: TooLarge, 415: Invalid,
    422: Invalid, 429: Busy,
}  # fmt: skip


def refusal(response: httpx.Response) -> ApiError:
    """The error that a response stands for."""
    said = _said(response)
    kind = _KINDS.get(response.status_code, ApiError) if said else Unexpected
    message = str(said.get("message") or _plain(response))
    return kind(
        response.status_code, str(said.get("code", "unexpected")), message, field=said.get("field"),
        request_id=response.headers.get("x-request-id"), retry_after=_seconds(response),
    )  # fmt: skip


def unreachable(error: httpx.HTTPError | httpx.InvalidURL, base: str, seconds: float) -> Unreachable:
    """The error for a request without an answer."""
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(0, "unreachable", f"{base} gave no answer within {seconds:g} s")
    why = " ".join(str(error).split()) or type(error).__name__
    return Unreachable(0, "unreachable", f"{base} cannot be reached: {why}; does `saccade serve` run there?")


def _said(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else {}


def _plain(response: httpx.Response) -> str:
    start = " ".join(response.text[:200].split())
    return f"expected an answer of saccade, found HTTP {response.status_code}: {start}"


def _seconds(response: httpx.Response) -> float | None:
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None
