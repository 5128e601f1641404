"""The card in a real browser: pictures show, nothing is fetched, no barrier, a phone and the dark fit.

`SACCADE_SCREENSHOT_CARD=docs/images` draws the pictures of docs/howto/labels.md, of the marketplace's labels.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from saccade.labels.card import gather_facts, write_card
from saccade.pipeline.demo import Demo
from saccade.workspace import Workspace
from tests.labels.card.conftest import LABELS, fill, told


@pytest.fixture(scope="module")
def card(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second card, so that it has something to say about changes."""
    folder = tmp_path_factory.mktemp("browser") / "ws"
    shutil.copytree(pictures / "ws", folder)
    ws = Workspace(folder)
    fill(ws, LABELS[:-3])
    write_card(ws, gather_facts(ws, told()))
    fill(ws, [*LABELS[:3], *LABELS[4:]], seed=1)
    return Path(write_card(ws, gather_facts(ws, told(1))))


def test_every_picture_shows_and_nothing_is_fetched(browser: Any, card: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(card.as_uri())
    decoded = "Promise.all([...document.images].map(i => (i.loading = 'eager', i.decode()))).then(() => true)"
    assert page.evaluate(decoded)
    widths = page.eval_on_selector_all("img", "all => all.map(i => i.naturalWidth)")
    assert len(widths) > 60
    assert min(widths) > 0
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (390, "dark"), (1280, "dark")])
def test_it_fits_a_phone_and_the_dark(browser: Any, card: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(card.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(back.removeprefix("rgb(").split(",")[0])
    assert (red < 60) == (scheme == "dark")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found_by_axe(browser: Any, card: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe here").Axe()
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.goto(card.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else None  # the rest is the same in both
    listed = axe.run(page, options=options).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in listed] == []
    page.close()


def test_keys_alone_reach_the_parts_and_the_tables(browser: Any, card: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(card.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('main .scroll')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    page.close()


PICTURES = os.environ.get("SACCADE_SCREENSHOT_CARD")


@pytest.mark.skipif(PICTURES is None, reason="SACCADE_SCREENSHOT_CARD names no folder")
def test_pictures_of_the_marketplaces_card(browser: Any, tmp_path: Path) -> None:
    demo = Demo(tmp_path / "demo", products=1500)
    assert list(demo.run())
    card = Path(Workspace(demo.workspace).path("reports/labels/card.html"))
    page = browser.new_page(viewport={"width": 1000, "height": 1180})
    page.goto(card.as_uri())
    page.screenshot(path=Path(str(PICTURES)) / "card.png")
    page.evaluate("Promise.all([...document.images].map(i => (i.loading = 'eager', i.decode())))")
    heading = page.get_by_role("heading", name="Largest")
    heading.evaluate("at => window.scrollTo(0, at.getBoundingClientRect().top + scrollY - 20)")
    page.screenshot(
        path=Path(str(PICTURES)) / "card-clusters.png", clip={"x": 0, "y": 0, "width": 1000, "height": 760}
    )
    page.close()
