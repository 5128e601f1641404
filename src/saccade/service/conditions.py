"""Filters as they come over the wire, to the typed ones of the index.

Decided: the same six shapes in JSON. Depth and size are bounded, because a filter is walked recursively and
a backend pays for every leaf.
"""

from __future__ import annotations

from saccade.errors import InputError
from saccade.index.filters import All, Any, AnyOf, Equals, Filter, Not, Range
from saccade.service.wire import (
    AllFilter,
    AnyFilter,
    AnyOfFilter,
    EqualsFilter,
    NotFilter,
    RangeFilter,
    WireFilter,
)

DEPTH, LEAVES = 8, 64


def to_filter(wire: WireFilter, depth: int = 1) -> Filter:
    """The typed filter; `InputError` when it is too deep, too large, or a range without bounds."""
    if depth == 1 and leaves(wire) > LEAVES:
        raise InputError(f"expected a filter of at most {LEAVES} conditions, found {leaves(wire)}")
    if depth > DEPTH:
        raise InputError(f"expected a filter at most {DEPTH} levels deep")
    match wire:
        case EqualsFilter(field=field, equals=value):
            return Equals(field, value)
        case AnyOfFilter(field=field, any_of=values):
            return AnyOf(field, tuple(values))
        case RangeFilter():
            return _range(wire)
        case AllFilter(all=parts):
            return All(tuple(to_filter(part, depth + 1) for part in parts))
        case AnyFilter(any=parts):
            return Any(tuple(to_filter(part, depth + 1) for part in parts))
        case NotFilter(not_=part):
            return Not(to_filter(part, depth + 1))


def leaves(wire: WireFilter) -> int:
    """How many conditions a filter has."""
    match wire:
        case AllFilter(all=parts) | AnyFilter(any=parts):
            return sum(map(leaves, parts))
        case NotFilter(not_=part):
            return leaves(part)
        case EqualsFilter() | AnyOfFilter() | RangeFilter():
            return 1


def _range(wire: RangeFilter) -> Range:
    bounds = (wire.at_least, wire.at_most, wire.above, wire.below)
    if all(bound is None for bound in bounds):
        raise InputError(f"expected at_least, at_most, above or below for the field {wire.field!r}")
    return Range(wire.field, *bounds)
