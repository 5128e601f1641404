"""Reads the JSON body of a request as one of the models of `wire`.

Decided: the body is read here and not by the framework, so that a body that is too large or too slow keeps
its own answer. A body of a few megabytes that is all brackets and commas would hold the event loop for
seconds, with a list of every mistake in it; an honest large body is large because of its pictures. So the
marks between values are counted first, which costs a millisecond.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from saccade.service.errors import ApiError, told

M = TypeVar("M", bound=BaseModel)
_DATA_URL = re.compile(r"data:[\w.+/-]*;base64,")
MARKS = 20_000  # commas, brackets and colons of one search or one item
BULK_MARKS = 1_000_000  # of a bulk request


async def read_body(request: Request, model: type[M], most: int = MARKS) -> M:
    """The body as `model`; `ApiError` 415 for another media type, 422 that names the place of a mistake."""
    kind = media_type(request)
    if kind != "application/json":
        raise ApiError(415, f"expected application/json, found {kind[:80]!r}")
    return parsed(await request.body(), model, most)


async def read_pictured(request: Request, model: type[M]) -> tuple[M, bytes | None]:
    """The request and, of a form, the uploaded picture. Raises `ApiError`."""
    if media_type(request) != "multipart/form-data":
        return await read_body(request, model), None
    try:
        async with request.form(max_files=1, max_fields=4) as form:
            return await _of_form(form, model)
    except (ApiError, ClientDisconnect):
        raise
    except Exception as error:
        raise ApiError(400, f"the form cannot be read: {error}") from error


async def _of_form(form: FormData, model: type[M]) -> tuple[M, bytes]:
    picture, text = form.get("image"), form.get("query")
    if not isinstance(picture, UploadFile):
        raise ApiError(422, "a form has a file called image", field="image")
    wanted = parsed(text.encode() if isinstance(text, str) and text else b"{}", model)
    return wanted, await picture.read()


def from_base64(text: str, field: str) -> bytes:
    """The bytes of a file in base64, with or without the head of a data URL."""
    try:
        return base64.b64decode(_DATA_URL.sub("", text, count=1), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError(422, f"expected base64: {error}", field=field) from None


def timed(body: bytes, seconds: Mapping[str, float]) -> Response:
    """An answer in JSON; the header `server-timing` has each step's milliseconds."""
    timing = ", ".join(f"{step};dur={1000 * spent:.2f}" for step, spent in seconds.items())
    return Response(body, media_type="application/json", headers={"server-timing": timing})


def media_type(request: Request) -> str:
    """The media type of the body, JSON where nothing is said."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


def parsed(body: bytes, model: type[M], most: int = MARKS) -> M:
    """A model from JSON; `ApiError` 422 for what it cannot be."""
    marks = sum(body.count(mark) for mark in (b",", b"[", b"{", b":"))
    if marks > most:
        raise ApiError(422, f"expected at most {most:,} values in the body, found about {marks:,}")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        place, message = told(error.errors(include_url=False, include_input=False, include_context=False))
        raise ApiError(422, message, field=place) from None


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """For the OpenAPI document: a JSON body of this model."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
