"""Settings of a detector's training: what is refused, and which batch norms keep their statistics."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from saccade.errors import InputError
from saccade.training.detection.settings import DetectorOptions


def base(source: str) -> Any:
    return cast("Any", SimpleNamespace(config=SimpleNamespace(source=source)))


@pytest.mark.parametrize(
    ("norms", "source", "kept"),
    [
        ("auto", "untrained", False), ("auto", "somewhere", True), ("frozen", "untrained", True),
        ("learned", "somewhere", False),
    ],
)  # fmt: skip
def test_which_norms_are_kept(norms: Any, source: str, kept: bool) -> None:
    assert DetectorOptions(model="m", norms=norms).keeps_norms(base(source)) is kept


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="32 pixels or more"):
        DetectorOptions(model="m", size=16)
    with pytest.raises(InputError, match="linear-probe"):
        DetectorOptions(model="m", recipe="cached")
    with pytest.raises(InputError, match="leave out --categories"):
        DetectorOptions(model="m", agnostic=True, categories=("hat",))
