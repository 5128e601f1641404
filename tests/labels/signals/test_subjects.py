"""Subjects against a plain grouping by sets; caps; weights."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from saccade.labels.shapes import SUBJECTS
from saccade.labels.signals.subjects import Grouped, grouped


def group(rows: pa.Table, most: int = 64) -> Grouped:
    texts = rows["text"].combine_chunks().dictionary_encode()
    return grouped(rows, texts, rows["source"].combine_chunks().dictionary_encode(), most)


def test_same_as_grouping_by_sets(gathered) -> None:
    dice = np.random.default_rng(1)
    rows = [
        (f"i{image}", f"f{image // 4}", f"s{dice.integers(2)}", f"t{dice.integers(2)}")
        for image in range(400) for _ in range(dice.integers(1, 4))
    ]  # fmt: skip
    table = gathered(rows)
    sets: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in table.to_pylist():
        sets[row["family"], row["image_id"]].add((row["source"], row["text"]))
    expected: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = defaultdict(list)
    for (family, image), said in sets.items():
        expected[family, frozenset(said)].append(image)
    found = group(table)
    assert found.subjects.schema == SUBJECTS
    assert found.subjects["subject"].to_pylist() == list(range(len(expected)))
    assert found.subjects["image_ids"].to_pylist() == list(expected.values())
    assert found.subjects["family"].to_pylist() == [family for family, _ in expected]
    kept = [(table["source"][row].as_py(), table["text"][row].as_py()) for row in found.rows]
    by_subject: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for subject, said in zip(found.subject.tolist(), kept, strict=True):
        by_subject[subject].add(said)
    assert [by_subject[at] for at in range(len(expected))] == [set(said) for _, said in expected]
    assert len(kept) == sum(len(said) for _, said in expected)


def test_weights_add_within_an_image_and_the_greatest_counts_between_images(gathered) -> None:
    table = gathered(
        [
            ("a", "f", "query", "sofa", None, 1.0),
            ("a", "f", "query", "sofa", "en", 2.0),
            ("b", "f", "query", "sofa", None, 5.0),
        ]
    )
    found = group(table)
    assert found.subjects["image_ids"].to_pylist() == [["a", "b"]]
    assert found.weights.tolist() == [5.0]


def test_the_heaviest_stay_ties_by_text(gathered) -> None:
    rows = [("a", "f", "query", f"q{number}", None, float(number == 7) + 1) for number in range(10)]
    table = gathered([*rows, ("a", "f", "title", "t")])
    found = group(table, most=3)
    assert [table["text"][row].as_py() for row in found.rows] == ["q0", "q1", "q7", "t"]
    assert found.over_cap == 7


def test_no_rows(gathered) -> None:
    found = group(gathered([]))
    assert (len(found.subjects), len(found.rows), found.over_cap) == (0, 0, 0)
