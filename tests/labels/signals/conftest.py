"""What the tests of signals share: rows of a bucket, and texts as words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import pyarrow as pa
import pytest

from saccade.labels.shapes import GATHERED, TEXTS
from saccade.labels.signals.words import Words

Rows = Callable[[Iterable[tuple[object, ...]]], pa.Table]


@pytest.fixture(scope="session")
def gathered() -> Rows:
    """(image, family, source, text, told, weight) → GATHERED, sorted; the last two may be left out."""

    def build(rows: Iterable[tuple[object, ...]]) -> pa.Table:
        whole = sorted(((*row, None, 1.0)[:6] if len(row) < 6 else row for row in rows), key=_order)
        columns = list(zip(*whole, strict=True)) if whole else [()] * 6
        return pa.table(
            [pa.array(list(c), t) for c, t in zip(columns, GATHERED.types, strict=True)], GATHERED
        )

    return build


@pytest.fixture(scope="session")
def spelled() -> Callable[[Words], list[str]]:
    """Words → each text with its words, and | for a break."""

    def spell(words: Words) -> list[str]:
        names, bounds = words.surfaces.to_pylist(), words.offsets.tolist()
        shown = ["|" if token < 0 else names[token] for token in words.tokens.tolist()]
        return [" ".join(shown[a:b]) for a, b in pairwise(bounds)]

    return spell


@pytest.fixture(scope="session")
def texts_of() -> Callable[[Iterable[tuple[int, str, str]]], pa.Table]:
    """(subject, source, words) → TEXTS, in which a word's hash is its own and | is a break."""

    def build(rows: Iterable[tuple[int, str, str]]) -> pa.Table:
        from saccade.labels.hashing import word_hash

        every = list(rows)
        words = [[0 if word == "|" else word_hash(word) for word in text.split()] for _, _, text in every]
        columns = [
            [s for s, _, _ in every], [s for _, s, _ in every], ["en"] * len(every), [1.0] * len(every),
            words,
            [False] * len(every),
        ]  # fmt: skip
        return pa.table([pa.array(c, t) for c, t in zip(columns, TEXTS.types, strict=True)], TEXTS)

    return build


def _order(row: tuple[object, ...]) -> tuple[str, ...]:
    return str(row[1]), str(row[0]), str(row[2]), str(row[3])
