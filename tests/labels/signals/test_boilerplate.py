"""What is cut and what stays."""

from __future__ import annotations

import pyarrow as pa

from saccade.labels.hashing import word_hash
from saccade.labels.signals.boilerplate import Repeats, without_boilerplate

N = 400


def shop(texts_of, extra=lambda at: []) -> tuple[pa.Table, dict[str, int]]:
    rows = []
    for at in range(N):
        pasted = " | ships within three days" if at % 2 else ""
        rows += [
            (at, "desc", f"our own n{at} k{at % 50}{pasted} | only n{at} here"), (at, "title",
            f"fine n{at} k{at % 50} by m{at}"),
            (at, "query", f"buy me a k{at % 50}"), *extra(at),
        ]  # fmt: skip
    texts = texts_of(sorted(rows))
    repeats = Repeats()
    repeats.count(texts, pa.array([f"f{at}" for at in range(N)]))
    return without_boilerplate(texts, repeats)


def words_of(texts: pa.Table, source: str) -> list[list[int]]:
    return [
        words
        for name, words in zip(texts["source"].to_pylist(), texts["words"].to_pylist(), strict=True)
        if name == source
    ]


def hashes(text: str) -> list[int]:
    return [0 if word == "|" else word_hash(word) for word in text.split()]


def test_what_shops_paste_goes_and_a_break_stays(texts_of) -> None:
    texts, counts = shop(texts_of)
    expected = sorted(hashes(f"our own n{at} k{at % 50} | only n{at} here") for at in range(N))
    assert sorted(words_of(texts, "desc")) == expected
    assert counts == {"runs": N // 2, "cut": N // 2, "emptied": 0}
    assert len(words_of(texts, "title")) == len(words_of(texts, "query")) == N


def test_a_text_of_which_nothing_is_left_is_dropped(texts_of) -> None:
    texts, counts = shop(
        texts_of, lambda at: [(at, "alt", "ships within three days" if at < 80 else f"a u{at} v{at} w{at}")]
    )
    assert len(words_of(texts, "alt")) == N - 80
    assert counts["emptied"] == 80


def test_what_people_type_stays(texts_of) -> None:
    texts, _ = shop(texts_of, lambda at: [(at, "board", "ships within three days")])
    assert sum(
        hashes("ships within three days") == words[4:8] or words[5:9] == hashes("ships within three days")
        for words in words_of(texts, "desc")
    )
    assert len(words_of(texts, "board")) == N


def test_what_speaks_of_the_product_stays(texts_of) -> None:
    def echo(at: int) -> list[tuple[int, str, str]]:
        return [(at, "alt", f"meet our daily k{at % 4} right now"), (at, "note", f"k{at % 4} n{at}")]

    texts, _ = shop(texts_of, echo)
    assert len(words_of(texts, "alt")) == N


def test_captions_alone_may_repeat(texts_of) -> None:
    texts = texts_of(
        (at, "caption", "a man rides a wave on a board" if at < 12 else f"a b c d e{at}")
        for at in range(2000)
    )
    repeats = Repeats()
    repeats.count(texts, pa.array([f"f{at}" for at in range(2000)]))
    assert without_boilerplate(texts, repeats)[0].equals(texts)
