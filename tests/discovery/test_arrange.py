"""Settings that are refused, how deep a question goes, and the agreement score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest

from saccade.discovery.arrange import CANDIDATES, DEEP, Arrange
from saccade.discovery.arrange_agreement import Facts, agreement
from saccade.discovery.arrange_pool import Pool
from saccade.discovery.engine import Row
from saccade.discovery.items import ItemRow
from saccade.discovery.looks_columns import Phrases, Said
from saccade.discovery.narrow import Narrow
from saccade.errors import InputError


def row(
    category: str | None = None, price: float | None = None, attributes: Mapping[str, str] | None = None
) -> Row:
    return Row(0.5, "a" * 32, ItemRow("i", None, category, price, None, attributes or {}, None), None)


class Known:
    """Words said of each picture; every one of a quarter of all pictures."""

    def __init__(self, said: Sequence[Sequence[str]]) -> None:
        self.said = said

    def annotations(self, image_ids: Sequence[str]) -> Said:
        words = sorted({word for some in self.said for word in some}) or ["none"]
        pairs = [(place, words.index(word)) for place, some in enumerate(self.said) for word in some]
        which, codes = np.array(pairs, np.int64).reshape(-1, 2).T
        names = pa.array(words, pa.string())
        return Said(
            which, codes, np.ones(len(codes), np.float32),
            Phrases(names, names, names, names, np.full(len(words), 0.25)),
        )  # fmt: skip


def scored(facts: Facts, rows: Sequence[Row], said: Sequence[Sequence[str]] | None = None) -> list[float]:
    pool = Pool(rows, Known(said or [[]] * len(rows)))  # pyright: ignore
    return agreement(facts, pool).scores.tolist()


def test_all_that_agrees_is_one_and_nothing_is_zero() -> None:
    facts = Facts("Boot", 100.0, {"colour": "red"}, {"w": 2.0})
    rows = [row("boot", 100.0, {"colour": "RED"}), row("lamp", 300.0, {"colour": "blue"}), row()]
    assert scored(facts, rows, [["w"], ["v"], []]) == pytest.approx([1, 0, 0.5])


def test_weights_are_those_that_are_documented() -> None:
    facts = Facts("boot", 100.0, {"colour": "red"}, {"w": 1.0, "v": 3.0})
    base = {"category": "lamp", "price": 500.0, "attributes": {"colour": "blue"}}
    rows = [row(**{**base, "category": "boot"}), row(**{**base, "price": 100.0}),
            row(**{**base, "attributes": {"colour": "red"}}), row(**base)]  # fmt: skip
    assert scored(facts, rows, [["u"], ["u"], ["u"], ["v"]]) == pytest.approx(
        [3 / 7, 1 / 7, 1 / 7, 2 / 7 * 0.75]
    )


def test_prices_fall_to_nothing_at_twice_and_half() -> None:
    facts = Facts(None, 100.0, {}, {})
    found = scored(facts, [row(price=price) for price in (100.0, 150.0, 200.0, 50.0, 400.0, 0.0)])
    assert found == pytest.approx([1, 1 - np.log2(1.5), 0, 0, 0, 0.5])


def test_what_is_missing_is_neutral_and_what_the_query_lacks_is_no_part() -> None:
    assert scored(Facts("boot", None, {}, {}), [row(None), row("boot", 5.0, {"x": "y"})]) == [0.5, 1.0]
    assert scored(Facts(None, None, {}, {}), [row("boot", 5.0)]) == [0.5]
    assert not Facts(None, None, {}, {})
    assert Facts(None, None, {}, {"w": 1.0})


def test_what_agrees_is_named() -> None:
    facts = Facts("boot", 100.0, {"colour": "red"}, {"w": 1.0})
    pool = Pool([row("boot", 110.0, {"colour": "blue"})], Known([["w", "v"]]))  # pyright: ignore
    assert agreement(facts, pool, [0]).agreed(0) == ("category", "price", "labels: w")


def test_more_is_asked_for_where_something_is_taken_away() -> None:
    assert Arrange().depth(20) == CANDIDATES
    assert Arrange().depth(500) == 500
    assert Arrange(agreement=0.1).depth(20) == Arrange(narrow=Narrow(colour="red")).depth(20) == DEEP
    assert Arrange(candidates=50).depth(20) == 50


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"agreement": 1.1}, r"agreement is a number in 0\.\.1, found 1.1"),
        ({"diversity": -1}, "diversity is a number"),
        ({"spread_weight": float("nan")}, "spread_weight is a number"),
        ({"chips": 51}, "0 to 50 chips, found 51"),
        ({"candidates": 1001}, "1 to 1000 candidates"),
    ],
)
def test_what_is_refused(given: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Arrange(**given)
