"""The web page in a real browser, over a real server and a small marketplace.

What a person does: show a picture, pull the crop box, filter, open an item, go on from it, go back; with a
mouse, with keys alone, on a phone; while the server is away, slow, busy or broken. `SACCADE_SHOTS=folder`
keeps pictures of the pages. `SACCADE_SCREENSHOT=docs/images/page.png SACCADE_SCREENSHOT_PRODUCTS=2000`
draws the picture of the README.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from saccade.bazaar import Bazaar
from saccade.catalog.ingest import Ingest
from saccade.fingerprints.colours import Colours
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.stage import BuildIndex
from saccade.pipeline.models import fit_to_catalogue
from saccade.workspace import Workspace

playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright here")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip
PAGE = Path(__file__).resolve().parents[1] / "src" / "saccade" / "service" / "page"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
CARD = ".masonry li[data-index]"
EXPECTED = "Failed to load resource"  # what a browser says of an answer that a test breaks on purpose
NOTED = """
    window.sent = []; window.open_ = 0;
    const real = window.fetch;
    window.fetch = (path, init) => {
        const chips = /"k":1[,}]/.test(init?.body?.get ? init.body.get('query') : init?.body);
        if (chips || !/^.v1.(search|similar|lens|flashlight)$/.test(path)) return real(path, init);
        const one = { at: performance.now() };
        window.sent.push(one); window.open_++;
        if (init.body instanceof FormData) createImageBitmap(init.body.get('image')).then((made) => {
            one.picture = [init.body.get('image').type, made.width, made.height];
        });
        return real(path, init).finally(() => window.open_--);
    };
"""  # notes searches as they are sent, but not those for chips only
PRODUCTS = int(os.environ.get("SACCADE_SCREENSHOT_PRODUCTS", "90"))
SCENES = 40 if PRODUCTS > 90 else 8
playwright.expect.set_options(timeout=15_000)
SLACK = 1000  # ms that a crop may take on a busy machine; about 50 when it is quiet


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small marketplace, `shop`, and its workspace, `ws`, with objects, colours and tones."""
    folder = tmp_path_factory.mktemp("page")
    size = 192 if PRODUCTS > 90 else 128
    Bazaar(seed=0, products=PRODUCTS, photos=1, scenes=SCENES, size=size).write(folder / "shop")
    ws = Workspace(folder / "ws", create=True)
    Ingest(str(folder / "shop" / "catalogue" / "items.jsonl")).run(ws)
    scenes = str(folder / "shop" / "scenes" / "annotations.json")
    Ingest(scenes, role="scene", pictures_only=True).run(ws)
    fit_to_catalogue(ws, folder / "model")
    model_id = keep_model(ws, folder / "model")
    Fingerprint(model_id).run(ws)
    BuildIndex(model_id).run(ws)
    Fingerprint(model_id, store="objects").run(ws)
    BuildIndex(model_id, index="objects", store="objects").run(ws)
    Colours().run(ws)
    images = ws.table("images").read(["image_id"])["image_id"].to_pylist()[::3]
    tones = [{"task": "skin_tone", "image_id": one, "label": str(1 + n % 4)} for n, one in enumerate(images)]
    ws.table("tasks").upsert(pa.Table.from_pylist(tones))  # as if people had labelled them
    return folder


@pytest.fixture(scope="session")
def page_url(shop: Path) -> Iterator[str]:
    """The address of a server over the marketplace."""
    if not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built: make page")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).parent / "saccade", "serve", "-w", shop / "ws", "--port", str(port), "-q"]
    with (shop / "log").open("w") as log:
        server = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log)
    try:
        yield answering(f"http://127.0.0.1:{port}", server, shop / "log")
    finally:
        server.terminate()
        server.wait(30)


def answering(address: str, server: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/ready", timeout=5):
                return address
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture
def photo(shop: Path) -> bytes:
    """A photograph of 1600 by 1200 pixels."""
    first = min((shop / "shop" / "catalogue" / "images").glob("*.jpg"))
    made = io.BytesIO()
    Image.open(first).convert("RGB").resize((1600, 1200)).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def opened(browser: Any, page_url: str) -> Iterator[Callable[..., Any]]:
    """Opens pages; afterwards nothing may have left the origin, and nothing may have gone wrong in them."""
    contexts: list[Any] = []
    faults: list[str] = []
    asked: list[str] = []

    def make(path: str = "/", *, viewport: dict[str, int] = DESK, **options: Any) -> Any:
        context = browser.new_context(viewport=viewport, base_url=page_url, **options)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        context.add_init_script(NOTED)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not fault.startswith(EXPECTED)] == []
    own = (page_url, "blob:", "data:")
    assert [url for url in asked if not url.startswith(own)] == []


def shot(page: Any, name: str) -> None:
    folder = os.environ.get("SACCADE_SHOTS")
    if folder:
        page.wait_for_timeout(500)
        page.screenshot(path=Path(folder) / f"{name}.png")


def titles(page: Any) -> list[str]:
    page.wait_for_selector(CARD)
    return page.eval_on_selector_all(CARD, "all => all.map(one => one.innerText.split('\\n')[0])")


def settled(page: Any) -> None:
    page.wait_for_selector(CARD)
    until(page, "!document.querySelector('.masonry.dimmed, .masonry[aria-busy=true]')")


def upload(page: Any, photo: bytes) -> None:
    page.set_input_files("[data-upload]", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.wait_for_url("**/search?upload=*")
    settled(page)


def drag(page: Any, start: tuple[float, float], end: tuple[float, float], steps: int = 12) -> None:
    """Draw on the query picture, in fractions of it."""
    box = placed(page, ".crop")
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    for step in range(1, steps + 1):
        share = [a + (b - a) * step / steps for a, b in zip(start, end, strict=True)]
        page.mouse.move(box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"])
        page.wait_for_timeout(25)
    page.mouse.up()


def placed(page: Any, selector: str) -> dict[str, float]:
    """Where an element is, once it is there and has its size."""
    for _ in range(200):
        page.locator(selector).first.wait_for(state="visible")
        box = page.locator(selector).first.bounding_box()
        if box is not None and box["width"] > 0 and box["height"] > 0:
            return box
        page.wait_for_timeout(25)
    raise AssertionError(f"{selector} has no place on the page")


def until(page: Any, script: str, seconds: float = 15) -> Any:
    """Wait until `script` is true in the page, whose policy forbids what Playwright would do for that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := page.evaluate(script):
            return found
        page.wait_for_timeout(30)
    raise AssertionError(f"still false after {seconds} s: {script}")


def test_the_wall_shows_the_catalogue_and_goes_on(opened: Any) -> None:
    page = opened()
    before = len(titles(page))
    sizes = page.eval_on_selector_all(f"{CARD} .card-picture", "all => all.map(a => a.offsetHeight)")
    page.wait_for_selector("img.thumb.there")
    assert page.eval_on_selector_all(f"{CARD} .card-picture", "all => all.map(a => a.offsetHeight)") == sizes
    last = f"Math.max(...[...document.querySelectorAll('{CARD}')].map((one) => one.dataset.index))"
    for _ in range(30):
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)
    assert page.evaluate(last) == PRODUCTS - 1
    assert page.evaluate(f"document.querySelectorAll('{CARD}').length") < PRODUCTS
    assert 0 < before <= 80
    shot(page, "home")


def test_an_uploaded_picture_is_shrunk_and_searched(opened: Any, photo: bytes) -> None:
    page = opened()
    upload(page, photo)
    assert until(page, "window.sent[0].picture") == ["image/jpeg", 640, 480]
    assert len(titles(page)) > 5
    page.reload()
    settled(page)
    shot(page, "upload")


def test_a_picture_is_pasted_and_dropped(opened: Any, photo: bytes) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    made = """([text, kind]) => {
        const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
        const options = { bubbles: true, cancelable: true };
        document.body.dispatchEvent(kind === 'paste'
            ? new ClipboardEvent('paste', { ...options, clipboardData: data })
            : new DragEvent('drop', { ...options, dataTransfer: data }));
    }"""
    for kind in ("paste", "drop"):
        page.goto("/")
        page.wait_for_selector(CARD)
        page.evaluate(made, [base64.b64encode(photo).decode(), kind])
        page.wait_for_url("**/search?upload=*")
        settled(page)


def test_the_camera_takes_a_picture(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    page.keyboard.press("c")
    shutter = page.get_by_role("button", name="Take the picture")
    playwright.expect(shutter).to_be_enabled()
    shutter.click()
    page.wait_for_url("**/search?upload=*")
    settled(page)
    kind, width, height = until(page, "window.sent[0].picture")
    assert (kind, max(width, height)) == ("image/jpeg", 640)


def test_without_a_camera_in_the_page_the_devices_own_is_asked(opened: Any) -> None:
    """As on a phone, and at an address without https."""
    page = opened(viewport=PHONE, has_touch=True, is_mobile=True)
    page.wait_for_selector(CARD)
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Search with the camera").tap()
    assert asked.value.element.get_attribute("capture") == "environment"


def test_what_is_no_picture_is_said_to_be_none(opened: Any) -> None:
    page = opened()
    page.set_input_files(
        "[data-upload]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )
    playwright.expect(page.locator(".notice")).to_contain_text("could not be opened")
    assert page.url.endswith("/")


def test_the_results_follow_the_crop_box(opened: Any, photo: bytes) -> None:
    page = opened()
    upload(page, photo)
    page.evaluate(
        """() => addEventListener('pointerup', () => {
            const [before, began] = [window.sent.length, performance.now()];
            const ready = () => window.sent.length > before && !window.open_;
            const look = () => ready() && !document.querySelector('.masonry.dimmed')
                ? (window.took = performance.now() - began) : requestAnimationFrame(look);
            requestAnimationFrame(look);
        }, { once: true, capture: true })"""
    )
    drag(page, (0.2, 0.2), (0.7, 0.8))
    took = until(page, "window.took")
    at = page.evaluate("window.sent.map((one) => one.at)")[1:]
    print(f"{len(at)} searches in the drag; {took:.0f} ms from its end to the results")
    assert len(at) >= 3
    assert min(b - a for a, b in pairwise(at[:-1])) > 100
    assert took < SLACK
    box = re.search(r"box=([\d.,]+)", page.url)
    assert box is not None
    assert [float(part) for part in box.group(1).split(",")] == pytest.approx([0.2, 0.2, 0.5, 0.6], abs=0.02)
    shot(page, "crop")
    page.get_by_role("button", name="Whole picture").click()
    page.wait_for_url(lambda url: "box=" not in url)


def test_the_crop_box_obeys_keys(opened: Any, photo: bytes) -> None:
    page = opened()
    upload(page, photo)
    box = page.locator(".crop-box")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**box=0.22,0.2,0.6,0.6")
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_url("**box=0.22,0.2,0.6,0.58")
    page.keyboard.press("Delete")
    page.wait_for_url(lambda url: "box=" not in url)
    settled(page)


def test_filters_act_at_once_and_can_be_taken_away(opened: Any) -> None:
    page = opened("/search?q=leather")
    settled(page)
    name = page.locator(".card-more").first.locator("span").last.inner_text()
    page.get_by_role("button", name=re.compile("^Category")).click()
    page.locator(".panel:popover-open .chip", has_text=re.compile(f"^{name}")).click()
    page.wait_for_url(f"**is.category={name.replace(' ', '+')}*")
    shot(page, "filters")
    page.keyboard.press("Escape")
    settled(page)
    shown = page.eval_on_selector_all(".card-more", "all => all.map(one => one.lastChild.innerText)")
    assert set(shown) == {name}
    page.get_by_role("button", name=re.compile("^Price")).click()
    slider = page.get_by_role("slider", name="Price to")
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url("**in.price=*")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear all").click()
    page.wait_for_url(lambda url: url.endswith("?q=leather"))
    settled(page)


def test_the_wall_can_be_filtered(opened: Any) -> None:
    page = opened("/?is.department=home&in.price=..100")
    prices = page.eval_on_selector_all(".card-price", "all => all.map(one => parseFloat(one.innerText))")
    page.wait_for_selector(CARD)
    assert all(price <= 100 for price in prices)
    playwright.expect(page.locator(".chips .chip")).to_have_count(2)


def test_an_item_leads_on_and_back(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(300)
    card = page.locator(CARD).nth(9)
    card.scroll_into_view_if_needed()
    where = page.evaluate("scrollY")
    name = card.locator(".card-title").inner_text()
    card.locator("[data-open]").click()
    playwright.expect(page.locator("h1")).to_have_text(name)
    settled(page)
    assert page.evaluate("scrollY") == 0
    shot(page, "item")
    assert name not in titles(page)
    page.locator(".strip button").nth(1).click()
    page.wait_for_url("**picture=2")
    page.locator(CARD).first.hover()
    page.locator(f"{CARD} .card-similar").first.click()
    page.wait_for_url("**/search?item=*")
    settled(page)
    page.go_back()
    page.go_back()
    page.wait_for_url("**/")
    until(page, f"Math.abs(scrollY - {where}) < 3")


def test_a_part_of_an_items_picture_is_searched(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    page.locator(f"{CARD} [data-open]").first.click()
    settled(page)
    with page.expect_request("**/v1/flashlight") as asked:
        drag(page, (0.3, 0.3), (0.9, 0.9), steps=3)
    assert asked.value.post_data_json["item_id"]
    playwright.expect(page.locator("#similar")).to_have_text("Like this part")
    settled(page)


def test_found_objects_are_dots_that_search(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    box = {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}

    def with_object(route: Any) -> None:
        answer = route.fetch()
        item = answer.json()
        item["pictures"][0]["objects"] = [{"object_id": "1", "box": box, "category": "shoe", "score": 0.9}]
        route.fulfill(response=answer, json=item)

    page.route("**/v1/items/item-*", with_object)
    page.locator(f"{CARD} [data-open]").first.click()
    dot = page.get_by_role("button", name="Search this shoe")
    dot.hover()
    shot(page, "object")
    dot.click()
    page.wait_for_url("**box=0.25,0.25,0.5,0.5")
    settled(page)


def test_an_address_that_gives_no_picture_is_said_so(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    page.get_by_role("textbox").fill("http://127.0.0.1:1/a.jpg")
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".state")).to_contain_text("That did not work")
    shot(page, "address")


def test_a_journey_with_keys_alone(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("/")
    page.keyboard.type("leather")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=leather")
    settled(page)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-open]')"):
            break
    page.keyboard.press("ArrowRight")
    until(page, "document.activeElement.closest('li')?.dataset.index === '1'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/*")
    page.keyboard.press("Escape")
    page.wait_for_url("**/search?q=leather")
    until(page, "document.activeElement.closest('li')?.dataset.index === '1'")
    page.keyboard.press("s")
    page.wait_for_url("**/search?item=*")
    settled(page)


def longest_title(shop: Path) -> str:
    """The path of the item whose title needs most room."""
    items = (shop / "shop" / "catalogue" / "items.jsonl").read_text().splitlines()
    return "/item/" + max(map(json.loads, items), key=lambda item: len(item["title"]))["item_id"]


def test_a_phone_shows_everything_without_scrolling_sideways(opened: Any, shop: Path) -> None:
    page = opened(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.wait_for_selector(CARD)
    item = longest_title(shop)
    # what lies in a row that scrolls by itself may be wider
    wide = """[...document.querySelectorAll('body *')].filter((one) => {
        const rows = []
        for (let up = one.parentElement; up; up = up.parentElement) rows.push(getComputedStyle(up).overflowX)
        return !rows.includes('auto') && !rows.includes('scroll')
            && !one.closest('.filter-row, .unseen, .skip, .crop-box')
            && one.getBoundingClientRect().right > 391
    })"""
    for path in ("/", item, f"/search?item={item.rpartition('/')[2]}&box=0.1,0.1,0.5,0.5&is.category=bag"):
        page.goto(path)
        page.wait_for_selector(".masonry, .state")
        until(page, f"{wide}.length === 0")  # cards may still be on their way
        until(page, f"document.documentElement.scrollWidth <= {PHONE['width']}")
    page.goto(item)
    page.wait_for_load_state("networkidle")
    settled(page)
    placed(page, ".crop")
    page.locator(".crop").tap()
    page.wait_for_url("**box=0.25,0.25,0.5,0.5")
    shot(page, "phone")


def test_the_page_recovers_when_the_server_was_away(opened: Any) -> None:
    page = opened("/search?q=leather")
    settled(page)
    line = page.locator(".server-line")
    page.route("**/v1/**", lambda route: route.abort())
    page.locator(f"{CARD} [data-open]").first.click()
    playwright.expect(line).to_contain_text("cannot be reached")
    shot(page, "away")
    page.unroute("**/v1/**")
    playwright.expect(page.locator("h1")).not_to_have_text("")
    settled(page)
    playwright.expect(line).to_contain_text("is back")
    playwright.expect(line).to_be_hidden()


def test_a_busy_server_is_waited_for(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    body = '{"error": {"code": "busy", "message": "later", "field": null}}'
    left = [1, 2]

    def busy(route: Any) -> None:
        if left:
            left.pop()
            route.fulfill(status=429, headers={"retry-after": "1"}, body=body)
        else:
            route.continue_()

    page.route("**/v1/search", busy)
    page.goto("/search?q=leather")
    playwright.expect(page.locator(".server-line")).to_contain_text("busy")
    settled(page)
    assert left == []


def test_a_slow_answer_is_said_to_be_slow(opened: Any) -> None:
    page = opened()
    page.wait_for_selector(CARD)
    held: list[Any] = []
    page.route("**/v1/search", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks it)
    page.goto("/search?q=leather")
    playwright.expect(page.locator(".server-line")).to_contain_text("longer than usual")
    for route in held:
        route.continue_()
    settled(page)
    playwright.expect(page.locator(".server-line")).to_be_hidden()


def test_errors_are_told_in_the_servers_words(opened: Any) -> None:
    page = opened("/item/no-such-item")
    playwright.expect(page.locator(".state")).to_contain_text("not here")
    page.route("**/v1/search", lambda route: route.fulfill(status=500, body="{}"))
    page.goto("/search?q=leather")
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.unroute("**/v1/search")
    again.click()
    settled(page)
    page.goto("/search?q=zzzzqqqq")
    playwright.expect(page.locator(".state")).to_contain_text("Nothing was found")
    page.goto("/nowhere/at/all")
    playwright.expect(page.locator(".state")).to_contain_text("nothing at this address")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found_by_axe(opened: Any, photo: bytes, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe here").Axe()
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else None  # the rest is the same in both
    page = opened(color_scheme=scheme, reduced_motion="reduce")
    settled(page)
    item = page.locator(f"{CARD} [data-open]").first.get_attribute("href")

    def found(place: str) -> list[tuple[str, str, object]]:
        page.wait_for_timeout(250)
        listed = axe.run(page, options=options).response["violations"]
        return [(place, one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in listed]

    barriers = found("home")
    upload(page, photo)
    barriers += found("upload")
    page.goto(f"/search?item={item.rpartition('/')[2]}&box=0.1,0.1,0.5,0.5&is.department=home")
    settled(page)
    page.get_by_role("button", name=re.compile("^Price")).click()
    barriers += found("filters")
    page.goto(item)
    settled(page)
    barriers += found("item")
    page.keyboard.press("?")
    barriers += found("help")
    page.goto("/search?q=zzzzqqqq")
    page.wait_for_selector(".state")
    assert barriers + found("nothing") == []


PICTURE = os.environ.get("SACCADE_SCREENSHOT")


@pytest.mark.skipif(PICTURE is None, reason="SACCADE_SCREENSHOT names no file")
def test_the_picture_of_the_readme(opened: Any, shop: Path) -> None:
    """A scene, a box around one thing in it, and what is found: from the marketplace only."""
    scenes = [
        json.loads(line) for line in (shop / "shop" / "truth" / "scenes.jsonl").read_text().splitlines()
    ]
    scene, x, y, width, height = next(
        (one["scene"], *thing["box"])
        for one in scenes
        for thing in one["things"]
        if (one["kind"], thing["category"]) == ("street", "dress") and thing["visible"] > 0.9
    )
    page = opened()
    upload(page, (shop / "shop" / "scenes" / f"{scene}.jpg").read_bytes())
    settled(page)
    drag(page, (x, y), (x + width, y + height))
    settled(page)
    page.wait_for_timeout(1500)
    page.screenshot(path=PICTURE)
