"""Recall as the tool reports it."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.index.exact import ExactIndex
from saccade.index.protocol import Hit
from saccade.index.recall import compared, measure, random_filter, sample_queries
from saccade.index.settings import Settings


def hits(*names: str, score: float = 0.5) -> list[Hit]:
    return [Hit(name, score - 0.01 * place) for place, name in enumerate(names)]


def test_recall_is_the_share_of_exact_neighbours_found() -> None:
    exact = [hits("a", "b"), hits("c", "d")]
    found = compared(exact, [hits("a", "b"), [Hit("c", 0.5), Hit("x", 0.1)]], 2)
    assert found.value == 0.75
    assert found.low < 0.75 < found.high
    assert "recall@2 0.7500" in found.line()


def test_equals_of_the_last_neighbour_count_as_it() -> None:
    assert compared([[Hit("a", 0.9), Hit("b", 0.5)]], [[Hit("a", 0.9), Hit("z", 0.5)]], 2).value == 1.0


def test_the_interval_narrows_with_more_queries() -> None:
    few, many = (compared([hits("a", "b")] * n, [hits("a", "x")] * n, 2) for n in (10, 1000))
    assert many.high - many.low < few.high - few.low
    with pytest.raises(InputError, match="found none"):
        compared([[]], [[]], 3)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random, inside = np.random.default_rng(0), 0
    for _ in range(200):
        found = [[Hit(str(i), 1.0 - i / 100) for i in range(10) if random.random() < 0.9] for _ in range(60)]
        exact = [[Hit(str(i), 1.0 - i / 100) for i in range(10)]] * 60
        recall = compared(exact, found, 10)
        inside += recall.low <= 0.9 <= recall.high
    assert inside >= 184


def test_bits_alone_lose_neighbours_and_rescoring_finds_them() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(2000, 64)).astype(np.float32)
    ids = [f"{row:032x}" for row in range(2000)]
    queries = sample_queries(vectors, 50)
    found: list[float] = []
    for oversampling in (1.0, 4.0, 40.0):
        index = ExactIndex(64, Settings("exact", "binary", oversampling=oversampling))
        index.upsert(ids, vectors)
        found.append(measure(index, queries).value)
    assert found[0] < found[1] < found[2]
    assert found[0] < 0.7
    assert found[2] > 0.9


def test_the_random_filter_keeps_about_its_share() -> None:
    index = ExactIndex(2)
    index.upsert([f"{row:032x}" for row in range(5000)], np.random.default_rng(0).normal(size=(5000, 2)))
    assert abs(index.count(random_filter(0.1)) - 500) < 100
    assert index.count(random_filter(1.0)) == 5000


def test_sampled_queries_are_near_their_vectors_but_not_them() -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 32)).astype(np.float32)
    queries = sample_queries(vectors, 50)
    assert queries.shape == (20, 32)
    best = (queries @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T).max(axis=1)
    assert ((best > 0.9) & (best < 0.999)).all()
