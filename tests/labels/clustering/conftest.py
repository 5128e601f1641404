"""A small corpus in two languages whose synonyms and translations are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.shapes import SAID

WORDS = {
    "look": {
        "en": "nordic shaker gatsby rustic loft beachy preppy western".split(),
        "de": "skandi tischler zwanziger bäuerlich fabrik strand schule cowboy".split(),
    },
    "place": {
        "en": "kitchen lounge hallway attic porch pantry study bath".split(),
        "de": "küche stube flur dachboden vorbau kammer zimmer wanne".split(),
    },
    "thing": {
        "en": "couch mug carpet lamp vase chair shelf clock".split(),
        "de": "sitzbank tasse teppich leuchte gefäß hocker regal uhr".split(),
    },
}
SOURCES = ("title", "query", "board")


@dataclass(frozen=True)
class Corpus:
    """phrases: columns of the table; said: rows of `SAID`; truth: what each phrase means."""

    phrases: pa.Table
    said: pa.Table
    truth: list[str]


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """2500 things: each has a look, a place and a kind, and is spoken of in both languages."""
    dice = np.random.default_rng(3)
    known: dict[tuple[str, str], int] = {}
    truth: list[str] = []
    rows: set[tuple[int, int, int]] = set()
    for subject in range(2500):
        looks, place, thing = (int(dice.integers(8)) for _ in range(3))
        for source, language in ((0, "en"), (0, "de"), (1, "en"), (1, "de")):
            a, b, c = (
                WORDS[kind][language][at]
                for kind, at in (("look", looks), ("place", place), ("thing", thing))
            )
            for key, meaning in (
                (a, f"{looks}"), (b, f"/{place}"), (c, f"//{thing}"), (f"{a} {b}", f"{looks}/{place}"),
            ):  # fmt: skip
                if dice.random() < 0.5:
                    at = known.setdefault((language, key), len(known))
                    truth += [meaning] * (at == len(truth))
                    rows.add((subject, at, source))
    return Corpus(_phrases(known, rows), said_rows(sorted(rows)), truth)


def said_rows(rows: list[tuple[int, int, int]]) -> pa.Table:
    subject, phrase, source = (np.array(column) for column in zip(*rows, strict=True))
    one = np.ones(len(rows))
    return pa.table([subject, phrase, source, one, one, one, one * 0], names=SAID.names).cast(SAID)


def _phrases(known: dict[tuple[str, str], int], rows: set[tuple[int, int, int]]) -> pa.Table:
    pairs = {(subject, phrase) for subject, phrase, _ in rows}
    support = np.bincount([phrase for _, phrase in pairs], minlength=len(known))
    return pa.table({
        "phrase_id": [f"{at:016x}" for at in range(len(known))],
        "phrase": [key for _, key in known], "language": [language for language, _ in known],
        "key": [key for _, key in known], "support": pa.array(support, pa.int64()),
    })  # fmt: skip
