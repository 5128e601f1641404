from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from saccade.errors import InputError
from saccade.labels.clustering import kmeans as module
from saccade.labels.clustering.kmeans import assigned, kmeans, means
from saccade.labels.clustering.vectors import unit_length
from saccade.metrics.clusters import bcubed


def clouds(count: int, each: int, noise: float = 0.1, dim: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Directions around `count` centres, and the centre of each."""
    dice = np.random.default_rng(0)
    centres = unit_length(dice.standard_normal((count, dim)))
    truth = np.repeat(np.arange(count), each)
    return unit_length(centres[truth] + noise * dice.standard_normal((len(truth), dim))), truth


def test_as_good_as_sklearn() -> None:
    vectors, _ = clouds(40, 50, noise=0.2)
    found = kmeans(vectors, 40, seed=1)
    peer = KMeans(40, n_init=1, init="random", random_state=1).fit(vectors)
    centres = unit_length(peer.cluster_centers_)
    assert found.cosine.mean() > 0.97 * np.einsum("nd,nd->n", vectors, centres[peer.labels_]).mean()


def test_each_vector_has_the_nearest_centroid() -> None:
    vectors, _ = clouds(10, 30)
    found = kmeans(vectors, 7)
    products = vectors @ found.centroids.T
    assert found.cluster.tolist() == products.argmax(axis=1).tolist()
    assert found.cosine == pytest.approx(products.max(axis=1))
    assert np.linalg.norm(found.centroids, axis=1) == pytest.approx(1, abs=1e-5)
    assert len(np.unique(found.cluster)) == 7


def test_two_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, truth = clouds(100, 30)
    flat = kmeans(vectors, 200, seed=3)
    monkeypatch.setattr(module, "MANY", 50)
    deep = kmeans(vectors, 200, seed=3)
    assert deep.centroids.shape == (200, 32)
    assert deep.cosine.mean() > 0.97 * flat.cosine.mean()
    assert bcubed(deep.cluster, truth).precision > 0.9
    again = kmeans(vectors, 200, seed=3)
    assert np.array_equal(deep.cluster, again.cluster)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = clouds(12, 40)
    whole = kmeans(vectors, 12, seed=5)
    monkeypatch.setattr(module, "_BLOCK", 12 * 37)
    assert np.array_equal(kmeans(vectors, 12, seed=5).cluster, whole.cluster)
    assert not np.array_equal(kmeans(vectors, 12, seed=6).centroids, whole.centroids)


def test_weights_pull_the_centroid() -> None:
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    heavy = kmeans(vectors, 1, np.array([3, 1], np.float32))
    assert heavy.centroids[0] == pytest.approx(np.array([3, 1]) / np.sqrt(10), abs=1e-6)
    centre, empty = means(vectors, np.array([0, 0], np.int32), np.array([3, 1], np.float32), 2)
    assert centre[0] == pytest.approx(heavy.centroids[0]) and empty.tolist() == [False, True]


def test_twins_and_more_clusters_than_vectors() -> None:
    """Ten times the same direction leaves clusters without anybody; nothing breaks."""
    vectors = np.tile(np.array([[0.6, 0.8]], np.float32), (10, 1))
    assert kmeans(vectors, 4).cosine == pytest.approx(1)
    assert len(kmeans(vectors[:3], 9).centroids) == 3


def test_blocks_of_assignment() -> None:
    vectors, _ = clouds(3, 5)
    cluster, cosine = assigned(vectors, vectors)
    assert cluster.tolist() == list(range(15)) and cosine == pytest.approx(1, abs=1e-5)


def test_what_cannot_be_clustered() -> None:
    with pytest.raises(InputError, match="1 cluster or more"):
        kmeans(np.ones((3, 2), np.float32), 0)
    with pytest.raises(InputError, match="of 0"):
        kmeans(np.ones((0, 2), np.float32), 2)
