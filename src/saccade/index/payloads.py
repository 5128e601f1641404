"""Payloads: what is kept beside a vector so that searches can be filtered.

Decided: a field holds text, numbers or flags, one value or a list of them, and one kind for the whole index;
whole numbers are kept as floats, so that `price=20` means the same everywhere; nulls are left out. Field
names are letters, digits, `_` and `-`, so that every backend can address them without quoting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pyarrow as pa

from saccade.errors import InputError

Value = str | float | bool | list[str] | list[float] | list[bool]
Payload = dict[str, Value]
Kind = Literal["text", "number", "flag"]
Fields = Mapping[str, Kind]

DRAW = (
    "_draw"  # hidden number in [0, 1) made from the id: a random filter of any width, to measure recall with
)
ARROW: dict[Kind, pa.DataType] = {"text": pa.string(), "number": pa.float64(), "flag": pa.bool_()}
_NAME = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]*\Z")


def field_name(name: str) -> str:
    """`name` as a field: what is not a letter, a digit, `_` or `-` becomes `_`, none in front."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name.strip()).strip("_") or "field"


def draw(identity: str) -> float:
    """A number in [0, 1) that depends on the id alone; ids are hashes, but need not be good ones."""
    mixed = (int(identity, 16) * 0x9E3779B97F4A7C15_F39CC0605CEDC835) & ((1 << 128) - 1)
    return (mixed >> 104) / (1 << 24)


def kind_of(value: Value) -> Kind:
    """What a payload value holds; `InputError` for what no backend can filter by."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, bool):
        return "flag"
    if isinstance(first, str):
        return "text"
    if isinstance(first, int | float):
        return "number"
    raise InputError(f"expected text, numbers, flags or lists of them in a payload, found {value!r}")


def rows_of(payloads: Sequence[Payload] | pa.Table | None, count: int) -> list[Payload]:
    """Payloads as cleaned dictionaries, one for each of `count` points."""
    if payloads is None:
        return [{} for _ in range(count)]
    rows: Sequence[Payload] = payloads.to_pylist() if isinstance(payloads, pa.Table) else payloads  # pyright: ignore
    if len(rows) != count:
        raise InputError(f"expected {count} payloads, one for each id, found {len(rows)}")
    return [
        {name: cleaned for name, value in row.items() if (cleaned := _clean(value)) is not None}
        for row in rows
    ]


def _clean(value: object) -> Value | None:
    """Whole numbers to floats; nulls, NaN and empty lists to None."""
    if isinstance(value, list | tuple | np.ndarray):
        kept = [c for v in value if (c := _clean(v)) is not None]
        return kept or None  # pyright: ignore[reportReturnType]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return None if value != value else float(value)
    return value  # pyright: ignore[reportReturnType]


def merged_fields(fields: Fields, rows: Iterable[Payload]) -> dict[str, Kind]:
    """`fields` with those of `rows`; `InputError` for a field of two kinds or a name that cannot be used."""
    merged = dict(fields)
    for row in rows:
        for name, value in row.items():
            kind = kind_of(value)
            if merged.setdefault(name, kind) != kind:
                raise InputError(f"expected the field {name!r} to hold {merged[name]}, found {value!r}")
    wrong = next((name for name in merged if name not in fields and not _NAME.match(name)), None)
    if wrong is not None:
        raise InputError(f"expected a field name of letters, digits, _ and -, not led by _, found {wrong!r}")
    return merged


def column(rows: Sequence[Payload], field: str, kind: Kind) -> pa.Array:
    """A list array: the values of `field` by row, no elements where it is missing."""
    values = [row.get(field) for row in rows]
    lists = [[] if v is None else v if isinstance(v, list) else [v] for v in values]
    return pa.array(lists, pa.list_(ARROW[kind]))
