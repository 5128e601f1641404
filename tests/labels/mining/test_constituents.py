"""What is a constituent of a text, and what a slice across two."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from saccade.labels.hashing import key_hash
from saccade.labels.mining.constituents import Joints, count_constituents
from saccade.labels.mining.levels import Level
from saccade.labels.mining.passes import Bucket, grown
from saccade.labels.mining.settings import MiningSettings

Make = Callable[..., Bucket]
FREE = MiningSettings(support=1, sources=1)
TITLES = [
    f"{brand} {colour} {thing}"
    for brand in ("flying machine", "peter england", "red tape")
    for colour in ("navy blue", "olive green")
    for thing in ("flip flops", "polo shirt", "track pants")
]


def counted(made: Bucket, levels: list[Level]) -> Callable[[str], int]:
    whole = count_constituents(made.texts, made.families, Joints.of(levels))
    hashes = np.concatenate([level.hashes for level in levels])
    return lambda key: int(whole[hashes == np.uint64(key_hash("en", key))][0])


def test_names_in_a_title_without_punctuation_are_found(bucket: Make) -> None:
    made = bucket([(f"f{i:02d}", "title", "en", title) for i, title in enumerate(TITLES)])
    whole = counted(made, grown([made], ("title",), FREE))
    assert whole("flying machine") == 6
    assert whole("navy blue") == 9
    assert whole("track pants") == 6
    assert (
        whole("machine navy")
        == whole("blue flip")
        == whole("blue polo shirt")
        == whole("tape olive green")
        == 0
    )


def test_a_family_counts_once_and_a_break_parts(bucket: Make) -> None:
    made = bucket(
        [("f1", "title", "en", "a b | b a"), ("f1", "query", "en", "a b"), ("f2", "title", "en", "c | d")]
    )
    levels = grown([made], ("title", "query"), FREE)
    whole = counted(made, levels)
    assert (whole("a b"), whole("b a")) == (1, 1)
    assert len(levels) == 2, "c and d never stood side by side"


def test_words_that_did_not_survive_part_too(bucket: Make) -> None:
    rows = [(f"f{i}", "title", "en", f"oak rare{i} table") for i in range(6)]
    rows += [(f"g{i}", "title", "en", "oak table | lamp | rug") for i in range(6)]
    made = bucket(rows)
    assert counted(made, grown([made], ("title",), MiningSettings(support=5, sources=1)))("oak table") == 6


def test_buckets_add_up(bucket: Make) -> None:
    rows = [(f"f{i:02d}", "title", "en", title) for i, title in enumerate(TITLES)]
    made = [bucket(rows[::2]), bucket(rows[1::2])]
    joints = Joints.of(grown(made, ("title",), FREE))
    parts = sum(count_constituents(one.texts, one.families, joints).astype(int) for one in made)
    whole = bucket(rows)
    assert np.array_equal(parts, count_constituents(whole.texts, whole.families, joints))
