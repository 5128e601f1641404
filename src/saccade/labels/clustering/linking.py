"""Groups of phrases that mean the same: average linkage above a similarity, inside cells of k-means.

Decided: all phrases at once would need the square of their number, so k-means parts them first; phrases that
mean the same have nearly the same vector and fall into one cell. Inside a cell the two groups that are most
alike on average join until none are alike enough (Sokal and Michener 1958).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from saccade.labels.clustering.kmeans import kmeans

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

CELL = 2500
"""Most phrases that are compared all with all: 50 MB of distances."""


def linked(vectors: Floats, join: float, seed: int = 0) -> Codes:
    """int32 [N]: groups 0..G - 1, numbered by their first member.

    vectors: float32 [N, dim], rows of length 1; join: mean cosine from which groups join.
    """
    group = np.arange(len(vectors), dtype=np.int64)
    for cell in _cells(vectors, np.arange(len(vectors)), seed):
        group[cell] = cell[_joined(vectors[cell], join)]
    return np.unique(group, return_inverse=True)[1].astype(np.int32)


def _cells(vectors: Floats, rows: Rows, seed: int) -> Iterator[Rows]:
    """Row numbers, at most `CELL` together unless they are all one vector."""
    if len(rows) <= CELL:
        yield rows
        return
    found = kmeans(vectors[rows], -(-2 * len(rows) // CELL), seed=seed, rounds=8).cluster
    parts = [rows[found == cluster] for cluster in np.unique(found)]
    for part in parts:
        if len(parts) > 1:
            yield from _cells(vectors, part, seed)
        else:
            yield from np.array_split(part, -(-len(part) // CELL))


def _joined(vectors: Floats, join: float) -> Rows:
    """int64 [N]: the first member of each one's group."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(vectors) < 2:
        return np.arange(len(vectors))
    far = np.maximum(1 - vectors @ vectors.T, 0)
    np.fill_diagonal(far, 0)
    tree = linkage(squareform(far, checks=False), "average")
    _, first, inverse = np.unique(
        fcluster(tree, 1 - join, "distance"), return_index=True, return_inverse=True
    )
    return first[inverse]
