"""Markup, addresses, lengths and compatibility forms."""

from __future__ import annotations

import pyarrow as pa
import pytest

from saccade.labels.signals.cleaning import clean


def cleaned(text: str, characters: int = 1000) -> str:
    return " ".join(clean(pa.array([text], pa.large_string()), characters).texts[0].as_py().split())


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("plain text", "plain text"), ("a <b>bold</b> sofa", "a • bold • sofa"), ("x < 3 and y > 2",
        "x < 3 and y > 2"),
        ("salt &amp; pepper &#252;", "salt & pepper ü"), ("see https://x.example/a?b=1 now", "see • now"),
        ("write to me@shop.example today", "write to • today"), ("visit oak-house.com/sale", "visit •"),
        ("IMG_2973.jpg", "•"), ("DSC 00412.JPEG", "•"), ("grey-sofa.png", "grey-sofa"),
        ("only $30 or 12,50 €", "only • or •"),
        ("call +49 170 1234567", "call •"), ("ﬁne cafe\u0301 Ｓofa™", "fine café Sofa"),
    ],
)  # fmt: skip
def test_text(text: str, rest: str) -> None:
    assert cleaned(text) == rest


def test_links_are_counted() -> None:
    texts = pa.array(["a http://x.example www.y.example me@z.example $3", "none"], pa.large_string())
    assert clean(texts, 100).links.tolist() == [4, 0]


def test_length_counts_characters_not_bytes() -> None:
    texts = pa.array(["äääää", "äääääb", "abcde"], pa.large_string())
    found = clean(texts, 5)
    assert found.texts.to_pylist() == ["äääää", "äääää", "abcde"]
    assert found.truncated.tolist() == [False, True, False]


def test_ten_megabytes_cost_no_more_than_the_limit() -> None:
    found = clean(pa.array(["word " * 2_000_000], pa.large_string()), 20_000)
    assert len(found.texts[0].as_py()) == 20_000
    assert found.truncated.all()


def test_no_texts() -> None:
    assert len(clean(pa.array([], pa.large_string()), 5).texts) == 0
