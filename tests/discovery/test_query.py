"""A query has exactly one way in, and says so."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.discovery.query import Query
from saccade.errors import InputError
from saccade.vision.boxes import Box


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"item_id": "a"}, "item_id"),
        ({"image": b"x"}, "image"),
        ({"url": "https://example.org/a.jpg"}, "url"),
        ({"text": "red shoe"}, "text"),
        ({"vector": np.ones(3)}, "vector"),
    ],
)
def test_the_kind_is_what_was_given(given: dict, kind: str) -> None:
    assert Query(**given).kind == kind


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "exactly one of item_id, image, url, text, vector; found none"),
        ({"text": "x", "item_id": "a"}, "found item_id and text"),
        ({"text": "x", "k": 0}, "k is 1 to 1000, found 0"),
        ({"text": "x", "k": 1001}, "found 1001"),
        ({"text": "  "}, "text of a query is empty"),
        ({"text": "x", "box": Box(0, 0, 1, 1)}, "a box needs a picture; text has none"),
        ({"vector": np.ones(3), "box": Box(0, 0, 1, 1)}, "vector has none"),
    ],
)
def test_what_is_refused(given: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Query(**given)
