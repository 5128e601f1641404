"""Mining from end to end on a small planted corpus."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest

from saccade.labels.hashing import key_hash, phrase_id
from saccade.labels.mining.admission import PHRASES
from saccade.labels.mining.passes import Bucket, mine
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.vocabulary import Vocabulary
from tests.labels.mining.conftest import Row

Lemmas = Callable[[str, str], list[str]]
Make = Callable[..., Bucket]
SOURCES = ("query", "title")


def keys(rows: pa.Table) -> set[str]:
    return set(rows.column("key").to_pylist())


def test_planted_phrases_are_found_and_slices_are_not(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    found = mine([bucket(shop)], SOURCES, lemmas)
    assert found.rows.schema == PHRASES
    assert {"living room", "home office", "reading nook", "sofa", "japandi"} <= keys(found.rows)
    assert {"japandi living room", "rustic home office"} <= keys(found.rows)
    assert not {"living", "room", "office"} & keys(found.rows), "fragments of a longer phrase"
    assert not {"for", "the", "for the", "sofa for", "the living room"} & keys(found.rows)
    assert not {"sofa for the living room", "red sofa japandi"} & keys(found.rows)
    assert found.refused["fragment"] > 0
    assert len(Vocabulary(found.rows)) == len(found.rows)


def test_rows_say_what_was_counted(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    rows = {row["key"]: row for row in mine([bucket(shop)], SOURCES, lemmas).rows.to_pylist()}
    room = rows["living room"]
    said = {row[0] for row in shop if "living room" in row[3]}
    assert (room["support"], room["words"], room["sources"]) == (len(said), 2, ["query", "title"])
    assert room["phrase_id"] == phrase_id(key_hash("en", "living room"))
    assert room["npmi"] > 0.5
    assert room["visualness"] is None
    assert room["origin"] == "mined"
    assert rows["sofa"]["npmi"] is None


def test_buckets_threads_and_order_change_nothing(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    parts = [bucket([row for row in shop if int(row[0][1:]) % 4 == part]) for part in range(4)]
    whole = mine([bucket(shop)], SOURCES, lemmas)
    split = mine(parts[::-1], SOURCES, lemmas, threads=2)
    assert split.rows.equals(whole.rows)
    assert split.refused == whole.refused


def test_ids_stay_when_more_texts_come(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    before = mine([bucket(shop[:1500])], SOURCES, lemmas).rows
    after = mine([bucket(shop)], SOURCES, lemmas).rows
    ids = dict(zip(after.column("key").to_pylist(), after.column("phrase_id").to_pylist(), strict=True))
    shared = [row for row in before.to_pylist() if row["key"] in ids]
    assert len(shared) > 10
    assert all(ids[row["key"]] == row["phrase_id"] for row in shared)


def test_no_texts_give_no_phrases(bucket: Make, lemmas: Lemmas) -> None:
    assert len(mine([], SOURCES, lemmas).rows) == 0
    rare = bucket([("f1", "title", "en", "oak table")])
    assert mine([rare], SOURCES, lemmas).rows.equals(PHRASES.empty_table())


def test_a_corpus_of_one_source_works(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    titles = bucket([row for row in shop if row[1] == "title"])
    for sources in (("title",), SOURCES):
        assert "living room" in keys(mine([titles], sources, lemmas).rows)


def test_one_source_is_not_enough_where_there_are_two(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    odd = [(f"f{i:04d}", "title", "en", "blue lagoon") for i in range(20)]
    assert "lagoon" not in keys(mine([bucket(shop + odd)], SOURCES, lemmas).rows)
    one = mine([bucket(shop + odd)], SOURCES, lemmas, MiningSettings(sources=1)).rows
    assert "blue lagoon" in keys(one)


def test_a_language_with_one_source_needs_no_second(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    german = [(f"f{i:04d}", "title", "de", "graues ecksofa") for i in range(20)]
    rows = mine([bucket(shop + german)], SOURCES, lemmas).rows.to_pylist()
    assert ("de", "graues ecksofa") in {(row["language"], row["key"]) for row in rows}


def test_a_phrase_in_every_text_is_one(bucket: Make, lemmas: Lemmas) -> None:
    rows = [(f"f{i}", source, "en", "oak table") for i in range(20) for source in SOURCES]
    assert keys(mine([bucket(rows)], SOURCES, lemmas).rows) == {"oak table"}


def test_the_largest_vocabulary_holds_the_best(bucket: Make, lemmas: Lemmas, shop: list[Row]) -> None:
    every = mine([bucket(shop)], SOURCES, lemmas)
    few = mine([bucket(shop)], SOURCES, lemmas, MiningSettings(size=10))
    worth = sorted((row["support"] * (row["npmi"] or 1.0) for row in every.rows.to_pylist()), reverse=True)
    assert len(few.rows) == 10
    assert few.refused["over size"] == len(every.rows) - 10
    kept = [row["support"] * (row["npmi"] or 1.0) for row in few.rows.to_pylist()]
    assert min(kept) == pytest.approx(worth[9])


def test_the_longest_phrase_is_as_long_as_the_settings_say(
    bucket: Make, lemmas: Lemmas, shop: list[Row]
) -> None:
    rows = mine([bucket(shop)], SOURCES, lemmas, MiningSettings(longest=2)).rows
    assert max(rows.column("words").to_pylist()) == 2
