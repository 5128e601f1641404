"""Which queries are judged, and how many are needed for an interval of a wanted width."""

from __future__ import annotations

import math
from collections.abc import Sequence

from saccade.errors import InputError
from saccade.evaluation.judging.plan import Asked, drawn
from saccade.metrics.intervals import wilson


def queries_needed(
    half_width: float, share: float = 0.5, level: float = 0.95, population: int | None = None
) -> int:
    """Queries whose share of yes has a Wilson interval of at most ± `half_width` (Wilson 1927).

    Args:
        half_width: 0 < w < 0.5, such as 0.05.
        share: where the share is thought to lie; 0.5 needs the most.
        level: of the interval.
        population: queries that there are; drawing many of few needs fewer (finite population correction).
    """
    if not 0 < half_width < 0.5 or not 0 <= share <= 1:
        raise InputError(
            f"a half-width lies between 0 and 0.5 and a share in 0..1, found {half_width}, {share}"
        )
    low, high = 1, 2
    while _half(high, share, level) > half_width:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _half(middle, share, level) <= half_width else (middle + 1, high)
    if population is None:
        return low
    return min(population, math.ceil(low / (1 + (low - 1) / population)))


def _half(count: int, share: float, level: float) -> float:
    found = wilson(round(share * count), count, level)
    return (found.high - found.low) / 2


def stratified(queries: Sequence[Asked], count: int, seed: int = 0) -> tuple[Asked, ...]:
    """`count` queries, each group with its share of them (largest remainders), drawn by a seeded hash.

    The same seed draws the same queries whatever their order, and a larger count keeps most of a smaller one.
    """
    if count < 1:
        raise InputError(f"at least one query is to be judged, found {count}")
    groups: dict[str, list[Asked]] = {}
    for one in sorted(queries, key=lambda one: drawn(seed, one.query_id)):
        groups.setdefault(one.group, []).append(one)
    if count >= len(queries):
        return tuple(one for _, part in sorted(groups.items()) for one in part)
    shares = {name: count * len(part) / len(queries) for name, part in groups.items()}
    sizes = {name: int(share) for name, share in shares.items()}
    left = count - sum(sizes.values())
    for name in sorted(shares, key=lambda name: (sizes[name] - shares[name], name))[:left]:
        sizes[name] += 1
    return tuple(one for name, part in sorted(groups.items()) for one in part[: sizes[name]])
