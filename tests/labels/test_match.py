"""The kernel against a plain reading of the same texts."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from saccade.labels.match import heard, match
from saccade.labels.shapes import SAID
from saccade.labels.vocabulary import LONGEST
from tests.labels.samples import texts, vocabulary

SOURCES = ("query", "title")


def said(rows: list[tuple[int, str, str]], phrases: list[str]) -> list[dict[str, object]]:
    book = vocabulary(phrases)
    found = match(texts(rows), book, SOURCES).to_pylist()
    keys = book.table.column("key").to_pylist()
    return [{**row, "phrase": keys[row["phrase"]], "source": SOURCES[row["source"]]} for row in found]


def plainly(
    rows: list[tuple[int, str, str]], phrases: list[str]
) -> dict[tuple[int, str, str], tuple[int, float]]:
    """(subject, phrase, source) → (texts, texts in which no longer phrase covers it)."""
    counts: dict[tuple[int, str, str], list[int]] = {}
    for subject, source, text in rows:
        words = text.split()
        spans = [
            (start, end)
            for start in range(len(words))
            for end in range(start + 1, min(start + LONGEST, len(words)) + 1)
            if " ".join(words[start:end]) in phrases and "," not in words[start:end]
        ]
        alone = {
            (a, b) for a, b in spans if not any((c, d) != (a, b) and c <= a and b <= d for c, d in spans)
        }
        for phrase in {" ".join(words[a:b]) for a, b in spans}:
            row = counts.setdefault((subject, phrase, source), [0, 0])
            row[0] += 1
            row[1] += any(" ".join(words[a:b]) == phrase for a, b in alone)
    return {key: (row[0], row[1] / row[0]) for key, row in counts.items()}


def test_phrases_overlap_and_the_longest_is_told() -> None:
    found = {
        row["phrase"]: row
        for row in said([(0, "title", "blue corner sofa")], ["sofa", "corner sofa", "blue"])
    }
    assert (
        found["sofa"]["longest"] == 0
        and found["corner sofa"]["longest"] == 1
        and found["blue"]["longest"] == 1
    )


def test_no_phrase_crosses_a_break() -> None:
    assert said([(0, "title", "blue , sofa")], ["blue sofa"]) == []


def test_a_text_counts_once_however_often_it_says_a_phrase() -> None:
    rows = said([(0, "title", "sofa sofa sofa"), (0, "title", "sofa")], ["sofa"])
    assert [(row["texts"], row["weight"]) for row in rows] == [(2, 2.0)]


def test_copies_are_counted() -> None:
    book = vocabulary(["sofa"])
    found = match(texts([(0, "title", "sofa"), (0, "query", "sofa")], copied=[False, True]), book, SOURCES)
    assert found.column("copied").to_pylist() == [1, 0] and found.column("source").to_pylist() == [0, 1]


def test_another_language_says_nothing() -> None:
    assert len(match(texts([(0, "title", "sofa")], "de"), vocabulary(["sofa"], "en"), SOURCES)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_equals_a_plain_reading(seed: int) -> None:
    dice = random.Random(seed)
    words = ["a", "b", "c", "d", "e", ","]
    phrases = sorted({" ".join(dice.choices(words[:-1], k=dice.randint(1, 6))) for _ in range(60)})
    rows = [
        (subject, dice.choice(SOURCES), " ".join(dice.choices(words, k=dice.randint(0, 30))))
        for subject in range(40)
        for _ in range(dice.choice((0, 1, 3, 30)))
    ]
    expected = plainly(rows, phrases)
    got = {
        (row["subject"], row["phrase"], row["source"]): (row["texts"], pytest.approx(row["longest"]))
        for row in said(rows, phrases)
    }
    assert got == expected


def test_rows_are_sorted_and_fit_the_schema() -> None:
    found = match(
        texts([(0, "title", "b a"), (1, "query", "a b"), (1, "title", "a")]), vocabulary(["a", "b"]), SOURCES
    )
    assert found.schema == SAID
    keys = [(row["subject"], row["phrase"], row["source"]) for row in found.to_pylist()]
    assert keys == sorted(keys)


def test_no_texts_and_unknown_sources() -> None:
    assert len(match(texts([]), vocabulary(["a"]), SOURCES)) == 0
    assert len(match(texts([(0, "rumour", "a")]), vocabulary(["a"]), SOURCES)) == 0
    assert len(match(texts([(0, "title", "a")]), vocabulary([]), SOURCES)) == 0


def test_ten_thousand_texts_of_one_subject() -> None:
    (row,) = said([(7, "query", "sofa") for _ in range(10_000)], ["sofa"])
    assert row["texts"] == 10_000 and row["longest"] == 1


def test_heard_counts_texts_by_source_and_language() -> None:
    rows = pa.concat_tables([texts([(0, "title", "a"), (0, "title", "")]), texts([(1, "query", "a")], "de")])
    found = heard(rows.unify_dictionaries(), SOURCES, ("de", "en")).to_pylist()
    assert [tuple(row.values()) for row in found] == [(0, 1, 1, 2), (1, 0, 0, 1)]
