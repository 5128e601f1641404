"""Both click models do what their papers say."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.bazaar.clicks import Browsing, Cascade, PositionBased
from saccade.bazaar.random import stream
from saccade.errors import InputError


def rates(
    model: Browsing, attraction: np.ndarray, satisfaction: np.ndarray, visits: int = 20_000
) -> np.ndarray:
    dice = stream(1, "clicks")
    return np.mean([model.clicked(attraction, satisfaction, dice) for _ in range(visits)], axis=0)


def test_position_based_clicks_are_examination_times_attraction() -> None:
    attraction = np.array([0.2, 0.9, 0.5, 0.5, 0.1])
    found = rates(PositionBased(0.7), attraction, attraction)
    assert np.allclose(found, np.arange(1, 6) ** -0.7 * attraction, atol=0.012)


def test_no_bias_at_eta_zero() -> None:
    assert PositionBased(0).examination(4).tolist() == [1, 1, 1, 1]


def test_cascade_ends_when_satisfied_or_tired() -> None:
    attraction, satisfaction = np.full(4, 0.5), np.full(4, 0.4)
    goes_on = 0.9 * (1 - 0.5 * 0.4)
    assert np.allclose(
        rates(Cascade(0.9), attraction, satisfaction), 0.5 * goes_on ** np.arange(4), atol=0.012
    )
    assert rates(Cascade(0.0), attraction, satisfaction, 200)[1:].sum() == 0


def test_a_better_result_above_takes_clicks_away_in_a_cascade() -> None:
    good, bad = np.array([0.9, 0.5]), np.array([0.1, 0.5])
    assert rates(Cascade(0.9), good, good)[1] < rates(Cascade(0.9), bad, bad)[1] - 0.1


def test_no_results_no_clicks() -> None:
    empty = np.zeros(0)
    for model in (PositionBased(), Cascade()):
        assert len(model.clicked(empty, empty, stream(0, "clicks"))) == 0


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="eta"):
        PositionBased(-1)
    with pytest.raises(InputError, match="patience"):
        Cascade(1.5)
