"""Fixtures that every test folder shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real photographs: `$SACCADE_DATA`, or `../shared/data` beside the checkout."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SACCADE_DATA", default))
    if not folder.is_dir():
        pytest.skip("no real photographs here: set SACCADE_DATA to their folder")
    return folder
