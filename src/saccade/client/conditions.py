"""Filters for searches: small functions that make the API's JSON; a plain dict of that form does as well.

client.search(text="boot", filter=all_of(equals("colour", "red"), between("price", at_most=80)))
"""

from __future__ import annotations

from typing import Any

Condition = dict[str, Any]
Value = str | float | bool


def equals(field: str, value: Value) -> Condition:
    """The field, or one of its values, is `value`."""
    return {"field": field, "equals": value}


def any_of(field: str, *values: Value) -> Condition:
    """The field, or one of its values, is one of `values`."""
    return {"field": field, "any_of": list(values)}


def between(
    field: str, *, at_least: float | None = None, at_most: float | None = None,
    above: float | None = None, below: float | None = None,
) -> Condition:  # fmt: skip
    """The number lies between the bounds; at least one is given."""
    bounds = {"at_least": at_least, "at_most": at_most, "above": above, "below": below}
    return {"field": field, **{name: bound for name, bound in bounds.items() if bound is not None}}


def all_of(*parts: Condition) -> Condition:
    """Every part holds."""
    return {"all": list(parts)}


def some_of(*parts: Condition) -> Condition:
    """At least one part holds."""
    return {"any": list(parts)}


def not_(part: Condition) -> Condition:
    """The part does not hold."""
    return {"not": part}
