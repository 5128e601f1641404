"""Filters as masks of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.index.filters import All, Any, AnyOf, Equals, Filter, Not, Range, checked, fields_of, mask
from saccade.index.payloads import Fields, Payload, column, field_name, merged_fields, rows_of

FIELDS: Fields = {"colour": "text", "price": "number", "new": "flag"}
ROWS: list[Payload] = [
    {"colour": "red", "price": 1.0, "new": True},
    {"colour": ["red", "blue"], "price": [5.0, 30.0]},
    {"new": False},
    {},
]

leaves = st.one_of(
    st.builds(Equals, st.just("colour"), st.sampled_from(["red", "blue", "grey"])),
    st.builds(Equals, st.just("new"), st.booleans()),
    st.builds(AnyOf, st.just("price"), st.tuples(st.sampled_from([1.0, 5.0]))),
    st.builds(
        Range,
        st.just("price"),
        at_least=st.sampled_from([None, 1.0, 6.0]),
        below=st.sampled_from([None, 5.0]),
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Any, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def rows_where(filter: Filter) -> list[int]:
    columns = {name: column(ROWS, name, FIELDS[name]) for name in fields_of(filter)}
    return np.flatnonzero(mask(filter, columns, len(ROWS))).tolist()


@pytest.mark.parametrize(
    ("filter", "rows"),
    [
        (Equals("colour", "blue"), [1]),
        (Not(Equals("colour", "blue")), [0, 2, 3]),
        (Equals("new", False), [2]),
        (AnyOf("colour", ("blue", "grey")), [1]),
        (Range("price", above=5.0), [1]),
        (Range("price", at_least=6, at_most=29), []),
        (Range("price"), [0, 1]),
        (All((Equals("colour", "red"), Range("price", below=2))), [0]),
        (Any((Equals("new", True), Equals("new", False))), [0, 2]),
    ],
)
def test_what_a_filter_means(filter: Filter, rows: list[int]) -> None:
    assert rows_where(filter) == rows


@given(trees, trees)
def test_laws_of_logic(left: Filter, right: Filter) -> None:
    everywhere = list(range(len(ROWS)))
    assert sorted(rows_where(left) + rows_where(Not(left))) == everywhere
    assert rows_where(Not(Any((left, right)))) == rows_where(All((Not(left), Not(right))))
    assert set(rows_where(All((left, right)))) == set(rows_where(left)) & set(rows_where(right))


@given(trees)
def test_every_tree_is_checked_against_the_fields(tree: Filter) -> None:
    checked(tree, FIELDS)
    if fields_of(tree):
        with pytest.raises(InputError, match="fields: none"):
            checked(tree, {})


def test_an_unknown_field_names_those_that_exist() -> None:
    with pytest.raises(
        InputError, match=r"found 'color'; did you mean 'colour'\? fields: colour, new, price$"
    ):
        checked(Not(Equals("color", "red")), FIELDS)


def test_payloads_are_cleaned_and_keep_one_kind() -> None:
    assert rows_of([{"a": 3, "b": None, "c": float("nan"), "d": ["x", None], "e": []}], 1) == [
        {"a": 3.0, "d": ["x"]}
    ]  # pyright: ignore
    with pytest.raises(InputError, match="'a' to hold number, found 'x'"):
        merged_fields({"a": "number"}, [{"a": "x"}])
    with pytest.raises(InputError, match="not led by _"):
        merged_fields({}, [{"_draw": 1.0}])
    with pytest.raises(InputError, match="text, numbers, flags"):
        merged_fields({}, [{"a": {"b": 1}}])  # pyright: ignore


def test_field_names_can_be_addressed_by_every_backend() -> None:
    assert field_name(" base colour ") == "base_colour"
    assert field_name("a.b[0]") == "a_b_0"
    assert field_name("_draw") == "draw"
    assert field_name("???") == "field"
