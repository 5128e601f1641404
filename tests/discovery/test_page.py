"""The picture page is one file that is safe to open."""

from __future__ import annotations

from html.parser import HTMLParser

from saccade.discovery.page import Card, Section, render
from saccade.vision.boxes import Box

PIXEL = "data:image/jpeg;base64,AAAA"


class Seen(HTMLParser):
    """Collects tags, sources and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.words += data


def page() -> str:
    query = Card(PIXEL, "query <script>", box=Box(0.25, 0.5, 0.5, 0.25))
    results = (
        Card(PIXEL, "right & good", ("shoe", "red"), "0.912", "right"),
        Card(None, "gone", (), "0.5", "wrong"),
    )
    return render("A page", "An intro", [Section(query, results, "3 ms")], ["12 vectors"])


def test_texts_are_escaped_and_nothing_is_fetched() -> None:
    seen = Seen(page())
    assert "script" not in seen.tags
    assert set(seen.addresses) == {PIXEL}
    assert "query <script>" in seen.words
    assert "right & good" in seen.words


def test_every_result_has_score_and_mark() -> None:
    words = Seen(page()).words
    for part in ("0.912", "✓ relevant", "not relevant", "no picture", "12 vectors", "3 ms"):
        assert part in words


def test_the_box_is_drawn_where_it_is() -> None:
    assert "left:25.00%;top:50.00%;width:50.00%;height:25.00%" in page()


def test_a_page_without_sections_says_so() -> None:
    assert "Nothing to show" in render("t", "i", [])
    assert "No results" in render("t", "i", [Section(Card(None, "q"), ())])
