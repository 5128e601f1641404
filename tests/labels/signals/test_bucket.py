"""Settings and columns are checked."""

from __future__ import annotations

import pytest

from saccade.errors import InputError
from saccade.labels.signals.bucket import SignalSettings, bucket


@pytest.mark.parametrize(
    "wrong", [{"characters": 0}, {"texts_per_source": 0}, {"languages": ("eng",)}, {"languages": ("EN",)}]
)
def test_settings_are_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="expected"):
        SignalSettings(**wrong)  # type: ignore[arg-type]


def test_missing_columns(gathered) -> None:
    with pytest.raises(InputError, match="weight"):
        bucket(gathered([]).drop_columns(["weight"]), SignalSettings())


def test_texts_are_read_once(gathered) -> None:
    read = bucket(
        gathered([("a", "f", "title", "oak sofa"), ("b", "g", "title", "oak sofa"), ("b", "g", "alt", None)]),
        SignalSettings(),
    )
    assert len(read.words) == 2
    assert len(read.text) == 3
