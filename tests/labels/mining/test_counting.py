"""Counts of one bucket against the plain way to count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.labels.hashing import key_hash, word_hash
from saccade.labels.mining.counting import count_level
from saccade.labels.mining.levels import COUNTS, Level, survivors
from saccade.labels.mining.passes import Bucket
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.shapes import TEXTS
from tests.labels.mining.conftest import Row, as_bucket

SOURCES = ("query", "title")
TEXT = st.lists(st.sampled_from("a b c |".split()), min_size=1, max_size=9).map(" ".join)
ROW = st.tuples(
    st.sampled_from(["f1", "f2", "f3"]), st.sampled_from(SOURCES), st.sampled_from(["en", "de"]), TEXT
)


def expected(rows: list[Row], words: int) -> dict[int, tuple[int, int, int, int, int]]:
    """hash → families, occurrences, sources, starts, ends, counted one by one."""
    found: dict[int, list[tuple[str, str, bool, bool]]] = {}
    for family, source, language, text in rows:
        for run in (part.split() for part in text.split("|")):
            for at in range(len(run) - words + 1):
                key = key_hash(language, " ".join(run[at : at + words]))
                found.setdefault(key, []).append((family, source, at == 0, at + words == len(run)))
    return {
        key: (
            len({said[0] for said in every}), len(every),
            sum(1 << SOURCES.index(source) for source in {said[1] for said in every}),
            sum(said[2] for said in every), sum(said[3] for said in every),
        )
        for key, every in found.items()
    }  # fmt: skip


def counted(table: pa.Table) -> dict[int, tuple[int, ...]]:
    columns = [
        table.column(name).to_pylist() for name in "hash families occurrences sources starts ends".split()
    ]
    return {row[0]: row[1:] for row in zip(*columns, strict=True)}


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_levels_are_what_counting_one_by_one_gives(rows: list[Row]) -> None:
    bucket, below = as_bucket(rows), None
    for words in range(1, 5):
        table = count_level(bucket.texts, bucket.families, SOURCES, below)
        assert table.schema == COUNTS
        assert counted(table) == expected(rows, words)
        below = survivors(table, MiningSettings(support=1, sources=1), below)
        if not len(below.table):
            return


def test_only_what_survived_grows(bucket: Callable[..., Bucket]) -> None:
    texts = bucket([("f1", "title", "en", "a b c"), ("f2", "title", "en", "b c d")])
    words = count_level(texts.texts, texts.families, SOURCES)
    below = survivors(words, MiningSettings(support=2, sources=1))
    pairs = count_level(texts.texts, texts.families, SOURCES, below)
    assert pairs.column("hash").to_pylist() == [key_hash("en", "b c")]


def test_prefix_and_suffix_lead_back_to_the_words(bucket: Callable[..., Bucket]) -> None:
    texts = bucket([("f1", "title", "en", "a b c")])
    words = count_level(texts.texts, texts.families, SOURCES)
    assert set(words.column("prefix").to_pylist()) == {word_hash("en")}
    assert set(words.column("suffix").to_pylist()) == {word_hash(word) for word in "abc"}
    below = survivors(words, MiningSettings(support=1, sources=1))
    pairs = count_level(texts.texts, texts.families, SOURCES, below)
    row = pairs.column("hash").to_pylist().index(key_hash("en", "b c"))
    assert pairs.column("prefix")[row].as_py() == key_hash("en", "b")
    assert pairs.column("suffix")[row].as_py() == key_hash("en", "c")


def test_subjects_of_one_family_speak_once_in_any_order(bucket: Callable[..., Bucket]) -> None:
    made = bucket([(f"s{i}", "title", "en", "a b") for i in range(4)])
    texts = made.texts.take([1, 0, 3, 2])
    words = count_level(texts, np.array([0, 1, 0, 1], np.int32), SOURCES)
    assert words.column("families").to_pylist() == [2, 2]
    assert words.column("occurrences").to_pylist() == [4, 4]


def test_a_copy_is_no_source_of_its_own(bucket: Callable[..., Bucket]) -> None:
    made = bucket([("f1", "query", "en", "a"), ("f1", "title", "en", "a")], [True, False])
    words = count_level(made.texts, made.families, SOURCES)
    assert words.column("sources").to_pylist() == [0b10]
    assert words.column("occurrences").to_pylist() == [2]


def test_texts_of_other_sources_are_passed_over(bucket: Callable[..., Bucket]) -> None:
    made = bucket([("f1", "alt", "en", "a"), ("f1", "title", "en", "b")])
    words = count_level(made.texts, made.families, SOURCES)
    assert words.column("suffix").to_pylist() == [word_hash("b")]


def test_many_words_make_the_tables_grow(bucket: Callable[..., Bucket]) -> None:
    rows = [
        (f"f{i % 7}", "title", "en", " ".join(f"w{j}" for j in range(i, i + 40))) for i in range(0, 6000, 13)
    ]
    made = bucket(rows)
    assert counted(count_level(made.texts, made.families, SOURCES)) == expected(rows, 1)


def test_nothing_gives_nothing(bucket: Callable[..., Bucket]) -> None:
    none = np.empty(0, np.int32)
    assert count_level(TEXTS.empty_table(), none, SOURCES).equals(COUNTS.empty_table())
    made = bucket([("f1", "title", "en", "a")])
    empty = survivors(COUNTS.empty_table(), MiningSettings())
    assert len(count_level(made.texts, made.families, SOURCES, replace(empty))) == 0
    assert isinstance(empty, Level)


def test_too_many_sources_are_refused(bucket: Callable[..., Bucket]) -> None:
    made = bucket([("f1", "title", "en", "a")])
    with pytest.raises(InputError, match="at most 64 sources"):
        count_level(made.texts, made.families, [f"s{i}" for i in range(65)])
