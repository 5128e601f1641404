"""Rows of a bucket → subjects, texts and forms: everything that later stages read.

Decided: work is done once for each distinct text, and once for each distinct (language, word); rows only
point at it. Texts without a word and advertisements are dropped and counted. A text keeps its row's weight.

Not here: what repeats over families (`boilerplate`), which needs all buckets.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from saccade.labels.hashing import Hashes, word_hashes
from saccade.labels.shapes import FORMS, TEXTS, UNKNOWN
from saccade.labels.signals.adverts import adverts
from saccade.labels.signals.bucket import SignalSettings, bucket
from saccade.labels.signals.copies import copies
from saccade.labels.signals.languages import LanguageModel
from saccade.labels.signals.lemmas import lemmas
from saccade.labels.signals.words import Words

Places = npt.NDArray[np.int32]

__all__ = ["SignalSettings", "Signals", "read_signals"]


@dataclass(frozen=True)
class Signals:
    """What a bucket says. subjects, texts, forms: of schemas SUBJECTS, TEXTS, FORMS. counts: rows, subjects,
    texts (kept), empty, spam, over_cap, truncated, copied, and texts by `language/…` and `source/…`.
    """

    subjects: pa.Table
    texts: pa.Table
    forms: pa.Table
    counts: dict[str, int]


def read_signals(rows: pa.Table, settings: SignalSettings, languages: LanguageModel | None = None) -> Signals:
    """Signals of a bucket (GATHERED). languages: of the whole corpus; without, learned from these rows alone.

    Raises `InputError` for rows of another shape.
    """
    from saccade.labels.signals.teaching import taught

    read = bucket(rows, settings)
    model = taught(read, settings) if languages is None else languages
    empty = np.diff(read.words.offsets) == 0
    spam = adverts(read.words, read.clean.links, settings.hashtags) & ~empty
    kept = np.flatnonzero(~(empty | spam)[read.text])
    text = read.text[kept]
    sources = read.sources.take(pa.array(kept))
    language = model.chosen(read.words, text, sources, read.told.take(pa.array(kept)))
    names = [*model.languages, UNKNOWN]
    counts = _counted(
        read.words.tokens, read.words.offsets, text, language, len(names), len(read.words.surfaces)
    )
    hashes, forms = _forms(read.words, counts, names, model)
    words, offsets = _expanded(read.words.tokens, read.words.offsets, text, language, hashes)
    subject = read.grouped.subject[kept]
    copied = copies(subject, _ranks(sources), words, offsets)
    columns = [
        pa.array(subject), sources, pa.DictionaryArray.from_arrays(pa.array(language), pa.array(names)),
        pa.array(read.grouped.weights[kept]), pa.LargeListArray.from_arrays(pa.array(offsets),
        pa.array(words)),
        pa.array(copied),
    ]  # fmt: skip
    texts = pa.table(columns, schema=TEXTS)
    totals = {
        "rows": len(rows), "subjects": len(read.grouped.subjects), "texts": len(texts),
        "empty": int(empty[read.text].sum()), "spam": int(spam[read.text].sum()),
        "over_cap": read.grouped.over_cap,
        "truncated": int(read.clean.truncated[read.text].sum()), "copied": int(copied.sum()),
    }  # fmt: skip
    return Signals(read.grouped.subjects, texts, forms, totals | _tallies(texts))


def _forms(
    words: Words, counts: npt.NDArray[np.int64], names: list[str], model: LanguageModel
) -> tuple[Hashes, pa.Table]:
    """uint64 [L + 1, S]: hashes of lemmas where a word occurs in a language; FORMS."""
    language, surface = np.nonzero(counts)
    written = words.surfaces.take(pa.array(surface))
    surfaces = [str(surface) for surface in written.to_pylist()]
    lemma, spellings = lemmas(), [model.spellings.get(name, {}) for name in names]
    base = pa.array(
        [
            lemma(names[at], spellings[at].get(word, word))
            for at, word in zip(language.tolist(), surfaces, strict=True)
        ],
        pa.string(),
    )
    hashes = np.zeros(counts.shape, np.uint64)
    hashes[language, surface] = found = word_hashes(base)
    columns = [
        pa.array(names).take(pa.array(language)), pa.array(found), base, written.cast(pa.string()),
        pa.array(counts[language, surface]),
    ]  # fmt: skip
    return hashes, pa.table(columns, schema=FORMS)


@njit(cache=True, nogil=True)
def _counted(
    tokens: Places,
    offsets: npt.NDArray[np.int64],
    text: Places,
    language: Places,
    languages: int,
    surfaces: int,
) -> npt.NDArray[np.int64]:
    """int64 [languages, S]: how often each word occurs in texts of each language."""
    found = np.zeros((languages, surfaces), np.int64)
    for row in range(len(text)):
        for token in tokens[offsets[text[row]] : offsets[text[row] + 1]]:
            if token >= 0:
                found[language[row], token] += 1
    return found


@njit(cache=True, nogil=True)
def _expanded(
    tokens: Places, offsets: npt.NDArray[np.int64], text: Places, language: Places, hashes: Hashes
) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Words of every row as hashes of lemmas, 0 for a break; int64 [N + 1], where each row starts."""
    starts = np.zeros(len(text) + 1, np.int64)
    for row in range(len(text)):
        starts[row + 1] = starts[row] + offsets[text[row] + 1] - offsets[text[row]]
    found = np.zeros(starts[-1], np.uint64)
    for row in range(len(text)):
        first = offsets[text[row]]
        for place in range(starts[row + 1] - starts[row]):
            token = tokens[first + place]
            if token >= 0:
                found[starts[row] + place] = hashes[language[row], token]
    return found, starts


def _ranks(names: pa.DictionaryArray) -> Places:
    """int32 [N]: the alphabetical rank of each name."""
    order = np.argsort(np.array(names.dictionary.to_pylist(), object), kind="stable")
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.arange(len(order))
    return ranks[names.indices.to_numpy()]


def _tallies(texts: pa.Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for column in ("language", "source"):
        for row in pc.value_counts(texts[column].cast(pa.string())).to_pylist():
            found[f"{column}/{row['values']}"] = row["counts"]
    return dict(sorted(found.items()))
