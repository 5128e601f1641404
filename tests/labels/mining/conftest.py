"""Small corpora as buckets: words are lower-cased and parted by spaces, `|` is a break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.hashing import word_hashes
from saccade.labels.mining.passes import Bucket
from saccade.labels.shapes import FORMS, TEXTS

Row = tuple[str, str, str, str]
"""family, source, language, text"""


def plain(language: str, phrase: str) -> list[str]:
    """The normalisation of these tests."""
    return [word for word in phrase.lower().replace("|", " ").split() if word[0].isalnum()]


def as_bucket(rows: Sequence[Row], copied: Sequence[bool] | None = None) -> Bucket:
    """One subject a family, families in the order of their names."""
    names = sorted({row[0] for row in rows})
    rows, copied = sorted(rows), list(copied or [False] * len(rows))
    words = [row[3].lower().split() for row in rows]
    known = sorted({word for text in words for word in text if word != "|"})
    hashes = {"|": 0, **dict(zip(known, word_hashes(known).tolist(), strict=True))}
    texts = pa.table({
        "subject": pa.array([names.index(row[0]) for row in rows], pa.int32()),
        "source": [row[1] for row in rows], "language": [row[2] for row in rows],
        "weight": [1.0] * len(rows),
        "words": pa.array([[hashes[word] for word in text] for text in words], pa.large_list(pa.uint64())),
        "copied": copied,
    }).cast(TEXTS)  # fmt: skip
    forms = Counter(
        (row[2], word) for row, text in zip(rows, words, strict=True) for word in text if word != "|"
    )
    counted = [
        {"language": language, "word": hashes[word], "lemma": word, "surface": word, "count": count}
        for (language, word), count in forms.items()
    ]
    return Bucket(texts, np.arange(len(names), dtype=np.int32), pa.Table.from_pylist(counted, FORMS))


@pytest.fixture
def bucket() -> Callable[..., Bucket]:
    return as_bucket


@pytest.fixture
def lemmas() -> Callable[[str, Sequence[str]], list[list[str]]]:
    return lambda language, texts: [plain(language, text) for text in texts]


@pytest.fixture
def shop() -> list[Row]:
    """A thousand families whose titles and queries say japandi living room, lamps and sofas in colours."""
    dice = np.random.default_rng(5)
    things, colours = "sofa lamp rug chair vase mirror".split(), "red blue green grey white black".split()
    places = ["living room", "home office", "reading nook"]
    rows: list[Row] = []
    for family in range(1000):
        thing, colour = dice.choice(things), dice.choice(colours)
        place = dice.choice(places)
        look = dice.choice(["japandi ", "rustic ", ""])
        name = f"f{family:04d}"
        rows.append((name, "title", "en", f"{colour} {thing} | {look}{place}"))
        rows.append((name, "query", "en", f"{thing} for the {place}"))
        rows.append((name, "query", "en", f"{look}{place}"))
    return rows
