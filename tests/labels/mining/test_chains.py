"""Cohesion and nesting against hand-made counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from saccade.labels.hashing import key_hash
from saccade.labels.mining.chains import chains, cohesion, fragments
from saccade.labels.mining.levels import Level
from saccade.labels.mining.passes import Bucket, grown
from saccade.labels.mining.settings import MiningSettings

TEXTS = ["a b c"] * 6 + ["a b"] * 2 + ["c d"] * 4 + ["d"] * 8


@pytest.fixture
def levels(bucket: Callable[..., Bucket]) -> list[Level]:
    made = bucket([(f"f{i:02d}", "title", "en", text) for i, text in enumerate(TEXTS)])
    return grown([made], ("title",), MiningSettings(support=1, sources=1))


def place(level: Level, key: str) -> int:
    return int(level.rows(np.array([key_hash("en", key)], np.uint64))[0])


def test_cohesion_is_npmi_of_the_weakest_joint(levels: list[Level]) -> None:
    scores = cohesion(chains(levels))
    families = {"a": 8, "b": 8, "c": 10, "d": 12, "a b": 8, "b c": 6, "a b c": 6, "c d": 4}
    total = families["a"] + families["b"] + families["c"] + families["d"]

    def npmi(both: str, left: str, right: str) -> float:
        p, x, y = (families[name] / total for name in (both, left, right))
        return float(np.log(p / (x * y)) / -np.log(p))

    assert scores[1][place(levels[1], "a b")] == pytest.approx(npmi("a b", "a", "b"))
    weakest = min(npmi("a b c", "a", "b c"), npmi("a b c", "a b", "c"))
    assert scores[2][place(levels[2], "a b c")] == pytest.approx(weakest)
    assert set(scores[0]) == {1.0}


def test_words_that_only_occur_together_cohere_wholly(bucket: Callable[..., Bucket]) -> None:
    made = bucket([(f"f{i}", "title", "en", text) for i, text in enumerate(["x y"] * 5 + ["z"] * 9)])
    every = chains(grown([made], ("title",), MiningSettings(support=1, sources=1)))
    assert cohesion(every)[1][0] == pytest.approx(1.0)


def test_languages_have_their_own_chance(bucket: Callable[..., Bucket]) -> None:
    rows = [(f"f{i:02d}", "title", "en", text) for i, text in enumerate(TEXTS)]
    noise = [(f"g{i:02d}", "title", "de", "a b c d e f") for i in range(30)]
    alone, mixed = (
        grown([bucket(made)], ("title",), MiningSettings(support=1, sources=1))
        for made in (rows, rows + noise)
    )
    scores = [cohesion(chains(found))[1][place(found[1], "a b")] for found in (alone, mixed)]
    assert scores[0] == pytest.approx(scores[1])


def test_a_fragment_is_covered_by_one_longer_candidate(levels: list[Level]) -> None:
    every = chains(levels)
    fine = [np.ones(len(chain.families), np.bool_) for chain in every]
    found = fragments(every, fine, 0.75)
    flags = {key: bool(found[key.count(" ")][place(levels[key.count(" ")], key)])
             for key in ("a", "b", "c", "d", "a b", "b c", "a b c")}  # fmt: skip
    # a b covers a and b wholly; a b c covers a b in 6 of 8 families and b c in all
    assert flags == {"a": True, "b": True, "c": False, "d": False, "a b": True, "b c": True, "a b c": False}


def test_what_is_no_candidate_covers_nothing_but_passes_on_what_covers_it(levels: list[Level]) -> None:
    every = chains(levels)
    fine = [np.ones(len(chain.families), np.bool_) for chain in every]
    fine[1][place(levels[1], "a b")] = False
    found = fragments(every, fine, 0.75)
    assert found[0][place(levels[0], "a")], "a b c covers a in 6 of its 8 families"
    assert not fragments(every, fine, 0.8)[0][place(levels[0], "a")]
