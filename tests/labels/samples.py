"""Small vocabularies and texts for the tests of weak labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from saccade.labels.hashing import key_hash, phrase_id, word_hashes
from saccade.labels.shapes import TEXTS
from saccade.labels.vocabulary import Vocabulary
from saccade.workspace.schemas import SPECS


def vocabulary(phrases: Iterable[str], language: str = "en") -> Vocabulary:
    """A vocabulary of phrases as they are, without statistics."""
    rows = [
        {"phrase_id": phrase_id(key_hash(language, key)), "phrase": key, "language": language, "key": key,
         "words": key.count(" ") + 1, "support": 1, "sources": ["title"], "origin": "given"}
        for key in phrases
    ]  # fmt: skip
    return Vocabulary(pa.Table.from_pylist(rows, schema=SPECS["phrases"].schema))


def texts(
    rows: Sequence[tuple[int, str, str]], language: str = "en", copied: Sequence[bool] = ()
) -> pa.Table:
    """Rows of `TEXTS` from (subject, source, text); "," is a break, weights are 1."""
    words = [
        [0 if word == "," else int(word_hashes([word])[0]) for word in text.split()] for *_, text in rows
    ]
    return pa.table(
        {
            "subject": pa.array([row[0] for row in rows], pa.int32()),
            "source": pa.array([row[1] for row in rows]).dictionary_encode(),
            "language": pa.array([language] * len(rows), pa.string()).dictionary_encode(),
            "weight": pa.array([1.0] * len(rows), pa.float32()),
            "words": pa.array(words, pa.large_list(pa.uint64())),
            "copied": pa.array(list(copied) or [False] * len(rows)),
        }
    ).cast(TEXTS)
