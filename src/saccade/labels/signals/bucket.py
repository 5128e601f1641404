"""A bucket's rows as far as no language is needed: subjects, and the words of every distinct text.

Not here: settings' meaning and the result (`read`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError
from saccade.labels.shapes import GATHERED
from saccade.labels.signals.cleaning import Clean, clean
from saccade.labels.signals.subjects import Grouped, grouped
from saccade.labels.signals.words import Words, cut


@dataclass(frozen=True)
class SignalSettings:
    """How texts are read.

    languages: ISO 639-1 codes that may occur; none means to find out. texts_per_source: the most texts of one
    source that a subject keeps, the heaviest; characters: the most of one text; hashtags: a text with more is
    an advertisement. library_texts: how many texts the language library is asked about when a corpus is
    learned; least_share: share of those that a language needs to count as one of the corpus's.
    """

    languages: tuple[str, ...] = ()
    texts_per_source: int = 64
    characters: int = 20_000
    hashtags: int = 15
    library_texts: int = 4_000
    least_share: float = 0.01

    def __post_init__(self) -> None:
        for name in ("texts_per_source", "characters", "hashtags", "library_texts"):
            if getattr(self, name) < 1:
                raise InputError(
                    f"expected {name} of 1 or more, found {getattr(self, name)}: choose a larger one"
                )
        for code in self.languages:
            if not (len(code) == 2 and code.isascii() and code.isalpha() and code.islower()):
                raise InputError(
                    f"expected languages as ISO 639-1 codes such as en, found {code!r}: write two letters"
                )


@dataclass(frozen=True)
class Bucket:
    """grouped: subjects and the rows that are read, N of them; text: int32 [N], their distinct text; sources,
    told: their source and told language; clean, words: the distinct texts.
    """

    grouped: Grouped
    text: npt.NDArray[np.int32]
    sources: pa.DictionaryArray
    told: pa.DictionaryArray
    clean: Clean
    words: Words


def bucket(rows: pa.Table, settings: SignalSettings) -> Bucket:
    """Reads rows of schema GATHERED. Raises `InputError` for other columns."""
    if missing := [name for name in GATHERED.names if name not in rows.column_names]:
        raise InputError(
            f"expected rows with {', '.join(GATHERED.names)}, found none of {', '.join(missing)}: add them"
        )
    texts = _names(pc.fill_null(rows["text"].cast(pa.large_string()), ""))
    sources = _names(pc.fill_null(rows["source"].cast(pa.string()), ""))
    found = grouped(rows, texts, sources, settings.texts_per_source)
    used, text = np.unique(texts.indices.to_numpy()[found.rows], return_inverse=True)
    cleaned = clean(texts.dictionary.take(pa.array(used)), settings.characters)
    kept = pa.array(found.rows)
    told = _names(rows["language"].cast(pa.string()).take(kept))
    return Bucket(found, text.astype(np.int32), sources.take(kept), told, cleaned, cut(cleaned.texts))


def _names(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.combine_chunks().dictionary_encode()
