"""What is refused, and why."""

from __future__ import annotations

from collections.abc import Callable

from saccade.labels.mining.admission import Admitted
from saccade.labels.mining.passes import Bucket, mine
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.shapes import UNKNOWN

Lemmas = Callable[[str, str], list[str]]
Make = Callable[..., Bucket]
ALONE = MiningSettings(sources=1, support=5, nested=1.0)


def mined(bucket: Make, lemmas: Lemmas, texts: list[str], language: str = "en") -> Admitted:
    """Each text in ten families, among other texts."""
    rows = [(f"f{i}-{j}", "title", language, text) for i, text in enumerate(texts) for j in range(10)]
    return mine([bucket(rows)], ("title",), lemmas, ALONE)


def keys(found: Admitted) -> set[str]:
    return set(found.rows.column("key").to_pylist())


def test_digits_alone_and_single_letters_are_no_phrases(bucket: Make, lemmas: Lemmas) -> None:
    found = mined(bucket, lemmas, ["2024 12", "x", "size 42", "7.5"])
    assert "size 42" in keys(found)
    assert not {"2024", "12", "2024 12", "x", "7.5"} & keys(found)
    assert found.refused["no name"] >= 4


def test_a_single_letter_may_be_part_of_a_phrase(bucket: Make, lemmas: Lemmas) -> None:
    assert "t shirt" in keys(mined(bucket, lemmas, ["t shirt", "white shirt", "red sofa"]))


def test_blocked_words_block_longer_phrases_and_no_other_words(bucket: Make, lemmas: Lemmas) -> None:
    rows = [
        (f"{i}{j}", "title", "en", text)
        for i, text in enumerate(["toy gun", "gunmetal lamp", "gun", "old money style", "money box"])
        for j in range(10)
    ]
    block = [("en", "gun"), ("en", "old money"), ("de", "lamp")]
    found = mine([bucket(rows)], ("title",), lemmas, ALONE, block)
    assert {"gunmetal lamp", "money box"} <= keys(found)
    assert not {key for key in keys(found) if "gun" in key.split() or "old money" in key}
    assert found.refused["blocked"] >= 3


def test_fragments_of_a_longer_phrase_go(bucket: Make, lemmas: Lemmas) -> None:
    texts = ["mid century modern sofa", "mid century modern lamp", "mid century modern", "modern art"]
    found = mined(bucket, lemmas, texts)
    assert {"mid century modern", "modern"} <= keys(found)
    assert not {"mid", "century", "mid century", "century modern"} & keys(found)


def test_undetermined_twins_go(bucket: Make, lemmas: Lemmas) -> None:
    rows = [
        (f"f{i}", "title", language, text)
        for i in range(10)
        for language, text in (("en", "sofa"), (UNKNOWN, "sofa"), (UNKNOWN, "zorbix"))
    ]
    found = mine([bucket(rows)], ("title",), lemmas, ALONE).rows.to_pylist()
    assert {(row["language"], row["key"]) for row in found} == {("en", "sofa"), (UNKNOWN, "zorbix")}


def test_across_a_function_word_only_what_coheres_well(bucket: Make, lemmas: Lemmas) -> None:
    rooms = ["kitchen", "bedroom", "hall", "office"]
    texts = [f"{thing} for the {room}" for thing in ("lamp", "rug", "chair", "desk") for room in rooms]
    found = mined(bucket, lemmas, [*texts, "glass of wine", "statue of liberty"])
    assert {"statue of liberty", "glass of wine"} <= keys(found)
    assert not {key for key in keys(found) if "for" in key.split()}
