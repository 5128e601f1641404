"""Who gets which question, on which side."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from saccade.errors import InputError
from saccade.evaluation.judging.making import Wanted
from saccade.evaluation.judging.order import done, remaining, upcoming
from saccade.evaluation.judging.sides import flipped, grade_of, laid_out, side_of
from tests.evaluation.judging.toy import plan

GRADES = plan(Wanted(("a",), depth=2, by="image", raters=2), queries=30)
SIDES = plan(Wanted(("a", "b"), kind="sides", depth=3, by="image"), queries=200, good=(0.3, 0.5))


def test_everybody_gets_everything_once_until_enough_have_answered() -> None:
    given: dict[str, dict[str, int]] = {}
    for rater in ("ann", "bob", "eve"):
        while found := upcoming(GRADES, given, rater, 3):
            assert len({one.question_id for one in found}) == len(found)
            for one in found:
                given.setdefault(one.question_id, {})[rater] = 1
    assert Counter(name for said in given.values() for name in said) == {"ann": 60, "bob": 60}
    assert done(GRADES, given) == GRADES.wanted == 120
    assert remaining(GRADES, given, "eve") == 0


def test_what_others_began_comes_first() -> None:
    begun = {one.question_id: {"ann": 2} for one in upcoming(GRADES, {}, "ann", 5)}
    assert {one.question_id for one in upcoming(GRADES, begun, "bob", 5)} == set(begun)
    assert not {one.question_id for one in upcoming(GRADES, begun, "ann", 60)} & set(begun)


def test_the_order_is_each_raters_own_and_mixes_queries_and_ranks() -> None:
    ann, bob = (upcoming(GRADES, {}, name, 60) for name in ("ann", "bob"))
    assert ann == upcoming(GRADES, {}, "ann", 60)
    assert [one.question_id for one in ann] != [one.question_id for one in bob]
    follows = sum(a.query_id == b.query_id for a, b in pairwise(ann))
    assert follows < 10
    firsts = sum(one.ranks[0] == 1 for one in ann[:30])
    assert 7 < firsts < 23


def test_what_is_skipped_does_not_come_now() -> None:
    first, second = upcoming(GRADES, {}, "ann", 2)
    assert upcoming(GRADES, {}, "ann", 1, {first.question_id}) == [second]


def test_sides_are_drawn_evenly_and_turned_back() -> None:
    left = sum(flipped(SIDES, one, "ann") for one in SIDES.questions)
    assert 70 < left < 130
    for one in SIDES.questions[:20]:
        for rater in ("ann", "bob"):
            lists = laid_out(SIDES, one, rater)
            assert lists == laid_out(SIDES, one, rater)
            assert lists[1 if flipped(SIDES, one, rater) else 0] == one.shown[0]
            assert grade_of(SIDES, one, rater, "tie") == 0
            chosen = lists[0 if grade_of(SIDES, one, rater, "left") else 1]
            assert chosen == one.shown[0 if grade_of(SIDES, one, rater, "left") == -1 else 1]
            for side in ("left", "tie", "right"):
                assert side_of(SIDES, one, rater, grade_of(SIDES, one, rater, side)) == side


def test_two_raters_see_different_sides() -> None:
    differ = [flipped(SIDES, one, "ann") != flipped(SIDES, one, "bob") for one in SIDES.questions]
    assert 60 < sum(differ) < 140


def test_a_plan_of_grades_has_no_sides() -> None:
    with pytest.raises(InputError, match="grades"):
        laid_out(GRADES, GRADES.questions[0], "ann")
