"""Discovery on the web page, in a real browser: dots, chips, colours, lens, shop, scenes, reasons.

The server, the marketplace and the hands are those of `test_page`. `SACCADE_SCREENSHOT_DISCOVERY=docs/images
SACCADE_SCREENSHOT_PRODUCTS=600` draws the pictures of the documentation.
"""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance

from saccade.workspace import Workspace
from tests import test_page
from tests.test_page import CARD, DESK, PHONE, playwright, settled, shot, titles, until, upload

FLAGS = test_page.FLAGS
shop, page_url, photo, opened = test_page.shop, test_page.page_url, test_page.photo, test_page.opened


@pytest.fixture(scope="module")
def scene(shop: Path) -> str:
    """The id of the scene with most objects."""
    rows = Workspace(shop / "ws").table("objects").read(["image_id"])["image_id"].to_pylist()
    return max(sorted(set(rows)), key=rows.count)


def first_item(shop: Path, category: str) -> str:
    items = map(json.loads, (shop / "shop" / "catalogue" / "items.jsonl").read_text().splitlines())
    return next(item["item_id"] for item in items if item["category"] == category)


def test_discovery_dots_search_their_objects(opened: Any, scene: str) -> None:
    page = opened(f"/search?image={scene}")
    settled(page)
    dots = page.locator(".object-dot")
    dots.first.wait_for()
    count = dots.count()
    assert count > 1
    name = dots.first.get_attribute("aria-label")
    assert re.fullmatch(r"Search this [\w\- ]+(, \d+ %)?", name)
    dots.first.focus()
    playwright.expect(page.locator(".part-outline")).to_be_visible()
    with page.expect_request("**/v1/flashlight") as asked:
        page.keyboard.press("Enter")
    page.wait_for_url("**box=*")
    assert asked.value.post_data_json["image_id"] == scene
    assert set(asked.value.post_data_json["box"]) == {"x", "y", "width", "height"}
    settled(page)
    playwright.expect(dots).to_have_count(count - 1)
    before = page.url
    page.locator(".crop-box").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_url(lambda url: url != before and "box=" in url)
    settled(page)
    shot(page, "dots")
    page.get_by_role("button", name="Whole picture").click()
    playwright.expect(dots).to_have_count(count)


def test_discovery_chips_and_colours_narrow_and_stay_in_the_address(opened: Any, shop: Path) -> None:
    page = opened(f"/search?item={first_item(shop, 'dress')}&is.department=fashion")
    settled(page)
    line = page.get_by_role("region", name="Narrow the results")
    offers = line.get_by_role("group", name="What many of them have").get_by_role("button")
    text, told = offers.first.inner_text().split("\n")
    offers.first.click()
    page.wait_for_url("**chip=*")
    settled(page)
    assert page.locator(CARD).first.get_attribute("aria-setsize") == told
    playwright.expect(offers.first).to_have_attribute("aria-pressed", "true")
    colours = line.get_by_role("group", name="Colours").get_by_role("button")
    colour, number = (colours.nth(1).get_attribute("aria-label") or "").split(", ")
    colours.nth(1).click()
    page.wait_for_url(f"**colour={colour}*")
    settled(page)
    assert page.locator(CARD).first.get_attribute("aria-setsize") == number
    shown = titles(page)
    shot(page, "narrow")
    page.locator(f"{CARD} [data-open]").first.click()
    page.wait_for_url("**/item/*")
    page.go_back()
    settled(page)
    assert titles(page) == shown
    page.reload()
    settled(page)
    assert titles(page) == shown
    playwright.expect(offers.first).to_contain_text(text)
    line.get_by_role("button", name="Clear").click()
    page.wait_for_url(lambda url: "chip=" not in url and "colour=" not in url)
    settled(page)
    page.goto(f"{page.url}&colour=purple&chip=attribute:style=no-such~nothing")
    page.get_by_role("button", name="Search without narrowing").click()
    settled(page)


def test_discovery_lens_says_what_it_understood_and_where_results_come_from(
    opened: Any, photo: bytes
) -> None:
    dark = io.BytesIO()
    ImageEnhance.Brightness(Image.open(io.BytesIO(photo))).enhance(0.12).save(dark, "JPEG")
    page = opened()
    with page.expect_request("**/v1/lens"):
        upload(page, dark.getvalue())
    known = page.get_by_role("region", name="What was understood")
    playwright.expect(known).to_contain_text("more light would help")
    playwright.expect(page.locator(f"{CARD} .card-badges").first).to_contain_text("whole picture")
    shot(page, "lens")
    tone = known.get_by_role("button").first
    with page.expect_request("**/v1/flashlight") as asked:
        tone.click()
    page.wait_for_url("**colour=*")
    assert asked.value.headers["content-type"].startswith("multipart/form-data")
    playwright.expect(tone).to_have_attribute("aria-pressed", "true")


def test_discovery_a_scene_is_shopped_by_its_objects(opened: Any, scene: str) -> None:
    page = opened()
    page.wait_for_selector(CARD)

    def with_exact(route: Any) -> None:
        answer = route.fetch()
        found = answer.json()
        found["groups"][0]["exact"] = found["groups"][0]["results"].pop(0)
        route.fulfill(response=answer, json=found)

    page.route("**/v1/shop", with_exact)
    page.goto(f"/search?image={scene}&show=shop")
    groups = page.locator(".shop-group[role]")
    groups.first.wait_for()
    assert groups.count() > 1
    playwright.expect(groups.first.locator("li").first).to_contain_text("Exact")
    groups.nth(1).hover()
    lit = page.locator(".part-outline")
    playwright.expect(lit).to_be_visible()
    shot(page, "shop")
    groups.nth(1).get_by_role("heading").get_by_role("button").click()
    page.wait_for_url(lambda url: "box=" in url and "show=" not in url)
    settled(page)


def test_discovery_scenes_show_where_the_object_is(opened: Any, scene: str) -> None:
    page = opened(f"/search?image={scene}&show=scenes")
    link = page.locator(".scenes a").first
    link.wait_for()
    assert page.locator(".scenes a:has(.match.first)").count() == page.locator(".scenes a").count()
    shot(page, "scenes")
    link.click()
    page.wait_for_url("**/search?image=*show=shop")
    page.locator(".shop-group[role], .state").first.wait_for()
    page.go_back()
    link.wait_for()


def test_discovery_a_result_says_why_it_is_there(opened: Any, shop: Path) -> None:
    page = opened(f"/search?item={first_item(shop, 'dress')}")
    settled(page)
    where = page.url
    card = page.locator(f"{CARD} .card").first
    card.locator("[data-open]").focus()
    why = card.get_by_role("button", name="Why ")
    why.focus()
    page.keyboard.press("Enter")
    told = page.get_by_role("dialog", name="Why this result")
    playwright.expect(told).to_contain_text("Likeness")
    shot(page, "why")
    page.keyboard.press("Escape")
    playwright.expect(told).to_have_count(0)
    playwright.expect(why).to_be_focused()
    assert page.url == where
    why.click()
    playwright.expect(told).to_be_visible()
    why.click()
    playwright.expect(told).to_have_count(0)


def test_discovery_results_are_tuned(opened: Any, shop: Path) -> None:
    page = opened(f"/search?item={first_item(shop, 'dress')}")
    settled(page)
    before = titles(page)
    page.get_by_role("button", name="Tune").click()
    variety = page.get_by_role("slider", name="More variety")
    variety.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**variety=0.6*")
    page.get_by_role("button", name="Skin tone 2").click()
    page.wait_for_url("**label.skin_tone=2*")
    page.get_by_text("Advanced").click()
    agreement = page.get_by_role("slider", name="Agreement")
    agreement.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**agree=0.1*")
    playwright.expect(page.locator(".panel:popover-open")).to_contain_text("of the candidates agree")
    shot(page, "tune")
    page.keyboard.press("Escape")
    settled(page)
    assert titles(page) != before


def test_discovery_what_goes_well_is_shown_by_category(opened: Any, shop: Path) -> None:
    item = first_item(shop, "dress")
    page = opened()
    page.wait_for_selector(CARD)

    def with_complete(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "complete": True})

    def goes(route: Any) -> None:
        body = {"item_id": item, "k": 4}
        found = page.request.post("/v1/similar", data=body).json()["results"]
        results = [{**one, "together": 3 - n, "why": "seen in boards"} for n, one in enumerate(found[:3])]
        named = ["boot", "hat", "watch"]
        groups = [{"category": name, "lift": 2, "looks": 5, "results": results} for name in named]
        route.fulfill(json={"category": "dress", "groups": groups, "notes": []})

    page.route("**/v1/discovery", with_complete)
    page.route("**/v1/complete", goes)
    page.goto(f"/item/{item}")
    part = page.get_by_role("region", name="Goes well with it")
    playwright.expect(part.get_by_role("heading", level=3)).to_have_text(["Boot", "Hat"])
    playwright.expect(part).to_contain_text("3 looks")
    part.get_by_role("button", name="1 more kind").click()
    playwright.expect(part.get_by_role("heading", level=3)).to_have_count(3)
    shot(page, "goes")


def test_discovery_that_is_not_there_is_not_offered(opened: Any, shop: Path, photo: bytes) -> None:
    """As with a server of before: the page searches as it did."""
    page = opened("/nowhere")
    page.route("**/v1/discovery", lambda route: route.fulfill(status=404, body="{}"))
    page.goto("/")
    with page.expect_request("**/v1/search"):
        upload(page, photo)
    assert page.locator(".tabs, .narrow, .understood").count() == 0
    with page.expect_request("**/v1/search"):
        page.goto(f"/item/{first_item(shop, 'dress')}")
    settled(page)
    assert page.locator(".goes, .narrow").count() == 0


def test_discovery_waits_for_the_server_and_says_what_it_refuses(opened: Any, scene: str) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    page.route("**/v1/shop", lambda route: route.abort())
    page.goto(f"/search?image={scene}&show=shop")
    playwright.expect(page.locator(".server-line")).to_contain_text("cannot be reached")
    page.unroute("**/v1/shop")
    page.locator(".shop-group[role]").first.wait_for()
    body = '{"error": {"code": "not_found", "message": "no index of objects here: run this", "field": null}}'
    page.route("**/v1/objects", lambda route: route.fulfill(status=404, body=body))
    page.goto(f"/search?image={scene}&show=scenes")
    playwright.expect(page.locator(".state")).to_contain_text("No index of objects here")
    page.route("**/v1/similar", lambda route: route.fulfill(json={"results": [], "image_id": None}))
    page.goto(f"/search?image={scene}")
    playwright.expect(page.locator(".state")).to_contain_text("Nothing was found")
    page.goto("/search?upload=gone")
    playwright.expect(page.locator(".state")).to_contain_text("Choose it again")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_discovery_has_no_barrier_and_fits_a_phone(opened: Any, shop: Path, scene: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe here").Axe()
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
    item = first_item(shop, "dress")
    small = scheme == "light"
    page = opened(
        viewport=PHONE if small else DESK, color_scheme=scheme, reduced_motion="reduce", has_touch=small
    )
    settled(page)
    barriers = []
    for place, path, there in (
        ("dots", f"/search?image={scene}", ".object-dot"),
        ("narrow", f"/search?item={item}&is.department=fashion&colour=red&variety=0.5", ".narrow .swatch"),
        ("shop", f"/search?image={scene}&show=shop", ".shop-group .small-card"),
        ("scenes", f"/search?image={scene}&show=scenes", ".scenes .match"),
    ):
        page.goto(path)
        page.locator(there).first.wait_for()
        page.wait_for_timeout(250)
        until(page, f"document.documentElement.scrollWidth <= {page.viewport_size['width']}")
        shot(page, f"discovery-{place}-{scheme}")
        listed = axe.run(page, options=options).response["violations"]
        barriers += [(place, one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in listed]
    page.goto(f"/search?item={item}")
    settled(page)
    page.get_by_role("button", name="Tune").click()
    barriers += [("tune", one["id"]) for one in axe.run(page, options=options).response["violations"]]
    page.keyboard.press("Escape")
    page.locator(f"{CARD} .card-why").first.dispatch_event("click")
    page.locator(".told").wait_for()
    barriers += [("why", one["id"]) for one in axe.run(page, options=options).response["violations"]]
    assert barriers == []


PICTURES = os.environ.get("SACCADE_SCREENSHOT_DISCOVERY")


@pytest.mark.skipif(PICTURES is None, reason="SACCADE_SCREENSHOT_DISCOVERY names no folder")
def test_discovery_pictures_of_the_documentation(opened: Any, shop: Path, scene: str) -> None:
    """A dot that is pressed, a scene that is shopped, scenes of an item, a photo through the lens."""
    folder = Path(PICTURES or "")
    page = opened(f"/search?image={scene}")
    page.locator(".object-dot").first.click()
    page.get_by_role("button", name="Only ").first.click()
    page.wait_for_url("**is.category=*")
    settled(page)
    page.wait_for_timeout(1500)
    page.locator(".object-dot").first.hover()
    page.screenshot(path=folder / "discovery-dots.png")
    page.goto(f"/search?image={scene}&show=shop")
    page.locator(".shop-group[role]").first.hover()
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / "discovery-shop.png")
    page.goto(f"/search?item={first_item(shop, 'lamp')}&show=scenes")
    page.locator(".scenes a").first.wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / "discovery-scenes.png")
    photos = sorted((shop / "shop" / "photos").glob("*.jpg"))
    upload(page, photos[0].read_bytes())
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / "discovery-lens.png")
