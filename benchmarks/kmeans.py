"""Spherical k-means against faiss and scikit-learn: time and how well the clusters fit, in one run.

    speed_vs_faiss        seconds of faiss.Kmeans(spherical=True) / ours. Above 1: ours is faster
    objective_vs_faiss    our mean cosine of a vector to its centroid / that of faiss. Above 1: better
    speed_vs_sklearn      seconds of MiniBatchKMeans / ours
    objective_vs_sklearn  our mean cosine / that of its centroids, brought to length 1
    many_seconds, many_mb, many_objective
                          ours alone, in two levels: 100 thousand clusters of a million vectors, 64 wide;
                          with --quick a hundredth of both. many_mb: arrays at once, beside the vectors

Vectors are drawn around centres of unequal size, as phrases are. All use as many threads as there are
cores and the same number of rounds; each time is the better of two, in turns.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import faiss
import numpy as np
import numpy.typing as npt
from common import emit, parse_args
from sklearn.cluster import MiniBatchKMeans

from saccade.labels.clustering import kmeans as ours
from saccade.labels.clustering.kmeans import assigned, kmeans
from saccade.labels.clustering.vectors import unit_length

Floats = npt.NDArray[np.float32]
ROUNDS = 20
DIM = 64


def main() -> None:
    """Measure, and print the line."""
    args = parse_args(__doc__ or "")
    rows, clusters = (50_000, 300) if args.quick else (300_000, 1000)
    vectors = drawn(rows, clusters, args.seed)
    peers: dict[str, Callable[[], Floats]] = {
        "ours": lambda: kmeans(vectors, clusters, rounds=ROUNDS, seed=args.seed).centroids,
        "faiss": lambda: with_faiss(vectors, clusters, args.seed),
        "sklearn": lambda: with_sklearn(vectors, clusters, args.seed),
    }
    seconds, fit = compared(vectors, peers)
    figures: dict[str, float | int | None] = {"rows": rows, "clusters": clusters, "dim": DIM}
    for name in ("faiss", "sklearn"):
        figures[f"speed_vs_{name}"] = round(seconds[name] / seconds["ours"], 2)
        figures[f"objective_vs_{name}"] = round(fit["ours"] / fit[name], 4)
    emit({**figures, **many(args.quick, args.seed)})


def drawn(rows: int, centres: int, seed: int) -> Floats:
    """float32 [rows, DIM]: directions around centres, few of which are large."""
    dice = np.random.default_rng(seed)
    middle = unit_length(dice.standard_normal((centres, DIM)))
    share = (np.arange(centres) + 10.0) ** -1
    which = dice.choice(centres, rows, p=share / share.sum())
    return unit_length(middle[which] + 0.12 * dice.standard_normal((rows, DIM), dtype=np.float32))


def compared(
    vectors: Floats, peers: dict[str, Callable[[], Floats]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds, the better of two, and mean cosines."""
    seconds = dict.fromkeys(peers, np.inf)
    fit: dict[str, float] = {}
    for _ in range(2):
        for name, run in peers.items():
            start = time.perf_counter()
            centroids = run()
            seconds[name] = min(seconds[name], time.perf_counter() - start)
            fit[name] = float(assigned(vectors, centroids)[1].mean())
    for name in peers:
        print(f"{name:8} {seconds[name]:8.2f} s, mean cosine {fit[name]:.4f}")
    return seconds, fit


def with_faiss(vectors: Floats, clusters: int, seed: int) -> Floats:
    """Centroids; its last assignment is part of its time, as it is of ours."""
    found = faiss.Kmeans(DIM, clusters, niter=ROUNDS, spherical=True, seed=seed + 1)
    found.train(vectors)
    found.index.search(vectors, 1)
    return np.asarray(found.centroids, np.float32)


def with_sklearn(vectors: Floats, clusters: int, seed: int) -> Floats:
    """Centroids of length 1."""
    found = MiniBatchKMeans(clusters, max_iter=ROUNDS, n_init=1, batch_size=4096, random_state=seed)
    found.fit(vectors)
    return unit_length(found.cluster_centers_)


def many(quick: bool, seed: int) -> dict[str, float | int | None]:
    """Two levels, alone: seconds, memory beyond the vectors, mean cosine."""
    rows, clusters = (10_000, 1000) if quick else (1_000_000, 100_000)
    vectors = drawn(rows, clusters, seed)
    ours.MANY = min(ours.MANY, clusters)
    tracemalloc.start()
    start = time.perf_counter()
    found = kmeans(vectors, clusters, rounds=ROUNDS, seed=seed)
    took = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {
        "many_rows": rows, "many_clusters": clusters, "many_seconds": round(took, 1),
        "many_mb": round(peak / 2**20), "many_objective": round(float(found.cosine.mean()), 4),
    }  # fmt: skip


if __name__ == "__main__":
    main()
