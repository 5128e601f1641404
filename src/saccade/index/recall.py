"""The recall that an index really has, on the user's own vectors: approximate answers against exact ones.

Decided: queries are stored vectors, moved a little at random as a new photograph of the thing would be, since
asking for a stored vector itself finds it too easily. Recall@k is the share of the exact `k` nearest that
the search returned; neighbours that tie with the last of them count. The interval is Wilson's over all
neighbours looked for, widened by the spread between queries where that is larger (our own choice).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from saccade.errors import InputError
from saccade.index.filters import Filter, Range
from saccade.index.payloads import DRAW
from saccade.index.protocol import Hit, Index

_TIE = 1e-6  # scores of exact and approximate search differ by less for one and the same vector


@dataclass(frozen=True)
class Recall:
    """Share of exact neighbours found, with a 95% interval; `queries` × `k` neighbours were looked for."""

    value: float
    low: float
    high: float
    queries: int
    k: int
    filtered_to: int | None = None

    def line(self) -> str:
        """One line for a person."""
        kept = "" if self.filtered_to is None else f" of {self.filtered_to:,} filtered points"
        interval = f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"
        return f"recall@{self.k}{kept} {interval}, {self.queries} queries"


def measure(index: Index, queries: np.ndarray, k: int = 10, *, filter: Filter | None = None) -> Recall:
    """Recall@k of `index` for float32 [Q, dim] queries, under `filter` when one is given."""
    exact = index.search(queries, k, filter=filter, exact=True)
    found = index.search(queries, k, filter=filter)
    return compared(exact, found, k, None if filter is None else index.count(filter))


def compared(
    exact: Sequence[Sequence[Hit]], found: Sequence[Sequence[Hit]], k: int, filtered_to: int | None = None
) -> Recall:
    """Recall of `found` against `exact` answers to the same queries."""
    pairs = [(_agreed(e, f), len(e)) for e, f in zip(exact, found, strict=True) if e]
    if not pairs:
        raise InputError("expected queries with neighbours to measure recall on, found none")
    hits, sizes = np.array(pairs, dtype=float).T
    low, high = _interval(hits, sizes)
    return Recall(float(hits.sum() / sizes.sum()), low, high, len(pairs), k, filtered_to)


def sample_queries(vectors: np.ndarray, count: int, seed: int = 0, noise: float = 0.3) -> np.ndarray:
    """Float32 [count, dim]: rows of `vectors`, each turned at random by `noise` (tangent of the angle)."""
    random = np.random.default_rng(seed)
    chosen = vectors[random.choice(len(vectors), min(count, len(vectors)), replace=False)].astype(np.float32)
    moved = random.normal(size=chosen.shape).astype(np.float32)
    moved *= noise / np.linalg.norm(moved, axis=1, keepdims=True)
    turned = chosen / np.linalg.norm(chosen, axis=1, keepdims=True) + moved
    return turned / np.linalg.norm(turned, axis=1, keepdims=True)


def random_filter(share: float) -> Filter:
    """A filter that keeps about `share` of any index's points, whatever they are."""
    return Range(DRAW, below=share)


def _agreed(exact: Sequence[Hit], found: Sequence[Hit]) -> int:
    """How many of the exact neighbours were found; equals of the last one count as it."""
    wanted, last = {h.id for h in exact}, exact[-1].score - _TIE
    return min(len(exact), sum(h.id in wanted or h.score >= last for h in found))


def _interval(hits: np.ndarray, sizes: np.ndarray) -> tuple[float, float]:
    total, share = sizes.sum(), hits.sum() / sizes.sum()
    z = 1.959964
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    spread = z * float((hits / sizes).std(ddof=1)) / math.sqrt(len(hits)) if len(hits) > 1 else 0.0
    low, high = min(middle - half, share - spread), max(middle + half, share + spread)
    return max(0.0, low), min(1.0, high)
