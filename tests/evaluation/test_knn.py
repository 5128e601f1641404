from __future__ import annotations

import numpy as np
import pytest

from saccade.evaluation.exact import BitScorer, FloatScorer
from saccade.evaluation.knn import cosine_of_agreement, neighbours, vote


def blobs(seed: int, count: int, dim: int = 24, classes: int = 6):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(classes, dim))
    labels = rng.integers(0, classes, count)
    x = centres[labels] + 1.6 * rng.normal(size=(count, dim))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32), labels


@pytest.fixture(scope="module")
def data():
    return *blobs(0, 300), *blobs(1, 700)


def test_one_neighbour_equals_scikit_learn(data):
    sklearn = pytest.importorskip("sklearn.neighbors")
    queries, _, gallery, taught = data
    rows = np.arange(len(gallery))
    places, scores = neighbours(FloatScorer(queries, gallery), len(queries), rows, 1)
    theirs = sklearn.KNeighborsClassifier(1, metric="cosine").fit(gallery, taught).predict(queries)
    np.testing.assert_array_equal(vote(places, scores, taught, 6), theirs)


def test_twenty_weighted_neighbours_equal_scikit_learn(data):
    sklearn = pytest.importorskip("sklearn.neighbors")
    queries, _, gallery, taught = data
    places, scores = neighbours(FloatScorer(queries, gallery), len(queries), np.arange(len(gallery)))
    classifier = sklearn.KNeighborsClassifier(20, metric="cosine", weights=lambda d: np.exp((1 - d) / 0.07))
    np.testing.assert_array_equal(
        vote(places, scores, taught, 6), classifier.fit(gallery, taught).predict(queries)
    )


def test_many_votes_are_better_than_one(data):
    queries, labels, gallery, taught = data
    places, scores = neighbours(FloatScorer(queries, gallery), len(queries), np.arange(len(gallery)))
    right = [(vote(places[:, :k], scores[:, :k], taught, 6) == labels).mean() for k in (1, 20)]
    assert right[1] > right[0] + 0.03


def test_only_the_named_rows_teach(data):
    queries, _, gallery, taught = data
    rows = np.flatnonzero(taught != 3)
    places, scores = neighbours(FloatScorer(queries, gallery), len(queries), rows)
    assert places.max() < len(rows)
    assert not (vote(places, scores, taught[rows], 6) == 3).any()


def test_fewer_pictures_than_neighbours():
    queries, _ = blobs(0, 4)
    gallery, taught = blobs(1, 3)
    places, _ = neighbours(FloatScorer(queries, gallery), 4, np.arange(3))
    assert places.shape == (4, 3) and set(np.unique(places)) == {0, 1, 2}
    assert set(vote(places, np.ones((4, 3), np.float32), taught, 6)) <= set(taught)


def test_bits_estimate_the_cosine():
    """Many random directions: the agreement of signs gives the angle."""
    rng = np.random.default_rng(5)
    a = rng.normal(size=(1, 4096))
    b = 0.8 * a + 0.6 * rng.normal(size=(1, 4096))
    bits = BitScorer(np.packbits(a > 0, axis=1), np.packbits(b > 0, axis=1), 4096)
    agreement = bits(slice(0, 1), np.array([0]))
    true = float((a @ b.T)[0, 0] / np.linalg.norm(a) / np.linalg.norm(b))
    assert cosine_of_agreement(agreement)[0, 0] == pytest.approx(true, abs=0.05)
    np.testing.assert_allclose(cosine_of_agreement(np.array([1, 0, -1], np.float32)), [1, 0, -1], atol=1e-6)


def test_nearer_neighbours_weigh_more():
    places, cosines = np.array([[0, 1, 2]]), np.array([[0.9, 0.5, 0.5]], np.float32)
    assert vote(places, cosines, np.array([1, 0, 0]), 2)[0] == 1
    assert vote(places, cosines, np.array([1, 0, 0]), 2, temperature=100.0)[0] == 0
