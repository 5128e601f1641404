"""Sums over buckets do not depend on order, grouping or the size of the ranges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.mining.counting import count_level
from saccade.labels.mining.levels import COUNTS, counts_table
from saccade.labels.mining.merging import merge_counts, merge_forms
from saccade.labels.mining.passes import Bucket
from tests.labels.mining.conftest import Row

SOURCES = ("query", "title")


@pytest.fixture
def parts(bucket: Callable[..., Bucket], shop: list[Row]) -> list[pa.Table]:
    made = [bucket([row for row in shop if int(row[0][1:]) % 5 == part]) for part in range(5)]
    return [count_level(one.texts, one.families, SOURCES) for one in made]


def test_buckets_add_up_to_the_whole(
    parts: list[pa.Table], bucket: Callable[..., Bucket], shop: list[Row]
) -> None:
    whole = bucket(shop)
    assert merge_counts(parts).equals(count_level(whole.texts, whole.families, SOURCES))


def test_order_grouping_and_ranges_change_nothing(parts: list[pa.Table]) -> None:
    once = merge_counts(parts)
    assert merge_counts(parts[::-1]).equals(once)
    assert merge_counts([merge_counts(parts[:2]), merge_counts(parts[2:])]).equals(once)
    assert merge_counts(parts, rows=3).equals(once)
    assert merge_counts([once]).equals(once)


def test_least_drops_what_is_rarer_in_the_sum_alone(parts: list[pa.Table]) -> None:
    whole = merge_counts(parts)
    least = int(np.median(whole.column("families").to_numpy()))
    kept = whole.filter(pa.array(whole.column("families").to_numpy() >= least))
    assert 0 < len(kept) < len(whole)
    assert merge_counts(parts, least=least, rows=5).equals(kept)


def test_nothing_adds_up_to_nothing() -> None:
    assert merge_counts([]).equals(COUNTS.empty_table())
    assert merge_counts([COUNTS.empty_table()]).equals(COUNTS.empty_table())


def test_counts_stop_at_the_largest_number() -> None:
    row = counts_table(np.array([[1, 2, 3, 4]], np.uint64), np.full((1, 4), 2**32 - 2, np.uint32))
    assert merge_counts([row, row]).column("families").to_pylist() == [2**32 - 1]


def test_forms_add_up_and_are_kept_of_known_words_alone(bucket: Callable[..., Bucket]) -> None:
    one = bucket([("f1", "title", "en", "sofa sofa lamp")])
    two = bucket([("f2", "title", "en", "sofa rug")])
    words = np.unique(one.forms.column("word").to_numpy())
    merged = merge_forms([one.forms, two.forms], words)
    assert merged.equals(merge_forms([two.forms, one.forms], words))
    counts = dict(zip(merged.column("surface").to_pylist(), merged.column("count").to_pylist(), strict=True))
    assert counts == {"lamp": 1, "sofa": 3}
