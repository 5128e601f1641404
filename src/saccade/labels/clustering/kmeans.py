"""Spherical k-means: clusters of directions (Dhillon and Modha 2001), for a handful or 100 thousand of them.

Decided:
- Lloyd's rounds in blocks of rows, so memory is that of the vectors, the centroids and one block of products.
- Seeds are drawn among the vectors by weight, and centroids are learned from a sample of at most `SAMPLE`
  vectors a cluster (as faiss does); an empty cluster gets the vector that fits its own cluster worst.
- From `MANY` clusters on in two levels: about sqrt(k) cells, clusters inside each, then rounds in which a
  vector may go to any cluster of the `NEAR` cells next to its own: work grows with sqrt(k) a vector.
- The same seed gives the same clusters; the blocks do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError
from saccade.labels.clustering.matrices import matrix

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

MANY = 4096
"""Clusters from which on there are two levels."""
NEAR = 8
"""Cells whose clusters a vector may go to."""
SAMPLE = 256
"""Vectors a cluster that centroids are learned from."""
_BLOCK = 1 << 22  # products at once
_STILL = 1e-4  # relative gain of a round below which it was the last


@dataclass(frozen=True, eq=False)
class Clusters:
    """centroids: float32 [k, dim], rows of length 1; cluster: int32 [N]; cosine: float32 [N], to its own."""

    centroids: Floats
    cluster: Codes
    cosine: Floats


def kmeans(
    vectors: Floats, clusters: int, weights: Floats | None = None, rounds: int = 20, seed: int = 0
) -> Clusters:
    """Cluster directions.

    Args:
        vectors: float32 [N, dim], rows of length 1.
        clusters: k, 1 or more; as many as there are vectors at most.
        weights: float32 [N], above 0: how much each counts; all alike by default.
        rounds: most of Lloyd's rounds.

    Raises `InputError` for no vectors, or `clusters` below 1.
    """
    if clusters < 1 or not len(vectors):
        raise InputError(f"expected 1 cluster or more of some vectors, found {clusters} of {len(vectors)}")
    vectors = np.ascontiguousarray(vectors, np.float32)
    heavy = np.ones(len(vectors), np.float32) if weights is None else np.asarray(weights, np.float32)
    clusters = min(clusters, len(vectors))
    dice = np.random.default_rng(seed)
    if clusters >= MANY:
        return _two_levels(vectors, clusters, heavy, rounds, dice)
    centroids = _learned(vectors, clusters, heavy, rounds, dice)
    return Clusters(centroids, *assigned(vectors, centroids))


def assigned(vectors: Floats, centroids: Floats) -> tuple[Codes, Floats]:
    """The nearest centroid of each vector, int32 [N], and the cosine to it, float32 [N]."""
    cluster, cosine = np.empty(len(vectors), np.int32), np.empty(len(vectors), np.float32)
    for block in _blocks(len(vectors), len(centroids)):
        products = vectors[block] @ centroids.T
        cluster[block] = products.argmax(axis=1)
        cosine[block] = products[np.arange(len(products)), cluster[block]]
    return cluster, cosine


def means(
    vectors: Floats, cluster: Codes, weights: Floats, count: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """float32 [count, dim], weighted mean directions; bool [count], which clusters have nobody."""
    member = matrix(cluster, np.arange(len(vectors)), (count, len(vectors)), weights)
    total = np.asarray(member @ vectors, np.float32)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return total / np.maximum(length, 1e-12), length[:, 0] <= 1e-12


def _learned(vectors: Floats, count: int, weights: Floats, rounds: int, dice: np.random.Generator) -> Floats:
    """float32 [count, dim]: centroids after the rounds, from a sample."""
    most = SAMPLE * count
    if len(vectors) > most:
        kept = np.sort(dice.choice(len(vectors), most, replace=False))
        vectors, weights = vectors[kept], weights[kept]
    share = weights.astype(np.float64) / weights.sum(dtype=np.float64)
    centroids = vectors[np.sort(dice.choice(len(vectors), count, replace=False, p=share))]
    before = -np.inf
    for _ in range(rounds):
        cluster, cosine = assigned(vectors, centroids)
        centroids, empty = means(vectors, cluster, weights, count)
        if empty.any():
            centroids[empty] = vectors[np.argsort(cosine, kind="stable")[: int(empty.sum())]]
        total = float((cosine * weights).sum(dtype=np.float64))
        if not empty.any() and total - before < _STILL * abs(total):
            break
        before = total
    return centroids


def _two_levels(
    vectors: Floats, clusters: int, weights: Floats, rounds: int, dice: np.random.Generator
) -> Clusters:
    cells = max(2, round(clusters**0.5))
    coarse = _learned(vectors, cells, weights, rounds, dice)
    cell, _ = assigned(vectors, coarse)
    order = np.argsort(cell, kind="stable")
    ends = np.cumsum(np.bincount(cell, minlength=cells))
    members = np.split(order, ends[:-1])
    shares = _shares(np.array([len(rows) for rows in members]), clusters)
    parts = [
        _learned(vectors[rows], int(share), weights[rows], rounds, dice)
        for rows, share in zip(members, shares, strict=True)
        if share
    ]
    centroids = np.concatenate(parts)
    home = np.repeat(np.arange(cells), shares)
    for last in (False, False, True):
        cluster, cosine = _nearby(vectors, members, centroids, home, coarse)
        if not last:
            better, empty = means(vectors, cluster, weights, clusters)
            centroids = np.where(empty[:, None], centroids, better)
    return Clusters(centroids, cluster, cosine)


def _nearby(
    vectors: Floats, members: list[Rows], centroids: Floats, home: Rows, coarse: Floats
) -> tuple[Codes, Floats]:
    """As `assigned`, among the clusters of the cells next to each vector's own."""
    cluster, cosine = np.empty(len(vectors), np.int32), np.empty(len(vectors), np.float32)
    close = np.argsort(-(coarse @ coarse.T), axis=1, kind="stable")[:, :NEAR]
    for cell, rows in enumerate(members):
        if len(rows):
            among = np.flatnonzero(np.isin(home, close[cell]))
            among = among if len(among) else np.arange(len(centroids))
            found, cosine[rows] = assigned(vectors[rows], centroids[among])
            cluster[rows] = among[found]
    return cluster, cosine


def _shares(sizes: Rows, clusters: int) -> Rows:
    """Clusters of each cell: by its size, none for an empty cell, never more than its vectors."""
    exact = sizes / sizes.sum() * clusters
    found = np.minimum(np.floor(exact).astype(np.int64), sizes)
    for at in np.argsort(found - exact, kind="stable").tolist() * 2:
        if found.sum() == clusters:
            break
        found[at] += found[at] < sizes[at]
    return found


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    size = max(1, _BLOCK // max(columns, 1))
    for first in range(0, rows, size):
        yield slice(first, min(first + size, rows))
