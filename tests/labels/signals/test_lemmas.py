"""Base forms that must be found, and wrong ones that must not."""

from __future__ import annotations

import pytest

from saccade.labels.shapes import UNKNOWN
from saccade.labels.signals.lemmas import Lemmas, lemma


@pytest.mark.parametrize(
    ("language", "words", "bases"),
    [
        ("en", "sofas dresses shelves women boxes", "sofa dress shelf woman box"),
        ("en", "dining living striped woven better felt rose is mattress shorts",
        "dining living striped woven better felt rose is mattress shorts"),
        ("de", "stühle lampen schuhe weißen häuser graues", "stuhl lampe schuh weiß haus grau"),
        ("de", "gestreift kissen möbel haus", "gestreift kissen möbel haus"),
        ("es", "lámparas rojas azules cojines", "lámpara rojo azul cojín"), ("es", "vestido casa hecho",
        "vestido casa hecho"),
        ("fr", "chaises rouges lits", "chaise rouge lit"), (UNKNOWN, "sofas", "sofas"), ("xx", "sofas",
        "sofas"),
        ("en", "tainers 3.5 &", "tainers 3.5 and"), ("de", "&", "und"), (UNKNOWN, "&", "&"),
    ],
)  # fmt: skip
def test_lemma(language: str, words: str, bases: str) -> None:
    assert " ".join(lemma(language, word) for word in words.split()) == bases


def test_memory_is_bounded() -> None:
    known = Lemmas(known=3)
    assert [known("en", word) for word in ("sofas", "rugs", "beds", "lamps", "sofas")] == [
        "sofa",
        "rug",
        "bed",
        "lamp",
        "sofa",
    ]
    assert len(known._found) <= 3
