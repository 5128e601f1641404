"""Items as a caller hands them over."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.client.items import NewPicture, body, encoded
from saccade.errors import InputError


def test_an_item_without_pictures_says_nothing_of_them() -> None:
    assert body({"title": "A", "price": 2.0}) == {"title": "A", "price": 2.0}
    assert body({"pictures": None}) == {}
    assert body({"pictures": []}) == {"images": []}


def test_roles_and_positions_are_kept() -> None:
    picture = NewPicture("https://a.test/x.png", role="review", position=0)
    assert body({"pictures": [picture]})["images"] == [
        {"role": "review", "position": 0, "url": "https://a.test/x.png"}
    ]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"name": "A"}, "found name"),
        ({"pictures": ["a.jpg"]}, "found the text 'a.jpg'"),
        ({"pictures": [Path("none.jpg")]}, "cannot read the picture none.jpg"),
    ],
)
def test_mistakes_are_named(item, text: str) -> None:
    with pytest.raises(InputError, match=text):
        body(item)


def test_json_is_compact_and_strict() -> None:
    assert encoded({"a": "ü", "b": [1]}) == '{"a":"ü","b":[1]}'.encode()
    with pytest.raises(InputError):
        encoded(float("inf"))
