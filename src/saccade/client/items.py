"""Items as a caller hands them over, to the JSON of the API."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from saccade.errors import InputError


@dataclass(frozen=True)
class NewPicture:
    """A picture of an item: a file, its bytes or an http(s) address; role is seller, review or scene."""

    source: Path | bytes | str
    role: str = "seller"
    position: int | None = None


class ItemFields(TypedDict, total=False):
    """An item as it shall be; what is left out is empty, but without `pictures` it keeps those it has."""

    title: str | None
    description: str | None
    url: str | None
    category: str | None
    price: float | None
    attributes: Mapping[str, str]
    pictures: Sequence[NewPicture | Path | bytes | str] | None


_FIELDS = frozenset(ItemFields.__annotations__)


def body(item: ItemFields) -> dict[str, Any]:
    """The JSON of `PUT`; `InputError` for an unknown field or a picture that cannot be read."""
    unknown = sorted(item.keys() - _FIELDS)
    if unknown:
        raise InputError(f"expected the fields {', '.join(sorted(_FIELDS))}, found {unknown[0]}")
    made: dict[str, Any] = {name: value for name, value in item.items() if name != "pictures"}
    pictures = item.get("pictures")
    if pictures is not None:
        made["images"] = [_picture(one) for one in pictures]
    return made


def encoded(made: object) -> bytes:
    """Compact JSON; `InputError` for what JSON cannot say, such as NaN."""
    try:
        return json.dumps(made, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InputError(f"this cannot be sent as JSON: {error}") from error


def file_bytes(source: Path | bytes) -> bytes:
    """The content of a picture file; `InputError` when it cannot be read."""
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the picture {source}: {error.strerror or error}") from error


def _picture(one: NewPicture | Path | bytes | str) -> dict[str, Any]:
    picture = one if isinstance(one, NewPicture) else NewPicture(one)
    made: dict[str, Any] = {"role": picture.role}
    if picture.position is not None:
        made["position"] = picture.position
    source = picture.source
    if isinstance(source, str):
        if not source.startswith(("http://", "https://")):
            raise InputError(f"expected a Path, bytes or an http(s) address, found the text {source[:80]!r}")
        return {**made, "url": source}
    return {**made, "data": base64.b64encode(file_bytes(source)).decode()}
