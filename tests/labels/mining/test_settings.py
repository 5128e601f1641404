"""Settings outside their limits are refused in one line."""

from __future__ import annotations

from dataclasses import fields

import pytest

from saccade.errors import InputError
from saccade.labels.mining.settings import LIMITS, MiningSettings


@pytest.mark.parametrize("name", LIMITS)
def test_limits_hold(name: str) -> None:
    low, high = LIMITS[name]
    for value in (low - 1, high + 1, float("nan")):
        with pytest.raises(InputError, match=f"expected {name} from"):
            MiningSettings(**{name: value})
    assert getattr(MiningSettings(**{name: low}), name) == low


def test_every_setting_has_limits() -> None:
    assert {found.name for found in fields(MiningSettings)} == set(LIMITS)
