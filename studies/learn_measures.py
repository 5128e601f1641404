"""What a study measures on vectors: hits of queries, labels by neighbours, bits, intervals over seeds.

Decided:
- hit@1 (P@1 where one product is right): the nearest gallery picture shows what was asked for.
- A label is the vote of the nearest training pictures (`evaluation.knn`); AP@1 of a task is the share of
  right first labels.
- Bits are the signs of the coordinates, compared by Hamming distance.
- An interval draws seeds, and in each seed products (or whatever queries hang together by), both with
  replacement, so that it covers the luck of a marketplace and of a training. Several conditions are drawn
  together, since they answer the same queries: differences and ratios are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.evaluation.exact import BitScorer, FloatScorer, Scorer, Targets, top_k
from saccade.evaluation.knn import neighbours, vote
from saccade.metrics import Interval

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Names = NDArray[np.object_]
Figure = Callable[[Floats], Floats]

_AT_ONCE = 2_000_000


def hits(queries: Vectors, asked: Names, gallery: Vectors, shown: Names, bits: bool = False) -> list[int]:
    """1 or 0 for each of Q queries: whether the nearest picture shows what was asked for.

    queries: [Q, D]; gallery: [G, D]; asked, shown: names [Q] and [G]. bits: compare signs.
    """
    places, _ = top_k(_scorer(queries, gallery, bits), len(queries), Targets.rows_alone(len(gallery)), 1)
    return (shown[places[:, 0]] == asked).astype(int).tolist()


def labels_right(queries: Vectors, asked: Names, seen: Vectors, labels: Names) -> list[int]:
    """1 or 0 for each of Q queries: whether its neighbours among the seen [N, D] vote for its label."""
    names, taught = np.unique(labels.astype(str), return_inverse=True)
    places, cosines = neighbours(_scorer(queries, seen, False), len(queries), np.arange(len(seen)))
    said = names[vote(places, cosines, taught, len(names))]
    return (said == asked.astype(str)).astype(int).tolist()


def _scorer(queries: Vectors, gallery: Vectors, bits: bool) -> Scorer:
    if not bits:
        return FloatScorer(queries, gallery)
    packed = [np.packbits(vectors > 0, axis=1) for vectors in (queries, gallery)]
    return BitScorer(packed[0], packed[1], queries.shape[1])


@dataclass(frozen=True, eq=False)
class Sample:
    """Values of one seed: a row for each of C conditions, float64 [C, Q], of the same Q queries; groups [Q]
    hang together.
    """

    values: Floats
    groups: Sequence[object]


def resampled(samples: Sequence[Sample], draws: int = 2000, seed: int = 0) -> Floats:
    """float64 [draws, C]: the mean of each condition in each draw of seeds and of groups."""
    rng = np.random.default_rng(seed)
    picked = rng.integers(len(samples), size=(draws, len(samples)))
    out = np.empty((*picked.shape, len(samples[0].values)))
    for number, sample in enumerate(samples):
        out[picked == number] = _drawn(_sums(sample), int((picked == number).sum()), rng)
    return out.mean(axis=1)


def _drawn(table: tuple[Floats, Floats], count: int, rng: np.random.Generator) -> Floats:
    """float64 [count, C]: means of as many groups as there are, drawn with replacement."""
    sums, sizes = table
    out, step = np.empty((count, len(sums))), max(1, _AT_ONCE // len(sizes))
    for start in range(0, count, step):
        rows = min(step, count - start)
        chosen = rng.integers(len(sizes), size=(rows, len(sizes))) + len(sizes) * np.arange(rows)[:, None]
        counts = np.bincount(chosen.ravel(), minlength=rows * len(sizes))
        times = counts.reshape(rows, len(sizes)).astype(np.float64)
        out[start : start + rows] = times @ sums.T / (times @ sizes)[:, None]
    return out


def first(means: Floats) -> Floats:
    """The first condition's mean."""
    return means[..., 0]


def gain(means: Floats) -> Floats:
    """How much the second condition adds to the first, relative to the first."""
    return means[..., 1] / means[..., 0] - 1


def difference(means: Floats) -> Floats:
    """The second condition less the first."""
    return means[..., 1] - means[..., 0]


def interval(samples: Sequence[Sample], of: Figure = first, level: float = 0.95) -> Interval:
    """A figure with its interval. of: from means [..., C] to the figure [...]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = of(resampled(samples))
        drawn = np.where(np.isfinite(drawn), drawn, np.nan)  # a share of nothing
        whole = of(np.mean([sample.values.mean(axis=1) for sample in samples], axis=0))
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.nanquantile(drawn, ends) if np.isfinite(drawn).any() else (np.nan, np.nan)
    return Interval(float(whole), float(low), float(high), "bootstrap of seeds and groups")


def _sums(sample: Sample) -> tuple[Floats, Floats]:
    _, code = np.unique(np.array([str(group) for group in sample.groups]), return_inverse=True)
    sums = np.stack([np.bincount(code, row) for row in sample.values]).astype(np.float64)
    return sums, np.bincount(code).astype(np.float64)
