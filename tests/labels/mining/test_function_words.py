"""Which words a phrase neither starts nor ends with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from saccade.labels.hashing import word_hash
from saccade.labels.mining.closed_class import CLOSED
from saccade.labels.mining.function_words import function_words
from saccade.labels.mining.passes import Bucket, grown
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.shapes import UNKNOWN

Lemmas = Callable[[str, str], list[str]]
Make = Callable[..., Bucket]


def found(made: Bucket, lemmas: Lemmas, *languages: str) -> set[tuple[str, str]]:
    """(language, word) of every function word."""
    level = grown([made], ("title",), MiningSettings(support=1, sources=1, longest=1))[0]
    flags = function_words(level, {name: word_hash(name) for name in languages}, lemmas)
    forms = {
        (word_hash(r["language"]), r["word"]): (r["language"], r["lemma"]) for r in made.forms.to_pylist()
    }
    rows = zip(level.column("prefix").tolist(), level.column("suffix").tolist(), strict=True)
    return {forms[row] for row, flag in zip(rows, flags, strict=True) if flag}


def said(language: str, *texts: str) -> list[tuple[str, str, str, str]]:
    return [(f"{language}{i:03d}", "title", language, text) for i, text in enumerate(texts)]


def test_our_lists_hold_closed_classes_alone(bucket: Make, lemmas: Lemmas) -> None:
    made = bucket(said("en", "the lamp for men and the living room", "off white top", "a night out at home"))
    assert found(made, lemmas, "en") == {("en", word) for word in ("the", "for", "and", "a", "at")}


def test_each_language_has_its_own(bucket: Make, lemmas: Lemmas) -> None:
    made = bucket(said("de", "die lampe in rot") + said("en", "die cast car"))
    assert found(made, lemmas, "de", "en") == {("de", "die"), ("de", "in")}


def test_lemmas_of_listed_words_count_too(bucket: Make) -> None:
    made = bucket(said("en", "be happy"))
    assert found(made, lambda language, word: ["be" if word == "is" else word], "en") == {("en", "be")}


def test_listed_words_that_end_texts_name_things(bucket: Make, lemmas: Lemmas) -> None:
    assert "sv" not in CLOSED
    texts = [f"soffa för rum{i}" for i in range(30)] + ["lampa i båda"] * 20
    words = found(bucket(said("sv", *texts)), lemmas, "sv")
    assert ("sv", "för") in words
    assert ("sv", "båda") not in words, "it always ends its text here"


def test_a_language_without_a_list_is_judged_by_its_texts(bucket: Make, lemmas: Lemmas) -> None:
    texts = [f"lura{i} ka mosa{i}" for i in range(200)]
    words = found(bucket(said("xx", *texts)), lemmas, "xx")
    assert words == {("xx", "ka")}


def test_undetermined_texts_have_the_words_of_all(bucket: Make, lemmas: Lemmas) -> None:
    made = bucket(said("en", "the sofa") + said("de", "das sofa") + said(UNKNOWN, "the sofa", "das sofa"))
    words = found(made, lemmas, "de", "en", UNKNOWN)
    assert {(UNKNOWN, "the"), (UNKNOWN, "das")} <= words
    assert (UNKNOWN, "sofa") not in words


def test_lists_are_lower_case_words() -> None:
    assert len(CLOSED) >= 7
    assert all(word == word.lower() and " " not in word for words in CLOSED.values() for word in words)
    assert not np.isin(["room", "men", "home", "top", "off", "out"], list(CLOSED["en"])).any()
