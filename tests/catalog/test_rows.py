"""Rows with tables inside a column."""

from __future__ import annotations

from saccade.catalog.rows import _flat


def test_a_table_named_attributes_becomes_bare_attributes() -> None:
    assert list(_flat("attributes", {"colour": "red", "size": 9})) == [("colour", "red"), ("size", 9)]


def test_an_arrow_map_is_a_table_too() -> None:
    assert list(_flat("attributes", [("colour", "red")])) == [("colour", "red")]


def test_other_tables_keep_their_name() -> None:
    assert list(_flat("spec", {"weight": 3})) == [("spec.weight", 3)]


def test_plain_values_and_lists_pass() -> None:
    assert list(_flat("tags", ["a", "b"])) == [("tags", ["a", "b"])]
    assert list(_flat("colour", "red")) == [("colour", "red")]
