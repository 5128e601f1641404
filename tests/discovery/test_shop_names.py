"""When a detector's word is a category of the catalogue."""

from __future__ import annotations

import pytest

from saccade.discovery.answer import Part
from saccade.discovery.shop_names import categories_of, named_alike, same_name, within
from saccade.index.filters import All, AnyOf, Equals
from saccade.vision.boxes import Box


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("lamp", "Lamps", True), ("lamp", "table lamp", True), ("t-shirt", "T-Shirts", True),
        ("dress", "dresses", False), ("glass", "glas", False), ("couch", "sofa", False),
        ("lamp", None, False), ("", "lamp", False), ("table lamp", "floor lamp", False),
    ],
)  # fmt: skip
def test_names_are_compared_by_words(one: str, other: str | None, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


def test_only_a_sure_and_named_thing_has_categories() -> None:
    class Known:
        def shares(self) -> dict[tuple[str, str], float]:
            return {("category", "table lamp"): 0.5, ("category", "sofa"): 0.5, ("style", "lamp"): 1.0}

    def part(category: str | None, score: float | None) -> Part:
        return Part(Box(0, 0, 1, 1), None, category, score)

    found = [
        categories_of(one, Known())  # pyright: ignore
        for one in (
            part("lamp", 0.9),
            part("lamp", None),
            part("lamp", 0.2),
            part("object", 0.9),
            part(None, 0.9),
        )
    ]
    assert found == [("table lamp",), ("table lamp",), (), (), ()]
    assert named_alike("lamp", ["sofa", "wall lamp", "lamps"]) == ("lamps", "wall lamp")


def test_a_filter_is_narrowed_where_the_index_knows_categories() -> None:
    base = Equals("role", "seller")
    assert within((), base, {"category": "text"}) is base
    assert within(("lamp",), base, {}) is base
    assert within(("lamp",), None, {"category": "text"}) == AnyOf("category", ("lamp",))
    assert within(("lamp",), base, {"category": "text"}) == All((base, AnyOf("category", ("lamp",))))
