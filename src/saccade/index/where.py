"""The text form of filters: `--where 'base_colour=Blue' 'price<20' 'category in shoe,bag'`.

Decided: one condition a text, and all must hold; whatever is more involved is written with the types of
`filters`. Values are read as the kind that the field has in the index. Every mistake is one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from saccade.errors import InputError
from saccade.index.filters import All, AnyOf, Equals, Filter, Not, Range, Scalar, unknown_field
from saccade.index.payloads import Fields

_CONDITION = re.compile(
    r"\s*(?P<field>[A-Za-z0-9_-]+?)\s*(?:(?P<sign><=|>=|!=|=|<|>)|\s(?P<word>not\s+in|in)\s)\s*(?P<value>.*?)\s*\Z",
    re.DOTALL,
)
_BOUND = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def parse_where(conditions: Sequence[str], fields: Fields) -> Filter | None:
    """The filter that all of `conditions` state together; None when there are none.

    Raises `InputError` for a condition that cannot be read, an unknown field (it names those there are), and
    a value that is not of the field's kind.
    """
    parts = tuple(_parse(text, fields) for text in conditions)
    return None if not parts else parts[0] if len(parts) == 1 else All(parts)


def _parse(text: str, fields: Fields) -> Filter:
    found = _CONDITION.match(text)
    if found is None or not found["value"]:
        raise InputError(
            f"expected a condition such as colour=Blue, price<20 or kind in shoe,bag, found {text!r}"
        )
    field, sign, value = found["field"], found["sign"], found["value"]
    if field not in fields:
        raise InputError(unknown_field(field, fields))
    if sign in _BOUND:
        return _range(field, sign, value, fields)
    if sign is not None:
        equal = Equals(field, _value(field, value, fields))
        return equal if sign == "=" else Not(equal)
    some = AnyOf(field, tuple(_value(field, v.strip(), fields) for v in value.split(",") if v.strip()))
    return some if found["word"] == "in" else Not(some)


def _range(field: str, sign: str, value: str, fields: Fields) -> Range:
    if fields[field] != "number":
        raise InputError(
            f"expected a number field before {sign}, found {field!r}, which holds {fields[field]}"
        )
    return Range(field, **{_BOUND[sign]: _number(field, value)})


def _value(field: str, value: str, fields: Fields) -> Scalar:
    """`value` as the kind that the field holds."""
    if fields[field] == "text":
        return value
    if fields[field] == "number":
        return _number(field, value)
    if value.lower() not in _FLAGS:
        raise InputError(f"expected true or false for the field {field!r}, found {value!r}")
    return _FLAGS[value.lower()]


def _number(field: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(f"expected a number for the field {field!r}, found {value!r}") from None
