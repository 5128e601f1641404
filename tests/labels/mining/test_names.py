"""How phrases are written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.hashing import word_hash
from saccade.labels.mining.levels import Level
from saccade.labels.mining.names import Names
from saccade.labels.mining.passes import Bucket, grown
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.shapes import FORMS

FREE = MiningSettings(support=1, sources=1, longest=1)


def forms(*rows: tuple[str, str, str, int]) -> pa.Table:
    """language, lemma, surface, count."""
    return pa.Table.from_pylist(
        [{"language": a, "word": word_hash(b), "lemma": b, "surface": c, "count": n} for a, b, c, n in rows],
        FORMS,
    )


def words(bucket: Callable[..., Bucket], *texts: str) -> Level:
    made = bucket([(f"f{i}", "title", "en", text) for i, text in enumerate(texts)])
    return grown([made], ("title",), FREE)[0]


def at(level: Level, *lemmas: str) -> np.ndarray:
    suffix = level.column("suffix").tolist()
    return np.array([[suffix.index(word_hash(lemma)) for lemma in lemmas]])


def test_each_word_as_people_write_it_most(bucket: Callable[..., Bucket]) -> None:
    level = words(bucket, "ankle boot")
    known = forms(("en", "boot", "boot", 2), ("en", "boot", "boots", 9), ("en", "ankle", "ankle", 1),
                  ("de", "boot", "boote", 99))  # fmt: skip
    names = Names.of(known, level)
    assert names.phrases(at(level, "ankle", "boot")).to_pylist() == ["ankle boots"]
    assert names.keys(at(level, "ankle", "boot")).to_pylist() == ["ankle boot"]
    assert names.language(np.array([0, 1])).to_pylist() == ["en", "en"]
    assert names.languages == {"de": word_hash("de"), "en": word_hash("en")}


@pytest.mark.parametrize("order", [("sofa", "sofas"), ("sofas", "sofa")])
def test_of_surfaces_alike_the_first_in_the_alphabet(
    bucket: Callable[..., Bucket], order: tuple[str, str]
) -> None:
    level = words(bucket, "sofa")
    names = Names.of(forms(*(("en", "sofa", surface, 3) for surface in order)), level)
    assert names.phrases(at(level, "sofa")).to_pylist() == ["sofa"]


def test_scripts_without_spaces_have_none(bucket: Callable[..., Bucket]) -> None:
    level = words(bucket, "木 の 椅 子 t シャツ")
    names = Names.of(forms(*(("en", word, word, 1) for word in "木 の 椅 子 t シャツ".split())), level)
    assert names.phrases(at(level, "木", "の", "椅", "子", "t", "シャツ")).to_pylist() == [
        "木の椅子 t シャツ"
    ]


def test_nameless(bucket: Callable[..., Bucket]) -> None:
    level = words(bucket, "2024 x sofa é")
    names = Names.of(forms(*(("en", word, word, 1) for word in "2024 x sofa é".split())), level)
    alone = {word: bool(names.nameless(at(level, word))[0]) for word in "2024 x sofa é".split()}
    assert alone == {"2024": True, "x": True, "sofa": False, "é": False}
    assert names.nameless(at(level, "2024", "2024"))[0]
    assert not names.nameless(at(level, "x", "2024"))[0]


def test_a_word_without_a_form_is_an_error(bucket: Callable[..., Bucket]) -> None:
    with pytest.raises(InputError, match="expected forms of all 2 words, found none of 1"):
        Names.of(forms(("en", "oak", "oak", 1)), words(bucket, "oak table"))
