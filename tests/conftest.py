"""Fixtures that every test folder shares."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real photographs: `$SACCADE_DATA`, or `../shared/data` beside the checkout."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SACCADE_DATA", default))
    if not folder.is_dir():
        pytest.skip("no real photographs here: set SACCADE_DATA to their folder")
    return folder


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Whatever Chromium there is, with the module's `FLAGS`; its tests are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright here")
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=found, args=getattr(request.module, "FLAGS", FLAGS))
        yield made
        made.close()
