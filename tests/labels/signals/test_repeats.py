"""Counts of repeated runs: right, and the same however the buckets come."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.hashing import word_hashes
from saccade.labels.signals.repeats import BESIDE, ECHOED, Repeats
from saccade.labels.signals.runs import lists, runs


def buckets(texts_of) -> list[tuple[pa.Table, pa.Array]]:
    dice, found = np.random.default_rng(0), []
    for part in range(4):
        rows = []
        for at in range(50):
            rows += [
                (at, "desc", f"pasted by us all | u{part}x{at} is its own"),
                (at, "title", f"u{part}x{at} is its own"),
            ]
            rows += [(at, "board", f"nice things i like {dice.integers(3)}")]
        found.append((texts_of(rows), pa.array([f"f{part}-{at // 2}" for at in range(50)])))
    return found


def counted(parts: list[tuple[pa.Table, pa.Array]]) -> Repeats:
    repeats = Repeats()
    for texts, families in parts:
        repeats.count(texts, families)
    return repeats


def keys(texts_of, source: str, text: str) -> np.ndarray:
    words, offsets = lists(texts_of([(0, source, text)])["words"])
    return runs(words, offsets, word_hashes([source]), 3).keys


def test_families_are_counted_once(texts_of) -> None:
    repeats = counted(buckets(texts_of))
    pasted = keys(texts_of, "desc", "pasted by us all")
    assert [repeats.estimate(pasted, layer)[0] for layer in range(3)] == [100, 100, 0]
    own = keys(texts_of, "desc", "u2x7 is its own")
    assert [repeats.estimate(own, layer)[0] for layer in (BESIDE, ECHOED)] == [1, 1]
    assert repeats.estimate(keys(texts_of, "title", "pasted by us all"))[0] == 0
    assert repeats.families == {"desc": 100, "title": 100, "board": 100}


def test_nature_of_a_source(texts_of) -> None:
    repeats = counted(buckets(texts_of))
    assert repeats.repeated("board") == 1
    assert repeats.repeated("title") == 0
    assert repeats.repeated("elsewhere") == 0


def test_order_and_merging_change_nothing(texts_of) -> None:
    parts = buckets(texts_of)
    whole, back = counted(parts), counted(parts[::-1])
    left, right = counted(parts[:1]), counted(parts[1:])
    left.merge(right)
    for other in (back, left, Repeats.from_bytes(whole.to_bytes())):
        assert (other.cells == whole.cells).all() and (other.totals == whole.totals).all()
        assert other.families == whole.families
        for name, (hashes, times) in whole.samples.items():
            assert (other.samples[name][0] == hashes).all() and (other.samples[name][1] == times).all()


def test_other_bytes_are_refused() -> None:
    with pytest.raises(InputError, match="expected counts of repeated text"):
        Repeats.from_bytes(b"no counts")
