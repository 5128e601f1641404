"""A row of any table (a dict of plain values) becomes a record.

Decided: values are taken as they come, a number as its shortest text, a list as several texts; only a row
without a picture, with an unknown role or with a price that is no number is refused. Our own choice.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TypeAlias, cast

from saccade.catalog.files import join
from saccade.catalog.mapping import Columns
from saccade.catalog.records import ROLES, Box, Item, Photo, Record, Role, Text, rejected

Row: TypeAlias = dict[str, object]
_EMPTY = (None, "", b"")


class BadRow(Exception):
    """Why one row cannot be used: (status, reason)."""


class RowReader:
    """Turns rows of one list into records.

    `base` is the folder that relative paths start from, `uri` the list itself (names embedded bytes),
    `stamp` its state, `role` what a picture is when its row does not say, `labels` the names behind
    whole-number columns.
    """

    def __init__(
        self,
        columns: Columns,
        uri: str,
        base: str,
        stamp: str = "",
        role: Role = "seller",
        labels: dict[str, list[str]] | None = None,
    ) -> None:
        self.columns, self.uri, self.base, self.stamp = columns, uri, base, stamp
        self.role: Role = role
        self.labels = labels or {}

    def record(self, position: int, row: Row, digest: str) -> Record:
        """The record of a row; a row that cannot be used comes back as a rejected one."""
        try:
            photos = tuple(self._photos(position, row))
            if not photos:
                column = "/".join(self.columns.image)
                return rejected(position, "no-picture", f"nothing in the column {column}")
            item = self._item(row, photos[0].uri)
            return Record(position, photos, item, tuple(self._texts(row)), tuple(self._boxes(row)), digest)
        except BadRow as bad:
            return rejected(position, *bad.args)

    def uris(self, position: int, row: Row) -> list[str]:
        """Only the places of a row's pictures; none for a row that cannot be used."""
        value = row.get(self.columns.image[0])
        if isinstance(value, str) and len(self.columns.image) == 1 and value[:1] not in ("", "["):
            return [join(self.base, value)]
        try:
            return [photo.uri for photo in self._photos(position, row)]
        except BadRow:
            return []

    def _photos(self, position: int, row: Row) -> Iterator[Photo]:
        values = [value for name in self.columns.image for value in _listed(row.get(name))]
        role = self._role(row.get(self.columns.role) if self.columns.role else None)
        first = _whole(row.get(self.columns.position)) if self.columns.position else 0
        for number, value in enumerate(values):
            if value in _EMPTY:
                continue
            suffix = f"#{position}" if len(values) == 1 else f"#{position}.{number}"
            yield self._photo(value, f"{self.uri}{suffix}", role, first + number)

    def _photo(self, value: object, place: str, role: Role, position: int) -> Photo:
        if isinstance(value, str):
            return Photo(join(self.base, value), role=role, position=position)
        if isinstance(value, bytes):
            return Photo(place, lambda: value, len(value), self.stamp, role, position)
        if isinstance(value, dict):
            row = cast("Row", value)
            role = self._role(row["role"]) if row.get("role") else role
            position = _whole(row["position"]) if row.get("position") is not None else position
            inner = next((row[name] for name in _INNER if row.get(name) not in _EMPTY), None)
            if isinstance(inner, str | bytes):
                return self._photo(inner, place, role, position)
        raise BadRow("bad-picture", f"expected a path, address or bytes, found {type(value).__name__}")

    def _role(self, value: object) -> Role:
        if value in _EMPTY:
            return self.role
        if value not in ROLES:
            raise BadRow("bad-role", f"expected a role out of {', '.join(ROLES)}, found {value!r}")
        return value

    def _item(self, row: Row, place: str) -> Item:
        columns = self.columns
        return Item(
            item_id=self._text(row, columns.item_id) or derived_id(place, self.base),
            title=self._text(row, columns.title),
            description=self._text(row, columns.description),
            url=self._text(row, columns.url),
            attributes=tuple(self._attributes(row)),
            category=self._text(row, columns.category),
            price=number_of(row.get(columns.price)) if columns.price else None,
            created=time_of(row.get(columns.created)) if columns.created else None,
        )

    def _attributes(self, row: Row) -> Iterator[tuple[str, str]]:
        for column in self.columns.attributes:
            for name, value in _flat(column, row.get(column)):
                if value not in _EMPTY and not isinstance(value, bytes):
                    yield name, self._label(name, _told(value))

    def _texts(self, row: Row) -> Iterator[Text]:
        named = [("title", self.columns.title), ("description", self.columns.description), *self.columns.text]
        for source, name in named:
            for value in _listed(row.get(name)) if name else ():
                if value not in _EMPTY and (text := plain(value).strip()):
                    yield Text(source, text)

    def _boxes(self, row: Row) -> Iterator[Box]:
        value = row.get(self.columns.objects) if self.columns.objects else None
        for entry in _objects(value):
            yield box_of(entry)

    def _text(self, row: Row, name: str | None) -> str | None:
        value = row.get(name) if name else None
        return None if value in _EMPTY else self._label(cast("str", name), value)

    def _label(self, name: str, value: object) -> str:
        names = self.labels.get(name)
        if names and isinstance(value, int) and 0 <= value < len(names):
            return names[value]
        return plain(value)


_INNER = ("bytes", "path", "url", "file_name", "filename", "image", "uri")


def derived_id(place: str, base: str) -> str:
    """The item of a picture whose row names none: its path from `base` without the ending."""
    name = place.removeprefix(f"{base}/")
    head, dot, tail = name.rpartition(".")
    return head if dot and "/" not in tail and "#" not in tail and "://" not in name else name


def box_of(entry: object) -> Box:
    """A box out of `{bbox: [x, y, w, h] or x, y, width, height, label or category, score}`.

    Numbers all within 0..1 are fractions; others are pixels of the upright picture. `BadRow` otherwise.
    """
    try:
        row = cast("Row", entry)
        corners = cast("list[object]", row.get("bbox") or [row[key] for key in ("x", "y", "width", "height")])
        x, y, width, height = (float(cast("float", value)) for value in corners)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadRow("bad-box", "expected boxes of bbox: [x, y, width, height]") from None
    label = row.get("label", row.get("category"))
    score = row.get("score")
    canvas = None if max(x + width, y + height) <= 1.0001 else (0.0, 0.0)
    name = None if label is None else plain(label)
    return Box(x, y, width, height, name, None if score is None else number_of(score), canvas)


def _objects(value: object) -> list[object]:
    """A list of boxes, or the dict of lists that Hugging Face makes of one."""
    if isinstance(value, dict) and isinstance(value.get("bbox"), list):
        keys = [key for key, values in value.items() if isinstance(values, list)]
        return [
            dict(zip(keys, entry, strict=True)) for entry in zip(*(value[key] for key in keys), strict=True)
        ]
    return list(value) if isinstance(value, list) else []


def _listed(value: object) -> list[object]:
    """One value as a list of one; a list as itself; a JSON list inside a text column too."""
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            parsed = json.loads(value)
        except ValueError:
            return [value]
        return parsed if isinstance(parsed, list) else [value]
    return [] if value is None else [value]


def _flat(column: str, value: object) -> Iterator[tuple[str, object]]:
    """A table inside a column as attributes of its own: `attributes` by bare names, else `column.name`."""
    if (
        isinstance(value, list)
        and value
        and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value)
    ):
        value = dict(value)  # an Arrow map
    if not isinstance(value, dict):
        yield column, value
        return
    for name, inner in value.items():
        yield (str(name) if column == "attributes" else f"{column}.{name}"), inner


def _told(value: object) -> object:
    """A list or table as JSON text; anything else as it is."""
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def plain(value: object) -> str:
    """A value as text: whole numbers without a point, bytes that are not UTF-8 as question marks."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def number_of(value: object) -> float | None:
    """A finite number, None for nothing, NaN or infinity; `BadRow` for what is none."""
    if value in _EMPTY:
        return None
    try:
        number = float(cast("str", value))
    except (TypeError, ValueError):
        raise BadRow("bad-number", f"expected a number, found {str(value)[:60]!r}") from None
    return number if math.isfinite(number) else None


def _whole(value: object) -> int:
    return int(number_of(value) or 0)


def time_of(value: object) -> int | None:
    """Microseconds since 1970 UTC from a datetime, a date, ISO text or seconds."""
    if value in _EMPTY:
        return None
    try:
        if isinstance(value, int | float):
            return int(value * 1_000_000)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise BadRow(
            "bad-time", f"expected a time like 2026-01-31T12:00:00, found {str(value)[:60]!r}"
        ) from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return int(moment.timestamp() * 1_000_000)
