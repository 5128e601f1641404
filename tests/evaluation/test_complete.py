"""Fill in the blank: chance, planted compatibility, ties, and real outfits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from saccade.discovery.complete.bilinear import FitSettings
from saccade.discovery.complete.looks import Looks, make_looks
from saccade.errors import InputError
from saccade.evaluation.complete import CHANCE, CHOICES, fill_category, fill_in, questions

SMALL = FitSettings(width=12, rank=8, epochs=6, triplets=4000, enough=20)


def planted(goes_together: bool) -> Looks:
    """Looks of a sofa and a lamp, of one taste where things go together, of any otherwise."""
    dice, tastes = np.random.default_rng(0), 5
    vectors: dict[str, np.ndarray] = {}
    for number in range(40):
        for kind, shift in (("sofa", 0), ("lamp", tastes)):
            vector = dice.normal(0, 0.15, 2 * tastes)
            vector[shift + number % tastes] += 1
            vectors[f"{kind}-{number}"] = (vector / np.linalg.norm(vector)).astype(np.float32)
    groups: list[list[str]] = []
    for _ in range(300):
        first = int(dice.integers(40))
        second = first % tastes + tastes * int(dice.integers(8)) if goes_together else int(dice.integers(40))
        groups.append([f"sofa-{first}", f"lamp-{second}"])
    return make_looks(groups, vectors, {name: name.split("-")[0] for name in vectors})


def test_what_goes_together_is_found() -> None:
    found = fill_in(planted(True), SMALL)
    assert found["bilinear"].low > 0.45 > CHANCE
    assert found["categories"].mean == CHANCE
    assert found.against("categories").difference.low > 0 and found.against("likeness").difference.low > 0


def test_where_nothing_goes_together_nothing_is_found() -> None:
    found = fill_in(planted(False), SMALL)
    assert found["bilinear"].low < CHANCE + 0.05 and found["bilinear"].mean < 0.4


def test_questions_are_fair() -> None:
    looks = planted(True)
    asked = questions(looks, range(40), 3, np.random.default_rng(0))
    assert len(asked) == 80
    for one in asked:
        kinds = looks.category[one.choices]
        assert len(set(one.choices.tolist())) == CHOICES and len(set(kinds.tolist())) == 1
        assert one.choices[0] in looks[one.look] and not np.isin(one.choices[1:], looks[one.look]).any()
        assert not np.isin(looks.category[one.rest], kinds).any() and one.choices[0] not in one.rest


def test_nothing_to_ask() -> None:
    few = make_looks([["a", "b"]] * 5, {"a": np.ones(2, np.float32), "b": np.ones(2, np.float32)},
                     {"a": "x", "b": "y"})  # fmt: skip
    with pytest.raises(InputError, match="four things of one category"):
        fill_in(few)
    with pytest.raises(InputError, match="categories or more"):
        fill_category([["x", "y"]])


def test_categories_of_planted_looks() -> None:
    """Summer things and winter things: which of four is missing can be told, popularity cannot."""
    dice = np.random.default_rng(0)
    kinds = (["hat", "sandal", "dress", "bag"], ["coat", "boot", "scarf", "glove"])
    groups = [dice.permutation(kinds[int(dice.integers(2))])[:3].tolist() for _ in range(400)]
    found = fill_category(groups)  # of the four choices, one other fits as well as the one that is missing
    assert found["categories"].mean > 0.6 and found["popularity"].mean < 0.45


def test_real_outfits(data_dir: Path) -> None:
    """Which category is missing from a Pinterest outfit: above chance, and above taking the commonest."""
    place = data_dir / "outfits" / "outfits_train.parquet"
    if not place.is_file():
        pytest.skip("no outfits here")
    outfits: dict[str, list[str]] = {}
    for row in pq.read_table(place, columns=["outfit_id", "label"]).to_pylist():
        outfits.setdefault(row["outfit_id"], []).append(row["label"])
    found = fill_category(list(outfits.values()))
    assert found["categories"].low > CHANCE
    assert found.against("popularity", "categories").difference.low > 0
