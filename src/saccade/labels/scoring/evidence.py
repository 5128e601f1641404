"""What is known of some subjects when their phrases are scored: `Evidence`, and dense views of it.

Decided: a *pair* is a distinct (subject, phrase) that at least one source says; pairs are numbered in order
of subject and phrase. Everything that scores works on arrays of pairs × sources, in the order of the scorer's
own sources; a source that it has never seen lands in one more column at the end, so that no name can stop a
run. A source "speaks" for a pair when it has a text about the subject in the phrase's language; only then is
its silence a sign.

Not here: what the numbers mean (`features`, `agreement`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.labels.shapes import HEARD, SAID

Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """One bucket, or several joined with their subjects renumbered.

    said: rows of `SAID` sorted by subject, phrase, source; heard: rows of `HEARD`; similarity: float32
    [pairs], cosine of the phrase to the subject's other phrases, NaN where unknown; sources, languages: the
    names that `said` and `heard` number. Raises `InputError` where lengths or numbers do not fit.
    """

    said: pa.Table
    heard: pa.Table
    similarity: Floats
    sources: tuple[str, ...]
    languages: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.similarity) != len(self):
            raise InputError(
                f"evidence needs one similarity for each of {len(self)} pairs, found {len(self.similarity)}"
            )

    def __len__(self) -> int:
        """The number of pairs."""
        return len(self.starts)

    @cached_property
    def starts(self) -> Ints:
        """int64 [pairs]: the first row of `said` of each pair."""
        if not self.said.num_rows:
            return np.empty(0, np.int64)
        subject, phrase = self.column("subject"), self.column("phrase")
        new = (subject[1:] != subject[:-1]) | (phrase[1:] != phrase[:-1])
        return np.concatenate(([0], np.flatnonzero(new) + 1))

    @cached_property
    def pair_of(self) -> Ints:
        """int64 [rows of said]: the pair of each row."""
        lengths = np.diff(np.append(self.starts, self.said.num_rows))
        return np.repeat(np.arange(len(self)), lengths)

    @cached_property
    def subject(self) -> Shorts:
        """int32 [pairs]."""
        return self.column("subject")[self.starts]

    @cached_property
    def phrase(self) -> Shorts:
        """int32 [pairs]: rows of the vocabulary."""
        return self.column("phrase")[self.starts]

    @cached_property
    def subjects(self) -> int:
        """One more than the highest subject that says or hears something."""
        ends = [
            int(table.column("subject").to_numpy().max()) for table in (self.said, self.heard) if len(table)
        ]
        return max(ends, default=-1) + 1

    def column(self, name: str) -> npt.NDArray[np.int32]:
        """A column of `said` as numpy."""
        return self.said.column(name).to_numpy()


@dataclass(frozen=True, eq=False)
class Dense:
    """Pairs × columns, where a column is a source of the scorer, and the last one all others.

    texts, heard: int32, how many texts say it, and how many there are in the phrase's language (at least
    `texts`); weight: float32, the sum of their weights; longest, copied: float32 shares of `texts`.
    """

    texts: Shorts
    heard: Shorts
    weight: Floats
    longest: Floats
    copied: Floats


def dense(evidence: Evidence, phrase_language: Shorts, sources: Sequence[str]) -> Dense:
    """Evidence as arrays [pairs, len(sources) + 1].

    phrase_language: int32 [V], place of each phrase's language in `evidence.languages`, -1 if not there.
    """
    column = columns(evidence.sources, sources)[evidence.column("source")]
    cell = evidence.pair_of * (len(sources) + 1) + column
    shape = (len(evidence), len(sources) + 1)

    def total(name: str, factor: npt.NDArray[np.int32] | None = None) -> Floats:
        values = evidence.column(name).astype(np.float64)
        values = values if factor is None else values * factor
        return np.bincount(cell, values, shape[0] * shape[1]).reshape(shape).astype(np.float32)

    texts = total("texts")
    count = np.maximum(texts, 1)
    heard = np.maximum(_heard(evidence, phrase_language, sources), texts.astype(np.int32))
    return Dense(
        texts.astype(np.int32), heard, total("weight"),
        (total("longest", evidence.column("texts")) / count).astype(np.float32),
        np.minimum(total("copied") / count, 1).astype(np.float32),
    )  # fmt: skip


def columns(names: Sequence[str], sources: Sequence[str]) -> Ints:
    """int64 [names]: the place of each name in `sources`; `len(sources)` for one that is not there."""
    place = {name: number for number, name in enumerate(sources)}
    return np.array([place.get(name, len(sources)) for name in names], np.int64)


def languages_of(phrases: pa.Table, languages: Sequence[str]) -> Shorts:
    """int32 [V]: the place of each phrase's language in `languages`, -1 if not there."""
    coded = phrases.column("language").combine_chunks().dictionary_encode()
    chunks = coded.chunks if isinstance(coded, pa.ChunkedArray) else [coded]
    place = {name: number for number, name in enumerate(languages)}
    parts = [
        np.array([place.get(name, -1) for name in chunk.dictionary.to_pylist()] or [-1], np.int32)[
            chunk.indices.to_numpy(zero_copy_only=False)
        ]
        for chunk in chunks
    ]
    return np.concatenate([np.empty(0, np.int32), *parts])


def join(parts: Sequence[Evidence]) -> Evidence:
    """Evidence of several buckets as one; subjects are renumbered in order. All must number sources and
    languages alike.
    """
    if not parts:
        return Evidence(SAID.empty_table(), HEARD.empty_table(), np.empty(0, np.float32), (), ())
    first = parts[0]
    if any((part.sources, part.languages) != (first.sources, first.languages) for part in parts):
        raise InputError("buckets to be joined must name the same sources and languages in the same order")
    shifts = np.concatenate(([0], np.cumsum([part.subjects for part in parts])))[:-1]
    said = [_shifted(part.said, int(shift)) for part, shift in zip(parts, shifts, strict=True)]
    heard = [_shifted(part.heard, int(shift)) for part, shift in zip(parts, shifts, strict=True)]
    similarity = np.concatenate([part.similarity for part in parts])
    return Evidence(
        pa.concat_tables(said), pa.concat_tables(heard), similarity, first.sources, first.languages
    )


def _shifted(table: pa.Table, shift: int) -> pa.Table:
    moved = pa.array(table.column("subject").to_numpy() + np.int32(shift), pa.int32())
    return table.set_column(table.column_names.index("subject"), "subject", moved)


def _heard(evidence: Evidence, phrase_language: Shorts, sources: Sequence[str]) -> Shorts:
    """int32 [pairs, sources + 1]: texts of each source in the language of the pair's phrase."""
    wide, count = len(sources) + 1, max(len(evidence.languages), 1)
    table = {name: evidence.heard.column(name).to_numpy().astype(np.int64) for name in HEARD.names}
    place = columns(evidence.sources, sources)
    column = place[table["source"]] if len(place) else table["source"]
    cell = (table["subject"] * count + table["language"]) * wide + column
    rows = evidence.subjects * count
    spoken = np.bincount(cell, table["texts"], rows * wide).astype(np.int32).reshape(rows, wide)
    language = phrase_language[evidence.phrase].astype(np.int64)
    found = spoken[np.maximum(evidence.subject.astype(np.int64) * count + language, 0)]
    found[language < 0] = 0
    return found
