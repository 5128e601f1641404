"""From JSON to the dataclasses of `answers`, by their type hints.

Decided: a few forms are enough (dataclass, named tuple, tuple of one kind, mapping, optional, scalar), so
this is forty lines instead of a dependency.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def read(kind: type[T], data: object) -> T:
    """`data` as a `kind`; `ValueError` that names the place when it is something else."""
    return _read(kind, data, kind.__name__)


def _read(kind: Any, data: Any, place: str) -> Any:
    origin = get_origin(kind)
    if origin is types.UnionType:
        return None if data is None else _read(get_args(kind)[0], data, place)
    if origin is tuple:
        inner = get_args(kind)[0]
        return tuple(_read(inner, one, f"{place}[{at}]") for at, one in enumerate(_expect(data, list, place)))
    if origin is Mapping:
        return dict(_expect(data, dict, place))
    if is_dataclass(kind):
        return _dataclass(kind, _expect(data, dict, place), place)
    if hasattr(kind, "_fields"):
        return kind(**{name: float(_expect(data, dict, place)[name]) for name in kind._fields})
    return float(data) if kind is float and type(data) is int else _expect(data, kind, place)


def _dataclass(kind: Any, data: dict[str, Any], place: str) -> Any:
    found: dict[str, Any] = {}
    for name, (hint, needed) in _hints(kind).items():
        if name in data:
            found[name] = _read(hint, data[name], f"{place}.{name}")
        elif needed:
            raise ValueError(f"{place} has no {name}")
    return kind(**found)


@cache
def _hints(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Type of every field, and whether it has to be there."""
    hints = get_type_hints(kind)
    return {one.name: (hints[one.name], one.default is MISSING) for one in fields(kind)}


def _expect(data: Any, kind: type, place: str) -> Any:
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise ValueError(f"{place} is {type(data).__name__}, not {kind.__name__}")
    return data
