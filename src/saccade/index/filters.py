"""Typed filters over payload fields, and their exact meaning as a mask of rows.

Decided: six small frozen shapes. A condition on a list holds when it holds for any element; a missing field
meets no condition, so `Not(Equals(...))` keeps it: both as Qdrant has it, so that every backend agrees.
Not here: the text form of the command line (`where`), and Qdrant's forms (`translate`).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError
from saccade.index.payloads import Fields, Kind

Scalar = str | float | bool


@dataclass(frozen=True)
class Equals:
    """The field, or any element of it, is `value`."""

    field: str
    value: Scalar


@dataclass(frozen=True)
class AnyOf:
    """The field, or any element of it, is one of `values`."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Range:
    """A number within the bounds that are given; both ends may be open or closed."""

    field: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class Not:
    """Where `part` does not hold, rows without the field included."""

    part: Filter


@dataclass(frozen=True)
class All:
    """Where every part holds; with no parts, everywhere."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Any:
    """Where some part holds; with no parts, nowhere."""

    parts: tuple[Filter, ...]


Filter = Equals | AnyOf | Range | Not | All | Any


def fields_of(filter: Filter) -> set[str]:
    """The fields that a filter reads."""
    match filter:
        case Not(part):
            return fields_of(part)
        case All(parts) | Any(parts):
            return set().union(*(fields_of(p) for p in parts))
        case Equals() | AnyOf() | Range():
            return {filter.field}


def checked(filter: Filter, fields: Fields) -> None:
    """Raise `InputError` for a field that does not exist, naming those that do, or a wrong value."""
    match filter:
        case Not(part):
            checked(part, fields)
        case All(parts) | Any(parts):
            for part in parts:
                checked(part, fields)
        case Range(field):
            _expect(field, "number", fields)
        case Equals(field, value):
            _expect(field, _kind_of(value), fields)
        case AnyOf(field, values):
            for value in values:
                _expect(field, _kind_of(value), fields)


def mask(filter: Filter, columns: dict[str, pa.Array], rows: int) -> np.ndarray:
    """Bool [rows]: where `filter` holds. `columns` maps each field to a list array of its values by row."""
    match filter:
        case Not(part):
            return ~mask(part, columns, rows)
        case All(parts):
            return np.logical_and.reduce([mask(p, columns, rows) for p in parts] or [np.ones(rows, bool)])
        case Any(parts):
            return np.logical_or.reduce([mask(p, columns, rows) for p in parts] or [np.zeros(rows, bool)])
        case Equals() | AnyOf() | Range():
            return _any_element(filter, columns[filter.field], rows)


def _any_element(leaf: Equals | AnyOf | Range, column: pa.Array, rows: int) -> np.ndarray:
    """Rows of a list array with an element that meets the condition."""
    elements = column.flatten()
    parents = pc.list_parent_indices(column).to_numpy(zero_copy_only=False)  # pyright: ignore
    met = np.zeros(rows, dtype=bool)
    met[parents[_elements(leaf, elements)]] = True
    return met


def _elements(leaf: Equals | AnyOf | Range, elements: pa.Array) -> np.ndarray:
    match leaf:
        case Equals(_, value):
            found = pc.equal(elements, pa.scalar(value, elements.type))  # pyright: ignore
        case AnyOf(_, values):
            found = pc.is_in(elements, value_set=pa.array(values, elements.type))  # pyright: ignore
        case Range():
            return _within(leaf, elements.to_numpy(zero_copy_only=False))
    return found.to_numpy(zero_copy_only=False).astype(bool)


def _within(leaf: Range, numbers: np.ndarray) -> np.ndarray:
    met = np.ones(len(numbers), dtype=bool)
    if leaf.at_least is not None:
        met &= numbers >= leaf.at_least
    if leaf.at_most is not None:
        met &= numbers <= leaf.at_most
    if leaf.above is not None:
        met &= numbers > leaf.above
    if leaf.below is not None:
        met &= numbers < leaf.below
    return met


def _kind_of(value: Scalar) -> Kind:
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "number"


def _expect(field: str, kind: Kind, fields: Fields) -> None:
    if field not in fields:
        raise InputError(unknown_field(field, fields))
    if fields[field] != kind:
        raise InputError(f"expected a {fields[field]} for the field {field!r}, found a {kind}")


def unknown_field(field: str, fields: Fields) -> str:
    """One line that names the fields there are, the nearest first."""
    public = sorted(name for name in fields if not name.startswith("_"))
    close = difflib.get_close_matches(field, public, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"expected a field of the index, found {field!r}; {hint}fields: {', '.join(public) or 'none'}"
