"""Hits, labels by neighbours, and intervals that draw seeds and groups together."""

from __future__ import annotations

import numpy as np
from learn_measures import Sample, difference, first, gain, hits, interval, labels_right

THREE = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)


def names(*values: object) -> np.ndarray:
    return np.array(values, object)


def test_hits_by_hand() -> None:
    queries = np.array([[1, 0.1], [0.1, 1]], np.float32)
    assert hits(queries, names("a", "a"), THREE, names("a", "b", "c")) == [1, 0]


def test_bits_see_signs_alone() -> None:
    rng = np.random.default_rng(0)
    gallery = rng.standard_normal((50, 64)).astype(np.float32)
    queries = gallery * rng.uniform(0.1, 9, gallery.shape).astype(np.float32)
    own = np.arange(50).astype(object)
    assert hits(queries, own, gallery, own, bits=True) == [1] * 50
    # and nothing but signs: one great coordinate rules the inner product, not the distance of Hamming
    gallery[0, 0], queries[1:, 0] = 1000, 1.0
    assert sum(hits(queries, own, gallery, own)) < 5
    assert sum(hits(queries, own, gallery, own, bits=True)) > 45


def test_neighbours_vote() -> None:
    seen = np.array([[1, 0]] * 3 + [[0, 1]] * 3, np.float32)
    labels = names("x", "x", "x", "y", "y", "y")
    queries = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    assert labels_right(queries, names("x", "x"), seen, labels) == [1, 0]
    assert labels_right(queries, names("z", "y"), seen, labels) == [0, 1]  # a label that nobody taught


def test_an_interval_covers_seeds_and_is_paired() -> None:
    rng = np.random.default_rng(1)
    made = []
    for level in (0.3, 0.5):  # two seeds that differ more than their queries do
        base = (rng.random(400) < level).astype(float)
        made.append(Sample(np.stack([base, base]), range(400)))
    found = interval(made, first)
    assert abs(found.mean - np.mean([sample.values[0].mean() for sample in made])) < 1e-9
    assert found.low < 0.34 and found.high > 0.46
    same = interval(made, difference)
    assert same.low == same.high == same.mean == 0


def test_groups_hang_together() -> None:
    values = np.repeat(np.random.default_rng(2).random(10) < 0.5, 40).astype(float)[None]
    apart = interval([Sample(values, range(400))])
    together = interval([Sample(values, np.repeat(np.arange(10), 40).tolist())])
    assert together.high - together.low > 3 * (apart.high - apart.low)


def test_a_gain_is_relative() -> None:
    found = interval([Sample(np.array([[1.0, 0, 0, 0], [1.0, 1, 0, 0]]), range(4))], gain)
    assert found.mean == 1.0
