"""Dictionaries from files of every form, good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.labels.hashing import key_hash, phrase_id
from saccade.labels.mining.dictionary import PHRASES, dictionary, read_dictionary
from saccade.labels.vocabulary import Vocabulary

Lemmas = Callable[[str, str], list[str]]
LANGUAGES = ("de", "en")
ROWS = [("Living Room", "en"), ("wohnzimmer", "de"), ("sofa", None)]


def lines(path: Path) -> Path:
    path.write_text("".join(json.dumps({"phrase": a, "language": b}) + "\n" for a, b in ROWS))
    return path


def delimited(path: Path) -> Path:
    mark = "\t" if path.suffix == ".tsv" else ","
    path.write_text(f"Language{mark}Phrase\n" + "".join(f"{b or ''}{mark}{a}\n" for a, b in ROWS))
    return path


def parquet(path: Path) -> Path:
    pq.write_table(pa.table({"phrase": [a for a, _ in ROWS], "language": [b for _, b in ROWS]}), path)
    return path


@pytest.mark.parametrize(
    ("name", "make"),
    [("p.jsonl", lines), ("p.csv", delimited), ("p.tsv", delimited), ("p.parquet", parquet)],
)
def test_every_form_reads_the_same(
    tmp_path: Path, lemmas: Lemmas, name: str, make: Callable[[Path], Path]
) -> None:
    given = read_dictionary(str(make(tmp_path / name)), LANGUAGES, lemmas)
    assert given.rows.equals(dictionary(ROWS, LANGUAGES, lemmas).rows)
    assert given.rows.schema == PHRASES
    assert set(given.keys) == {("en", "living room"), ("de", "wohnzimmer"), ("de", "sofa"), ("en", "sofa")}
    assert (given.read, given.folded, given.refused) == (3, 0, {})


def test_ids_are_those_of_the_vocabulary(lemmas: Lemmas) -> None:
    rows = dictionary(ROWS, LANGUAGES, lemmas).rows
    for row in rows.to_pylist():
        assert row["phrase_id"] == phrase_id(key_hash(row["language"], row["key"]))
        assert row["origin"] == "given"
        assert row["words"] == len(row["key"].split())
    assert len(Vocabulary(rows)) == 4


def test_lines_of_text_without_comments(tmp_path: Path, lemmas: Lemmas) -> None:
    path = tmp_path / "phrases.txt"
    path.write_text("\ufeff# ours\nOak Table\n\n  japandi  \n")
    given = read_dictionary(str(path), ("en",), lemmas)
    assert set(given.keys) == {("en", "oak table"), ("en", "japandi")}
    assert sorted(given.rows["phrase"].to_pylist()) == ["Oak Table", "japandi"]


def test_doubles_fold_into_the_first(lemmas: Lemmas) -> None:
    given = dictionary([("Oak Table", "en"), ("oak  table", "EN"), ("oak table", None)], ("en",), lemmas)
    assert given.rows["phrase"].to_pylist() == ["Oak Table"]
    assert (given.read, given.folded) == (3, 2)


def test_what_cannot_be_used_is_counted_by_reason(lemmas: Lemmas) -> None:
    entries = [
        ("", "en"), (None, None), (7, "en"), ("a b c d e f g", "en"), ("!!", "en"), ("sofa", "English"),
        ("so\udc80fa", "en"), ("sofa", "en"),
    ]  # fmt: skip
    given = dictionary(entries, LANGUAGES, lemmas)
    assert len(given.rows) == 1
    assert given.refused == {
        "empty or not text": 3, "longer than 6 words": 1, "without a word": 1,
        "of no language (expected codes such as en)": 1, "not UTF-8": 1,
    }  # fmt: skip


def test_a_wrong_column_is_one_line_that_names_what_is_there(tmp_path: Path, lemmas: Lemmas) -> None:
    path = tmp_path / "phrases.csv"
    path.write_text("word,lang\nsofa,en\n")
    with pytest.raises(
        InputError, match=r"phrases\.csv: expected a column 'phrase', found word, lang"
    ) as error:
        read_dictionary(str(path), LANGUAGES, lemmas)
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path, lemmas: Lemmas) -> None:
    with pytest.raises(NotFoundError, match="there is no file"):
        read_dictionary(str(tmp_path / "none.txt"), LANGUAGES, lemmas)
    for name, data in {
        "p.parquet": b"not parquet",
        "p.xlsx": b"x",
        "p.jsonl": b"[",
        "p.csv": b"",
        "p.txt": b"",
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="expected") as error:
            read_dictionary(str(tmp_path / name), LANGUAGES, lemmas)
        assert "\n" not in str(error.value)


def test_a_dictionary_without_a_usable_phrase_is_an_error(tmp_path: Path, lemmas: Lemmas) -> None:
    path = tmp_path / "phrases.txt"
    path.write_text("a b c d e f g h\n???\n")
    with pytest.raises(InputError, match="1 longer than 6 words, 1 without a word"):
        read_dictionary(str(path), LANGUAGES, lemmas)
