"""Fixtures that every test folder shares."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
TESTS = Path(__file__).parent
# Files of few tests that take long, the longest first.
SLOWEST = (
    "labels/test_engine.py",
    "test_repository.py",
    "test_readme.py",
    "training/loop/test_launched.py",
    "fingerprints/test_cluster.py",
    "test_faults.py",
    "index/test_stage.py",
    "service/test_writer.py",
    "service/test_switch.py",
    "training/loop/test_stopping.py",
    "test_page_discovery.py",
    "pipeline/test_demo.py",
    "models/detector/test_export.py",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the files, long files begin first: one that begins last is waited for.

    Then those of most tests, as pytest-xdist would have it; it keeps this order with --no-loadscope-reorder.
    """
    if not hasattr(config, "workerinput"):
        return
    ranks = {TESTS / name: rank for rank, name in enumerate(SLOWEST)}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (ranks.get(item.path, len(ranks)), -tests[item.path]))


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
