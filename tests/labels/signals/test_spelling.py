"""Plain spellings meet the accented word where the corpus mostly writes that."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from saccade.labels.signals.spelling import spellings
from saccade.labels.signals.words import cut


def found(language: str, *texts: str) -> dict[str, str]:
    words = cut(pa.array(texts, pa.large_string()))
    return spellings(
        words, np.arange(len(texts), dtype=np.int32), np.zeros(len(texts), np.int32), (language,)
    )[language]


def test_german_is_typed_in_several_ways() -> None:
    assert found("de", "Küche weiß", "kueche weiss", "kuche") == {
        "kuche": "küche", "kueche": "küche", "weiss": "weiß",
    }  # fmt: skip


def test_a_word_that_is_common_itself_stays() -> None:
    assert found("de", "schön", *["schon"] * 3) == {"schoen": "schön"}
    assert found("de", *["schön"] * 3, "schon")["schon"] == "schön"


def test_of_two_accented_words_the_more_frequent() -> None:
    assert found("fr", "pêche", "péché", "pêche") == {"peche": "pêche"}


def test_umlauts_are_no_digraphs_elsewhere() -> None:
    assert found("es", "pingüino") == {"pinguino": "pingüino"}
