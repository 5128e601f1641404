"""A given dictionary becomes rows of the table `phrases`.

    given = read_dictionary("phrases.csv", ("en", "de"), lemmas)

A text file has one phrase a line (`#` at the start of a line is a comment); CSV, TSV, JSONL, Parquet and
Arrow have a column `phrase` and may have `language`.

Decided:
- A phrase without a language counts for every language of the corpus: it becomes a row in each, normalised as
  that language's texts are.
- Phrases that are the same after normalisation become one row, written as the first of them.
- What cannot be used is counted by reason and does not stop the rest; a file that cannot be read, has no
  column `phrase` or no phrase that can be used is an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from saccade.catalog.files import local, open_text, stamp
from saccade.catalog.readers.arrow import ArrowReader
from saccade.catalog.readers.lines import DelimitedReader, JsonLinesReader
from saccade.catalog.rows import Row
from saccade.errors import InputError
from saccade.labels.hashing import phrase_hashes, phrase_id
from saccade.labels.mining.function_words import Lemmas
from saccade.labels.vocabulary import LONGEST
from saccade.workspace.schemas import SPECS

PHRASES = SPECS["phrases"].schema
GIVEN = "given"
_ENDINGS = ".txt .csv .tsv .tab .jsonl .ndjson .parquet .pq .arrow .feather .ipc".split()
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
Pair = tuple[object, object]
Key = tuple[str, str]
"""(language, lemmas parted by spaces)."""


@dataclass(frozen=True)
class Given:
    """rows: of the table `phrases`, sorted by id, with support 0; read: phrases in the file; folded: how many
    were the same as one before; refused: how many could not be used, by reason.
    """

    rows: pa.Table
    read: int
    folded: int
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """(language, key) of every phrase, as block lists are given to mining."""
        return list(zip(self.rows["language"].to_pylist(), self.rows["key"].to_pylist(), strict=True))


def read_dictionary(path: str, languages: Sequence[str], lemmas: Lemmas) -> Given:
    """The phrases of a file. languages: those of the corpus; lemmas: how its texts were normalised.

    Raises `NotFoundError` when there is no such file, `InputError` when it cannot be used.
    """
    uri = local(path)
    stamp(uri)
    given = dictionary(_pairs(uri), languages, lemmas)
    if not len(given.rows):
        why = ", ".join(f"{count} {reason}" for reason, count in given.refused.items()) or "an empty file"
        raise InputError(f"{uri}: expected phrases of 1 to {LONGEST} words, found {why}")
    return given


def dictionary(pairs: Iterable[Pair], languages: Sequence[str], lemmas: Lemmas) -> Given:
    """The same from (phrase, language or None) pairs."""
    found: dict[Key, str] = {}
    refused: Counter[str] = Counter()
    read = folded = 0
    entries = [(phrase, _tongues(phrase, language, languages)) for phrase, language in pairs]
    words = _words(entries, lemmas)
    for phrase, tongues in entries:
        read += 1
        rows, reason = _normal(phrase, tongues, words)
        fresh = {key: row for key, row in rows.items() if key not in found}
        found |= fresh
        refused.update([reason] if reason else [])
        folded += bool(rows) and not fresh
    return Given(_table(found), read, folded, dict(refused))


def _tongues(phrase: object, language: object, languages: Sequence[str]) -> Sequence[str] | str:
    """The languages that an entry counts for, or why it cannot be used."""
    if not isinstance(phrase, str) or not phrase.strip():
        return "empty or not text"
    if not _is_utf8(phrase):
        return "not UTF-8"
    named = str(language).strip().lower() if language not in (None, "") else ""
    if named and not _LANGUAGE.fullmatch(named):
        return "of no language (expected codes such as en)"
    return [named] if named else list(languages)


def _is_utf8(text: str) -> bool:
    """Whether it has no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _words(
    entries: Sequence[tuple[object, Sequence[str] | str]], lemmas: Lemmas
) -> dict[tuple[str, object], list[str]]:
    """(language, phrase) → its lemmas, a language at a time."""
    asked: dict[str, dict[str, None]] = {}
    for phrase, tongues in entries:
        if not isinstance(tongues, str):
            for tongue in tongues:
                asked.setdefault(tongue, {})[str(phrase)] = None
    return {
        (tongue, phrase): words
        for tongue, phrases in asked.items()
        for phrase, words in zip(phrases, lemmas(tongue, list(phrases)), strict=True)
    }


def _normal(
    phrase: object, tongues: Sequence[str] | str, lemmas: Mapping[tuple[str, object], list[str]]
) -> tuple[dict[Key, str], str]:
    """Key → phrase of one entry, or why there is none."""
    if isinstance(tongues, str):
        return {}, tongues
    found: dict[Key, str] = {}
    reason = ""
    for tongue in tongues:
        words = lemmas[tongue, phrase]
        if 0 < len(words) <= LONGEST:
            found[tongue, " ".join(words)] = " ".join(str(phrase).split())
        else:
            reason = f"longer than {LONGEST} words" if words else "without a word"
    return found, "" if found else reason


def _table(found: dict[Key, str]) -> pa.Table:
    tongues, keyed = [key[0] for key in found], [key[1] for key in found]
    hashes = phrase_hashes(pa.array(tongues, pa.string()), pa.array(keyed, pa.string())).tolist()
    rows = sorted(zip(map(phrase_id, hashes), found.values(), tongues, keyed, strict=True))
    ids, phrases, languages, keys = map(list, zip(*rows, strict=True)) if rows else ([], [], [], [])
    return pa.table({
        "phrase_id": ids, "phrase": phrases, "language": languages, "key": keys,
        "words": [key.count(" ") + 1 for key in keys], "support": [0] * len(rows),
        "sources": [[] for _ in rows], "npmi": pa.nulls(len(rows)), "visualness": pa.nulls(len(rows)),
        "origin": [GIVEN] * len(rows),
    }, schema=PHRASES)  # fmt: skip


def _pairs(uri: str) -> Iterator[Pair]:
    """(phrase, language) of every row of a file."""
    name = uri.lower().removesuffix(".gz")
    if not name.endswith(tuple(_ENDINGS)):
        raise InputError(f"{uri}: expected a file that ends in one of {', '.join(_ENDINGS)}")
    if name.endswith(".txt"):
        yield from _lines(uri)
        return
    names, rows = _read(uri, name)
    columns = {column.strip().lower(): column for column in reversed(names)}
    if "phrase" not in columns:
        raise InputError(f"{uri}: expected a column 'phrase', found {', '.join(names[:40])}")
    phrase, language = columns["phrase"], columns.get("language", "")
    try:
        for row in rows:
            yield (None, None) if isinstance(row, str) else (row.get(phrase), row.get(language))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{uri}: cannot be read to its end ({str(error).splitlines()[0]})") from None


def _read(uri: str, name: str) -> tuple[list[str], Iterator[Row | str]]:
    """The columns of a table file, and its rows or why one is none."""
    if name.endswith((".csv", ".tsv", ".tab")):
        delimited = DelimitedReader(uri)
        return delimited.names(), (row for _, row, _ in delimited.parsed(None))
    if name.endswith((".jsonl", ".ndjson")):
        lines = JsonLinesReader(uri)
        return lines.names(), (row for _, row, _ in lines.parsed(None))
    arrow = ArrowReader(uri)
    return arrow.names(), (row for _, row in arrow.parsed())


def _lines(uri: str) -> Iterator[Pair]:
    """Lines of a text file that are neither empty nor a comment."""
    with open_text(uri) as handle:
        yield from ((line, None) for line in handle if line.strip() and not line.startswith("#"))
