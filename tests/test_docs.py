"""The documentation builds without a warning, fetches nothing, and keeps its promises of form."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DECISIONS = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md")
PARTS = ["Question", "Decision", "Why", "Cost", "Look again when"]
# What makes a browser fetch: a link to follow is not among them.
FETCH = re.compile(
    r"<(?:script|img|iframe|source)[^>]*\ssrc=[\"']?(?:https?:)?//|<link[^>]*\shref=[\"']?(?:https?:)?//"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    mkdocs = Path(sys.executable).parent / "mkdocs"
    command = [mkdocs, "build", "--strict", "--quiet", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
    return folder


def test_pages_are_built(site: Path) -> None:
    for name in ("index.html", "quickstart.html", "architecture.html", "reference/index.html"):
        assert (site / name).is_file(), name


def test_pages_fetch_nothing(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert pages
    assert [page.name for page in pages if FETCH.search(page.read_text())] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_decisions_keep_their_form(page: Path) -> None:
    text = page.read_text()
    assert re.findall(r"^\*\*([A-Z][a-z ]+?)\.?\*\*", text, re.MULTILINE) == PARTS
    assert len(text.splitlines()) <= 60
    assert f"({page.name})" in (page.parent / "README.md").read_text(), (
        "not listed in docs/decisions/README.md"
    )


def test_every_package_stands_on_a_floor_of_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    listed = set(re.findall(r"^\| \d \| `(\w+)` \|", text, re.MULTILINE))
    assert listed == {path.parent.name for path in (ROOT / "src" / "saccade").glob("*/__init__.py")}
