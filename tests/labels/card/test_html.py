"""Pieces of HTML: nothing escapes, numbers read as people write them."""

from __future__ import annotations

import pytest

from saccade.labels.card.given import Rate
from saccade.labels.card.html import Cell, clean, count, number, percent, plural, rate, said, table, words


def test_text_is_escaped_isolated_and_free_of_control_characters() -> None:
    assert clean("<a b=\"c\" d='e'>&\x00\x1b") == "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;��"
    assert said("kleid", "de") == '<bdi dir="auto" lang="de">kleid</bdi>'
    assert said("x", "und") == said("x", '"><b>') == said("x") == '<bdi dir="auto">x</bdi>'


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.0004, "<0.1%"), (0.054, "5.4%"), (0.31, "31%"), (1, "100%")]
)
def test_shares(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1234567, "1,234,567"), (2.0, "2"), (2.25, "2.2"), (412.7, "413")]
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_counts_have_their_noun_and_rates_their_interval() -> None:
    assert (plural(1, "label", "labels"), plural(1200, "label", "labels")) == ("1 label", "1,200 labels")
    assert "0.80" in rate(Rate(0.8, 0.7, 0.9)).html
    assert "[0.70, 0.90]" in rate(Rate(0.8, 0.7, 0.9)).html
    assert "not estimated" in rate(None).html


def test_a_table_names_its_rows_and_its_caption_is_escaped() -> None:
    made = table('a "b"', ("name", "n"), [(words(said("<x>")), count(3))])
    assert '<th scope="row"><bdi dir="auto">&lt;x&gt;</bdi></th><td class="n">3</td>' in made
    assert 'aria-label="a &quot;b&quot;"' in made
    assert '<th scope="col" class="n">n</th>' in made
    assert "Nothing to show" in table("a", ("b",), [])


def test_a_row_that_does_not_fit_its_header_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        table("a", ("b",), [(Cell("1"), Cell("2"))])
