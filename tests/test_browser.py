"""In a real browser: the picture page of `saccade search`, and the screens for raters and labels.

The picture page: every picture shows, nothing is fetched, phone and dark mode work. The screens: with keys
alone, by touch on a phone, while the server is away, without barriers. `SACCADE_SHOTS=folder` keeps pictures.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from saccade.bazaar import Bazaar
from saccade.catalog.catalogue import Catalogue
from saccade.catalog.ingest import Ingest
from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.discovery.show import answers_page
from saccade.evaluation.judging import plan as plans
from saccade.evaluation.judging import ratings
from saccade.evaluation.judging.making import Wanted, make_plan
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.stage import BuildIndex
from saccade.pipeline.models import fit_to_catalogue
from saccade.service.site import Site
from saccade.workspace import Workspace
from tests.labels.card.conftest import LABELS, fill
from tests.service.running import KEY, in_thread, settings


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


# -- raters and labels ---------------------------------------------------------------------------------

DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
EXPECTED = "Failed to load resource"  # what a browser says of an answer that a test breaks on purpose
Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def market(page_file: Path) -> Workspace:
    """The small marketplace with labels and two plans: six grades, six lists side by side."""
    ws = Workspace(page_file.parent / "ws")
    fill(ws, LABELS[1:])
    (model,) = ws.models_with_fingerprints()
    catalogue = Catalogue(ws)
    plans.save(ws, make_plan(catalogue, "grades", Wanted((model,), count=6, raters=20)))
    wanted = Wanted((model, "index:main"), depth=8, count=6, raters=20)
    lists: dict[str, list[str]] = {}
    graded = make_plan(catalogue, "sides", wanted)
    for one in sorted(graded.questions, key=lambda one: one.ranks[0]):
        lists.setdefault(one.query_id, []).append(one.shown[0][0])
    firsts = {one.query_id: one for one in graded.questions}.values()
    shown = [(tuple(lists[one.query_id][:4]), tuple(lists[one.query_id][4:])) for one in firsts]
    questions = tuple(replace(one, shown=both) for one, both in zip(firsts, shown, strict=True))
    plans.save(ws, replace(graded, kind="sides", depth=4, questions=questions))
    return ws


@pytest.fixture(scope="module")
def market_url(market: Workspace) -> Iterator[str]:
    if not Site().built:
        pytest.skip("the page is not built: make page")
    with in_thread(settings(market.uri)) as url:
        yield url


@pytest.fixture
def opened(browser: Any, market_url: str) -> Iterator[Opened]:
    """Opens pages; afterwards nothing may have left the origin, and nothing may have gone wrong in them."""
    contexts: list[Any] = []
    faults: list[str] = []
    asked: list[str] = []

    def make(path: str, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESK, "base_url": market_url, **options})
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not fault.startswith(EXPECTED)] == []
    assert [url for url in asked if not url.startswith((market_url, "blob:", "data:"))] == []


def shot(page: Any, name: str) -> None:
    folder = os.environ.get("SACCADE_SHOTS")
    if folder:
        page.wait_for_timeout(600)
        page.screenshot(path=Path(folder) / f"{name}.png")


def signed_in(page: Any, rater: str, key: str = KEY) -> None:
    page.get_by_label("Your name").fill(rater)
    page.get_by_label("Write key").fill(key)
    page.keyboard.press("Enter")


def question(page: Any) -> list[str]:
    """The pictures of the question that is shown."""
    page.wait_for_selector(".rate-stage img")
    return page.eval_on_selector_all(".rate-stage img", "all => all.map(one => one.src)")


def counted(page: Any, done: int, of: int = 6) -> None:
    page.locator(".rate-count", has_text=re.compile(f"^{done} of {of}$")).wait_for()


def said(ws: Workspace, plan: str, rater: str, count: int) -> list[int]:
    """What a rater said, once there are so many answers: they are sent beside the rating."""
    until, found = time.monotonic() + 15, list[int]()
    while time.monotonic() < until:
        given = ratings.read(ws, plans.load(ws, plan)).given
        found = sorted(one[rater] for one in given.values() if rater in one)
        if len(found) == count:
            break
        time.sleep(0.2)
    return found


def test_a_rater_grades_with_keys_alone(opened: Opened, market: Workspace) -> None:
    page = opened("/rate?plan=grades")
    shot(page, "rate-sign-in")
    signed_in(page, "keys")
    first = question(page)
    shot(page, "rate-grades")
    page.keyboard.press("4")
    counted(page, 1)
    second = question(page)
    assert second != first
    page.keyboard.press("u")
    counted(page, 0)
    assert question(page) == first
    page.keyboard.press("2")
    page.keyboard.press("s")
    for key in "0134":
        page.keyboard.press(key)
    page.get_by_text("Nearly done").wait_for()
    page.get_by_role("button", name="Back to the 1 skipped").click()
    assert question(page) == second
    page.keyboard.press("3")
    page.get_by_text("All done, thank you").wait_for()
    shot(page, "rate-done")
    assert said(market, "grades", "keys", 6) == [0, 1, 2, 3, 3, 4]
    page.reload()
    assert page.get_by_label("Your name").input_value() == "keys"
    page.get_by_role("button", name="Start").click()
    page.get_by_text("All done, thank you").wait_for()


def test_a_rater_compares_lists_by_touch_on_a_phone(opened: Opened, market: Workspace) -> None:
    page = opened("/rate?plan=sides", viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    signed_in(page, "touch")
    assert len(question(page)) == 9
    shot(page, "rate-sides-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for place in ("Left", "Equal", "Right"):
        foot = page.get_by_role("button", name=place, exact=True).bounding_box()
        assert foot["y"] + foot["height"] <= PHONE["height"]
        assert min(foot["width"], foot["height"]) >= 44
    for done, side in enumerate(("left", "tie", "right", "right", "tie", "left"), start=1):
        page.locator(f"[data-said={side}]").tap()
        if done < 6:
            counted(page, done)
    page.get_by_text("All done, thank you").wait_for()
    assert said(market, "sides", "touch", 6).count(0) == 2


def test_lists_are_compared_with_arrows(opened: Opened, market: Workspace) -> None:
    page = opened("/rate?plan=sides")
    signed_in(page, "arrows")
    question(page)
    shot(page, "rate-sides")
    for key in ("ArrowLeft", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Backspace")
    counted(page, 3)
    assert len(said(market, "sides", "arrows", 3)) == 3


def test_nobody_waits_while_the_server_is_away(opened: Opened, market: Workspace) -> None:
    page = opened("/rate?plan=grades", viewport=PHONE)
    signed_in(page, "away")
    question(page)
    shot(page, "rate-grades-phone")
    assert page.evaluate("document.documentElement.scrollHeight") <= PHONE["height"]
    page.wait_for_load_state("networkidle")
    page.route("**/v1/judgements", lambda route: route.abort())
    for key in "123":
        page.keyboard.press(key)
    counted(page, 3)
    page.locator(".server-line[data-shown=true]").get_by_text("cannot be reached").wait_for()
    shot(page, "rate-away")
    page.unroute("**/v1/judgements")
    page.get_by_role("button", name="Try now").click()
    page.locator(".server-line").get_by_text("is back").wait_for()
    assert said(market, "grades", "away", 3) == [1, 2, 3]


def test_a_wrong_key_is_said_to_be_wrong(opened: Opened, market: Workspace) -> None:
    page = opened("/rate")
    signed_in(page, "wrong", "not the key of this service")
    question(page)
    page.keyboard.press("1")
    page.get_by_role("alert").get_by_text("not accepted").wait_for()
    signed_in(page, "wrong")
    question(page)
    page.keyboard.press("1")
    assert said(market, "grades", "wrong", 1) == [1]


def test_no_plan_and_no_server_are_told(opened: Opened) -> None:
    page = opened("/labels")
    page.route(
        "**/v1/judging", lambda route: route.fulfill(json={"plans": [], "grades": [], "writable": True})
    )
    page.goto("/rate")
    page.get_by_text("saccade judge plan").wait_for()
    page.unroute("**/v1/judging")
    page.route("**/v1/judging", lambda route: route.abort())
    page.goto("/rate")
    page.get_by_text("cannot be reached").wait_for()
    page.unroute("**/v1/judging")
    page.get_by_label("Your name").wait_for()


def test_labels_are_browsed_and_searched(opened: Opened) -> None:
    page = opened("/")
    page.get_by_role("link", name="Labels").click()
    page.wait_for_selector(".label-card img.there")
    shot(page, "labels")
    assert page.locator(".label-card").count() == 24
    page.get_by_role("button", name="More labels").click()
    page.locator(".label-card").nth(24).wait_for()
    page.get_by_role("searchbox").fill("mug")
    page.wait_for_url("**/labels?q=mug")
    page.locator(".label-card", has_text="tea cup").wait_for()
    page.get_by_role("combobox", name="Kind").select_option("head")
    page.get_by_text("No label fits").wait_for()
    page.get_by_role("button", name="Show all labels").click()
    page.wait_for_url("**/labels")
    page.locator(".label-card a", has_text="tea cup").click()
    page.wait_for_url("**/label/*")
    page.get_by_role("heading", level=1, name="tea cup").wait_for()
    page.wait_for_selector(".label-wall img.there")
    shot(page, "label")
    assert page.locator(".label-table tbody tr").count() == 3
    page.locator(".label-near a").first.click()
    page.get_by_role("heading", level=1, name="tea cup").wait_for(state="detached")
    page.go_back()
    page.get_by_role("heading", level=1, name="tea cup").wait_for()
    page.get_by_role("link", name="Search for it").click()
    page.wait_for_url("**/search?q=tea+cup")


@pytest.mark.parametrize("path", ["/rate", "/labels", "label"])
def test_the_screens_fit_a_phone(opened: Opened, path: str) -> None:
    page = opened("/labels", viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.wait_for_selector(".label-card img.there")
    if path == "/rate":
        page.get_by_role("button", name="More", exact=True).tap()
        page.locator("#elsewhere a", has_text="Rate").tap()
        page.get_by_label("Your name").wait_for()
    elif path == "label":
        page.locator(".label-card a").first.tap()
        page.wait_for_selector(".label-wall img.there")
    shot(page, f"phone-{path.strip('/')}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screens_have_no_barrier(opened: Opened, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe here").Axe()
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else None  # the rest is the same in both
    page = opened("/labels", color_scheme=scheme, reduced_motion="reduce")

    def found(place: str) -> list[tuple[str, str, object]]:
        page.wait_for_timeout(300)
        listed = axe.run(page, options=options).response["violations"]
        return [(place, one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in listed]

    page.wait_for_selector(".label-card img.there")
    barriers = found("labels")
    page.locator(".label-card a").first.click()
    page.wait_for_selector(".label-wall img.there")
    barriers += found("label")
    page.goto("/rate")
    page.get_by_label("Your name").wait_for()
    barriers += found("sign in")
    for plan in ("grades", "sides"):
        page.goto(f"/rate?plan={plan}")
        signed_in(page, f"axe {scheme}")
        question(page)
        shot(page, f"rate-{plan}-{scheme}")
        barriers += found(plan)
    assert barriers == []
