"""The picture page in a real browser: every picture shows, nothing is fetched, phone and dark mode work."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.bazaar import Bazaar
from saccade.catalog.ingest import Ingest
from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.discovery.show import answers_page
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.stage import BuildIndex
from saccade.pipeline.models import fit_to_catalogue
from saccade.workspace import Workspace


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of three camera photos over a small marketplace."""
    folder = tmp_path_factory.mktemp("browser")
    market = Bazaar(seed=0, products=60, photos=1)
    market.write(folder / "bazaar")
    ws = Workspace(folder / "ws", create=True)
    Ingest(str(folder / "bazaar" / "catalogue" / "items.jsonl")).run(ws)
    fit_to_catalogue(ws, folder / "model")
    model_id = keep_model(ws, folder / "model")
    Fingerprint(model_id).run(ws)
    BuildIndex(model_id).run(ws)
    engine = Engine(ws)
    photos = [
        (folder / "bazaar" / "photos" / f"{market.query_id(n, 0)}.jpg").read_bytes() for n in (7, 20, 38)
    ]
    queries = [Query(image=photo, k=12) for photo in photos]
    page = answers_page(
        engine, [(q, engine.search(q)) for q in queries], "saccade", "Photos, and what was found."
    )
    (folder / "search.html").write_text(page, encoding="utf-8")
    return folder / "search.html"


def test_every_picture_shows_and_nothing_is_fetched(browser, page_file: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(page_file.as_uri())
    sizes = page.eval_on_selector_all(
        "img", "all => all.map(i => (i.loading = 'eager', i.decode().then(() => i.naturalWidth)))"
    )
    assert len(sizes) == 3 * 13
    assert page.evaluate("Promise.all([...document.images].map(i => i.decode())).then(() => true)")
    assert all(width > 0 for width in page.eval_on_selector_all("img", "all => all.map(i => i.naturalWidth)"))
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "dark")])
def test_it_fits_a_phone_and_the_dark(browser, page_file: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(back.removeprefix("rgb(").split(",")[0])
    assert (red < 60) == (scheme == "dark")
    page.close()
