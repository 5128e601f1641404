"""Filters over the wire mean what the typed ones mean, and are bounded."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from saccade.errors import InputError
from saccade.index.filters import All, Any, AnyOf, Equals, Not, Range
from saccade.service.conditions import DEPTH, LEAVES, to_filter
from saccade.service.wire import SearchRequest


def read(filter: object) -> object:
    wanted = SearchRequest.model_validate_json(json.dumps({"text": "x", "filter": filter}))
    assert wanted.filter is not None
    return to_filter(wanted.filter)


@pytest.mark.parametrize(
    ("wire", "typed"),
    [
        ({"field": "colour", "equals": "red"}, Equals("colour", "red")),
        ({"field": "new", "equals": True}, Equals("new", True)),
        ({"field": "size", "any_of": [1, 2.5]}, AnyOf("size", (1.0, 2.5))),
        ({"field": "price", "at_least": 5, "below": 20}, Range("price", at_least=5, below=20)),
        ({"not": {"field": "a", "equals": "b"}}, Not(Equals("a", "b"))),
        ({"all": [{"any": []}, {"field": "a", "equals": "b"}]}, All((Any(()), Equals("a", "b")))),
    ],
)
def test_each_shape(wire: object, typed: object) -> None:
    assert read(wire) == typed


@pytest.mark.parametrize(
    "wire", [{}, {"field": "a"}, {"field": "a", "equals": None}, {"field": "a", "any_of": []},
             {"field": 3, "equals": 1}, {"field": "a", "equals": "b", "or": 1}, {"not": [1]}, [], "a=b"],
)  # fmt: skip
def test_other_shapes_are_refused(wire: object) -> None:
    with pytest.raises((ValidationError, InputError)):
        read(wire)


def test_depth_and_size_are_bounded() -> None:
    deep: object = {"field": "a", "equals": "b"}
    for _ in range(DEPTH - 1):
        deep = {"not": deep}
    read(deep)
    with pytest.raises(InputError, match="levels deep"):
        read({"not": deep})
    leaf = {"field": "a", "equals": "b"}
    wide = {"any": [{"all": [leaf] * 32}] * 3}
    with pytest.raises(InputError, match=f"at most {LEAVES} conditions, found 96"):
        read(wide)


def test_a_range_needs_a_bound() -> None:
    with pytest.raises(InputError, match="at_least, at_most, above or below"):
        read({"field": "price", "above": None})
