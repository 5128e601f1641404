"""Reliability: a calibrated score has no error, a shifted one has its shift."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.labels.card.given import JudgedPairs
from saccade.labels.card.reliability import reliability


def judged(shift: float) -> JudgedPairs:
    rng = np.random.default_rng(0)
    chance = rng.random(40_000) * 0.6
    return JudgedPairs(tuple((chance + shift).tolist()), tuple((rng.random(len(chance)) < chance).tolist()))


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_the_error_is_the_shift(shift: float) -> None:
    found = reliability(judged(shift))
    assert found is not None
    assert found.ece == pytest.approx(shift, abs=0.02)
    assert sum(one.pairs for one in found.bins) == found.pairs == 40_000
    assert all(one.true.low <= one.true.value <= one.true.high for one in found.bins)


def test_the_ends_of_the_scale_have_a_bin() -> None:
    found = reliability(JudgedPairs((0.0, 1.0), (False, True)))
    assert found is not None
    assert [(one.score, one.true.value) for one in found.bins] == [(0, 0), (1, 1)]
    assert found.ece == 0


def test_no_pairs_and_uneven_pairs() -> None:
    assert reliability(None) is None
    assert reliability(JudgedPairs((), ())) is None
    with pytest.raises(InputError, match="2 and 1"):
        reliability(JudgedPairs((0.1, 0.2), (True,)))
