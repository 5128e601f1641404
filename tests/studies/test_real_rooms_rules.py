"""Rules from things to ten products: merging, narrowing, what is shown once, chance, the choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import real_rooms_rules as rules
from real_rooms_rules import GATES, KNOWN, PADS, Room, Rule, Seen, Shop, chance, chosen, distinct, shown
from scipy.stats import hypergeom

from saccade.discovery.answer import Part
from saccade.vision.boxes import Box

COUNT = 30
TYPES = ["Chair" if place % 3 == 0 else "Vase" for place in range(COUNT)]
SHOP = Shop(
    [f"p{place}" for place in range(COUNT)], np.eye(COUNT, dtype=np.float32), TYPES,
    [f"c{place // 2}" for place in range(COUNT)], [f"l{place // 5}" for place in range(COUNT)],
)  # fmt: skip


def thing(category: str, score: float, left: float) -> Part:
    return Part(Box(left, 0.1, 0.2, 0.2), None, category, score)


def falling(first: int, top: float) -> np.ndarray:
    """Scores that fall from `top` at the product `first`, in a circle."""
    return np.roll(np.linspace(top, top - 0.29, COUNT), first).astype(np.float32)


def room(parts: tuple[Part, ...], scores: list[np.ndarray], products: tuple[str, ...] = ("p0",)) -> Room:
    crops = {pad: np.array(scores).reshape(-1, COUNT).astype(np.float32) for pad in PADS}
    return Room("r", (Seen(parts, crops, falling(20, 0.4)),), (b"",), frozenset(products))


SURE, UNSURE = thing("chair", 0.9, 0.1), thing("vase", 0.4, 0.6)
DOUBTED = thing("vase", 0.2, 0.6)
BOTH = room((SURE, UNSURE), [falling(0, 0.5), falling(10, 0.9)])


def test_best_score_takes_the_loudest_list_and_turns_take_each() -> None:
    assert shown(BOTH, SHOP, KNOWN) == [f"p{place}" for place in range(10, 20)]
    turns = shown(BOTH, SHOP, replace(KNOWN, merge="turns"))
    assert turns[:4] == ["p0", "p10", "p1", "p11"]  # the surer thing first
    assert len(turns) == len(set(turns)) == 10


def test_the_gate_drops_unsure_things_and_without_any_the_whole_picture_asks() -> None:
    assert shown(BOTH, SHOP, replace(KNOWN, gate=0.5))[0] == "p0"
    empty = room((thing("chair", 0.1, 0.1),), [falling(0, 0.5)])
    assert shown(empty, SHOP, KNOWN)[0] == "p20"


def test_a_sure_name_narrows_and_an_unsure_one_does_not() -> None:
    only = room((SURE,), [falling(1, 0.5)])
    found = shown(only, SHOP, replace(KNOWN, named=True))
    assert all(TYPES[int(name[1:])] == "Chair" for name in found)
    assert shown(only, SHOP, KNOWN)[0] == "p1"
    doubted, every = room((DOUBTED,), [falling(0, 0.5)]), replace(KNOWN, gate=0.1)
    assert shown(doubted, SHOP, replace(every, named=True)) == shown(doubted, SHOP, every)


@pytest.mark.parametrize(("apart", "expected"), [("copies", "p2"), ("line", "p5")])
def test_each_group_is_shown_once(apart: str, expected: str) -> None:
    assert distinct(range(COUNT), SHOP, apart)[:2] == ["p0", expected]


def test_chance_is_the_hypergeometric_one() -> None:
    some = room((), [], ("p1", "p2", "p3", "elsewhere"))
    assert chance(some, SHOP) == pytest.approx(1 - hypergeom(COUNT, 3, 10).pmf(0))


def test_the_choice_is_the_first_rule_that_finds_most() -> None:
    sure_one = room((SURE, UNSURE), [falling(0, 0.5), falling(10, 0.9)], ("p4",))
    rule = chosen([sure_one], SHOP)
    assert rule.merge == "turns" or rule.gate == 0.5
    assert rules.hit(shown(sure_one, SHOP, rule), sure_one) == 1 and rules.hit(["p9"], sure_one) == 0
    every = list(rules.rules())
    assert len(set(every)) == len(every) and KNOWN in every and {rule.gate for rule in every} == set(GATES)


def test_about_a_third_of_the_rooms_chooses() -> None:
    sides = [replace(BOTH, room=f"room {number}").chooses for number in range(300)]
    assert 70 < sum(sides) < 130


def test_a_rule_is_told_in_words() -> None:
    assert "crops as found" in KNOWN.told
    assert "turns" in Rule(merge="turns").told and "grown by 0.15" in Rule(pad=0.15).told
