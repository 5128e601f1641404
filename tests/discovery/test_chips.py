"""Chips: what results have and the catalogue does not, said once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from saccade.discovery.arrange_pool import Pool
from saccade.discovery.chips import Chip, chips
from saccade.discovery.engine import Row
from saccade.discovery.items import ItemRow
from saccade.discovery.looks_columns import Phrases, Said


class Known:
    """Annotations as given; every phrase is in a twentieth of the catalogue unless said otherwise."""

    def __init__(
        self, said: Sequence[Sequence[str]], shares: dict[str, float] | None = None,
        languages: dict[str, str] | None = None, values: dict[tuple[str, str], float] | None = None,
    ) -> None:  # fmt: skip
        self.said, self.values = said, values or {}
        self.words = sorted({word for some in said for word in some})
        self.shares_of = np.array([(shares or {}).get(word, 0.05) for word in self.words])
        self.languages = [(languages or {}).get(word, "") for word in self.words]

    def annotations(self, image_ids: Sequence[str]) -> Said:
        pairs = [(row, self.words.index(word)) for row, some in enumerate(self.said) for word in some]
        which, codes = np.array(pairs, np.int64).reshape(-1, 2).T
        texts = pa.array(self.words, pa.string())
        tongues = pa.array(self.languages, pa.string())
        return Said(
            which,
            codes,
            np.ones(len(codes), np.float32),
            Phrases(texts, texts, tongues, texts, self.shares_of),
        )

    def shares(self) -> dict[tuple[str, str], float]:
        return self.values


def pool(known: Known, attributes: Sequence[dict[str, str]] | None = None) -> Pool:
    rows = [
        Row(1 - 0.01 * place, f"{place:032x}",
            ItemRow(str(place), None, None, None, None, attributes[place] if attributes else {}, None), None)
        for place in range(len(known.said))
    ]  # fmt: skip
    return Pool(rows, known)  # pyright: ignore


def found(known: Known, attributes: Sequence[dict[str, str]] | None = None, **how) -> list[str]:
    made = pool(known, attributes)
    return [chip.text for chip in chips(made, np.ones(len(made), np.bool_), **how)]


def test_worth_is_coverage_times_log_of_lift() -> None:
    said = [["floral"]] * 6 + [["linen"]] * 3 + [["common"]] * 3
    assert found(Known(said, {"common": 0.2})) == ["floral", "linen"]
    rare = Known([["a"]] * 4 + [["b"]] * 3 + [[]] * 3, {"a": 0.2, "b": 0.001})
    assert found(rare) == ["b", "a"]
    made = pool(rare)
    chip = chips(made, np.ones(10, np.bool_))[0]
    assert (chip.id, chip.kind, chip.count, chip.coverage) == ("phrase:b", "phrase", 3, 0.3)
    assert chip.lift == pytest.approx(300)


def test_a_chip_narrows() -> None:
    assert found(Known([["all"]] * 20 + [["one"]])) == []
    assert found(Known([["all", "two"]] * 2 + [["all"]] * 18)) == ["two"]


def test_what_says_the_same_is_said_once() -> None:
    nested = Known([["scarf", "red scarf"]] * 5 + [["scarf"]] * 3 + [[]] * 12)
    assert found(nested) == ["scarf"]
    apart = Known([["red scarf"]] * 4 + [["scarf"]] * 9 + [[]] * 7)
    assert found(apart) == ["scarf", "red scarf"]
    alike = Known([["zapato", "shoe"]] * 8 + [["shoe"]] + [[]] * 11)
    assert found(alike) == ["shoe"]
    plural = Known([["boot"]] * 5 + [["boots"]] * 4 + [[]] * 11)
    assert found(plural) == ["boot"]
    order = Known([["leather boots"]] * 5 + [["boots in leather"]] * 4 + [[]] * 11)
    assert found(order) == ["leather boots"]


def test_attributes_are_chips_too() -> None:
    values = {("colour", "red"): 0.1, ("brand", "Acme"): 0.5}
    known = Known([[]] * 10, values=values)
    attributes = [{"colour": "red", "brand": "Acme"}] * 5 + [{"colour": "blue"}] * 5
    made = pool(known, attributes)
    (chip,) = chips(made, np.ones(10, np.bool_))
    assert chip == Chip("attribute:colour=red", "attribute", "red", "colour", None, 5, 0.5, 5.0)


def test_taken_ones_and_languages() -> None:
    known = Known([["red", "rot"]] * 4 + [["wool"]] * 4 + [[]] * 6, languages={"rot": "de", "red": "en"})
    assert found(known, taken=["phrase:wool"]) in (["red"], ["rot"])
    assert found(known, language="de") == ["rot", "wool"]
    assert found(known, language="en") == ["red", "wool"]
    assert "red" not in found(known, taken=["attribute:colour=Red"], language="en")


def test_only_what_is_kept_counts_and_only_as_many_as_asked() -> None:
    known = Known([["a"]] * 4 + [["b"]] * 4 + [[]] * 4)
    made = pool(known)
    kept = np.arange(12) >= 4
    assert [chip.text for chip in chips(made, kept)] == ["b"]
    assert chips(made, np.zeros(12, np.bool_)) == ()
    assert len(found(known, most=1)) == 1
    assert found(known, most=0) == []
