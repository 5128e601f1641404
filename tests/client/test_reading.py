"""From JSON to dataclasses: what fits, and what is wrong with what does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from saccade.client.answers import Box, FoundObject
from saccade.client.reading import read


@dataclass(frozen=True)
class Inner:
    number: float


@dataclass(frozen=True)
class Outer:
    name: str
    parts: tuple[Inner, ...]
    words: Mapping[str, str]
    maybe: Inner | None
    flag: bool = False
    count: int = 3


GOOD = {"name": "a", "parts": [{"number": 1}], "words": {"x": "y"}, "maybe": None, "more": 1}


def test_what_fits() -> None:
    assert read(Outer, GOOD) == Outer("a", (Inner(1.0),), {"x": "y"}, None, False, 3)
    found = read(Outer, {**GOOD, "maybe": {"number": 2.5}, "flag": True, "count": 4})
    assert (found.maybe, found.flag, found.count) == (Inner(2.5), True, 4)


def test_a_box_is_a_tuple_of_four() -> None:
    data = {"object_id": "o", "box": {"x": 0, "y": 0.5, "width": 1, "height": 0.25}, "category": None,
            "score": 1}  # fmt: skip
    assert read(FoundObject, data).box == Box(0.0, 0.5, 1.0, 0.25) == (0.0, 0.5, 1.0, 0.25)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": 1}, "Outer.name is int, not str"),
        ({"parts": {}}, "Outer.parts is dict, not list"),
        ({"parts": [{"number": 1}, {"number": "1"}]}, r"Outer.parts\[1\].number is str, not float"),
        ({"parts": [{}]}, r"Outer.parts\[0\] has no number"),
        ({"words": []}, "Outer.words is list, not dict"),
        ({"maybe": 1}, "Outer.maybe is int, not dict"),
        ({"count": True}, "Outer.count is bool, not int"),
        ({"flag": 1}, "Outer.flag is int, not bool"),
    ],
)
def test_what_does_not_fit_is_named(change: dict, place: str) -> None:
    with pytest.raises(ValueError, match=place):
        read(Outer, {**GOOD, **change})
