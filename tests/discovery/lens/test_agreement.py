"""The vote of results for their category: who rises, who votes, and what stays as it was."""

from __future__ import annotations

import pytest

from saccade.discovery.lens.agreement import agreed
from saccade.discovery.lens.shapes import Blended, Candidate

KINDS = {"mug": "mug", "cup": "mug", "bowl": "mug", "hat": "hat"}


def order(*names: str) -> list[Blended]:
    """Results with scores 1.0, 0.9, ..., each of one source."""
    return [Blended(Candidate(n, 1.0, n, None), 1 - at / 10, ()) for at, n in enumerate(names)]


def keys(found: list[Blended]) -> list[str]:
    return [one.candidate.key for one in found]


def test_what_most_agree_on_rises() -> None:
    assert keys(agreed(order("hat", "mug", "cup", "bowl"), KINDS)) == ["mug", "cup", "bowl", "hat"]


def test_strength_zero_changes_nothing() -> None:
    before = order("hat", "mug", "cup")
    assert agreed(before, KINDS, 0.0) == before


def test_scores_are_shares_of_the_votes() -> None:
    found = {one.candidate.key: one.score for one in agreed(order("hat", "mug", "cup"), KINDS)}
    votes = 1.0 + 0.9 + 0.8
    assert found["hat"] == pytest.approx(1.0 * 1.0 / votes)
    assert found["mug"] == pytest.approx(0.9 * 1.7 / votes)
    assert all(0 <= score <= 1 for score in found.values())


def test_only_the_first_vote() -> None:
    """With one voter, its category is all that counts."""
    found = agreed(order("hat", "mug", "cup", "bowl"), KINDS, voters=1)
    assert keys(found)[0] == "hat"
    assert [one.score for one in found[1:]] == [0, 0, 0]


def test_without_categories_the_order_stays() -> None:
    assert keys(agreed(order("hat", "mug"), {})) == ["hat", "mug"]
    assert agreed([], KINDS) == []
