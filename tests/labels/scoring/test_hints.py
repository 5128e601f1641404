"""What speaks for a pair besides who says it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.scoring.evidence import Dense, Evidence, dense
from saccade.labels.scoring.hints import ASSUMED, MOST, Hints, fit_hints
from saccade.labels.shapes import HEARD, SAID
from tests.labels.scoring.worlds import vocabulary


@pytest.fixture
def shop() -> tuple[Evidence, Dense, pa.Table]:
    """Three subjects with four captions each; pair by pair: fits, does not, unknown; alone, inside."""
    said = pa.table({
        "subject": [0, 0, 1, 1, 2], "phrase": [0, 1, 0, 2, 3], "source": [0] * 5, "texts": [4, 1, 2, 1, 1],
        "weight": [1.0] * 5, "longest": [1.0, 0.0, 1.0, 1.0, 0.5], "copied": [0] * 5,
    }, schema=SAID)  # fmt: skip
    heard = pa.table(
        {"subject": [0, 1, 2], "source": [0] * 3, "language": [0] * 3, "texts": [4] * 3}, schema=HEARD
    )
    near = np.array([0.9, -0.2, 0.5, np.nan, 0.3], np.float32)
    evidence = Evidence(said, heard, near, ("caption",), ("en",))
    phrases = vocabulary(4, np.array([100, 10, 10, 1]))
    phrases = phrases.set_column(7, "npmi", pa.array([None, 0.1, 0.9, 0.5], pa.float32()))
    return evidence, dense(evidence, np.zeros(4, np.int32), ("caption",)), phrases


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("similarity", 0, 1),
        ("share", 0, 2),
        ("longest", 0, 1),
        ("rarity", 4, 0),
        ("cohesion", 3, 1),
    ],
)
def test_each_hint_has_its_direction(
    shop: tuple[Evidence, Dense, pa.Table], name: str, more: int, less: int
) -> None:
    evidence, view, phrases = shop
    lean = fit_hints(evidence, view, phrases, {name: ASSUMED[name]}).log_odds(evidence, view, phrases)
    assert lean[more] > lean[less]


def test_unknown_says_nothing(shop: tuple[Evidence, Dense, pa.Table]) -> None:
    evidence, view, phrases = shop
    lean = fit_hints(evidence, view, phrases, {"similarity": 1.0}).log_odds(evidence, view, phrases)
    assert lean[3] == 0 and (lean[[0, 1]] != 0).all()
    assert lean[:2].sum() + lean[[2, 4]].sum() == pytest.approx(0, abs=1e-6)


def test_the_scale_of_vectors_does_not_matter(shop: tuple[Evidence, Dense, pa.Table]) -> None:
    evidence, view, phrases = shop
    other = Evidence(
        evidence.said,
        evidence.heard,
        evidence.similarity / np.float32(4) + np.float32(0.1),
        ("caption",),
        ("en",),
    )
    first, second = (
        fit_hints(one, view, phrases, ASSUMED).log_odds(one, view, phrases) for one in (evidence, other)
    )
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_hints_are_mild(shop: tuple[Evidence, Dense, pa.Table]) -> None:
    evidence, view, phrases = shop
    lean = fit_hints(evidence, view, phrases, dict.fromkeys(ASSUMED, 50.0)).log_odds(evidence, view, phrases)
    assert np.abs(lean).max() == MOST


def test_a_hint_that_is_the_same_of_all_is_left_out(shop: tuple[Evidence, Dense, pa.Table]) -> None:
    evidence, view, phrases = shop
    same = Evidence(evidence.said, evidence.heard, np.full(5, 0.3, np.float32), ("caption",), ("en",))
    assert fit_hints(same, view, phrases, {"similarity": 1.0}).lines == {}


def test_record(shop: tuple[Evidence, Dense, pa.Table]) -> None:
    evidence, view, phrases = shop
    hints = fit_hints(evidence, view, phrases, ASSUMED)
    assert set(hints.lines) == set(ASSUMED)
    assert Hints.from_record(hints.to_record()) == hints
