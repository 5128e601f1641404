"""The text form of filters."""

from __future__ import annotations

import pytest

from saccade.errors import InputError
from saccade.index.filters import All, AnyOf, Equals, Filter, Not, Range
from saccade.index.payloads import Fields
from saccade.index.where import parse_where

FIELDS: Fields = {"base_colour": "text", "price": "number", "new": "flag", "inside": "text"}


@pytest.mark.parametrize(
    ("text", "filter"),
    [
        ("base_colour=Blue", Equals("base_colour", "Blue")),
        (" base_colour = Navy Blue ", Equals("base_colour", "Navy Blue")),
        ("base_colour!=Blue", Not(Equals("base_colour", "Blue"))),
        ("base_colour=a=b", Equals("base_colour", "a=b")),
        ("price<20", Range("price", below=20.0)),
        ("price <= 20.5", Range("price", at_most=20.5)),
        ("price>1e3", Range("price", above=1000.0)),
        ("price>=-1", Range("price", at_least=-1.0)),
        ("price=20", Equals("price", 20.0)),
        ("new=true", Equals("new", True)),
        ("new=No", Equals("new", False)),
        ("base_colour in Blue, Red", AnyOf("base_colour", ("Blue", "Red"))),
        ("price in 1,2", AnyOf("price", (1.0, 2.0))),
        ("base_colour not in Blue,Red", Not(AnyOf("base_colour", ("Blue", "Red")))),
        ("inside=x", Equals("inside", "x")),
        ("inside in x", AnyOf("inside", ("x",))),
    ],
)
def test_conditions_are_read(text: str, filter: Filter) -> None:
    assert parse_where([text], FIELDS) == filter


def test_several_must_all_hold_and_none_is_no_filter() -> None:
    assert parse_where([], FIELDS) is None
    both = parse_where(["price<20", "new=yes"], FIELDS)
    assert both == All((Range("price", below=20.0), Equals("new", True)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("blue", "expected a condition"),
        ("", "expected a condition"),
        ("price<", "expected a condition"),
        ("=3", "expected a condition"),
        ("colour=Blue", "did you mean 'base_colour'"),
        ("price=cheap", "expected a number for the field 'price', found 'cheap'"),
        ("base_colour<3", "expected a number field before <, found 'base_colour', which holds text"),
        ("new=perhaps", "true or false"),
    ],
)
def test_mistakes_are_one_line(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as raised:
        parse_where([text], FIELDS)
    assert "\n" not in str(raised.value)
