"""What a re-ranking cost and what it gained, in numbers that a page can show.

Decided: cost is told twice, as the mean score that was given up and as nDCG with the scores, scaled to 0..1
among the candidates, as gains; both compare the first k places with those of the order by score. Gain is
told as the distance between results, and as distance from the target shares of groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.discovery.diversity.checks import ranked, scaled
from saccade.errors import InputError
from saccade.metrics.diversity import (
    Group,
    checked_target,
    equal_target,
    intra_list_distance,
    ndkl,
    own_target,
    share_gap,
)  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """A re-ranking's first k places (`after`) beside those of the order by score (`before`).

    score_*: mean score. ndcg: 0..1, 1 where nothing was given up. gap_*: largest minus smallest deviation of
    a group's share from its target; ndkl_*: see `metrics.diversity.ndkl`; shares_*: of each group among the
    places with a known group. distance_*: mean cosine distance between results. None where there were no
    groups, or no vectors.
    """

    score_before: float
    score_after: float
    ndcg: float
    gap_before: float | None = None
    gap_after: float | None = None
    ndkl_before: float | None = None
    ndkl_after: float | None = None
    shares_before: Mapping[str, float] | None = None
    shares_after: Mapping[str, float] | None = None
    distance_before: float | None = None
    distance_after: float | None = None

    @property
    def cost(self) -> float:
        """Mean score that was given up, in the unit of the scores."""
        return self.score_before - self.score_after

    @property
    def parity_gain(self) -> float | None:
        """By how much NDKL fell; None without groups."""
        if self.ndkl_before is None or self.ndkl_after is None:
            return None
        return self.ndkl_before - self.ndkl_after

    @property
    def distance_gain(self) -> float | None:
        """By how much the mean distance between results rose; None without vectors."""
        if self.distance_before is None or self.distance_after is None:
            return None
        return self.distance_after - self.distance_before


def effect_of(
    order: ArrayLike,
    scores: ArrayLike,
    *,
    groups: Sequence[Group] | None = None,
    target: Mapping[str, float] | None = None,
    vectors: ArrayLike | None = None,
) -> Effect:
    """The effect of showing `order` instead of the best by score.

    Args:
        order: places among the candidates, int [k].
        scores: of all candidates [N].
        groups: of all candidates, N names or None each.
        target: share by group; equal shares of the candidates' groups by default.
        vectors: of all candidates, unit [N, D].
    """
    after, values = np.asarray(order, np.int64), np.asarray(scores, np.float64)
    before = ranked(values)[: len(after)]
    told: dict[str, object] = {}
    if groups is not None:
        told |= _parity(before, after, groups, equal_target(groups) if target is None else target)
    if vectors is not None:
        x = np.asarray(vectors)
        told["distance_before"] = intra_list_distance(x[before])
        told["distance_after"] = intra_list_distance(x[after])
    mean_before, mean_after = (float(values[rows].mean()) if len(rows) else 0.0 for rows in (before, after))
    return Effect(mean_before, mean_after, _ndcg(scaled(values), before, after), **told)  # type: ignore[arg-type]


def _parity(
    before: NDArray[np.int64], after: NDArray[np.int64], groups: Sequence[Group], target: Mapping[str, float]
) -> dict[str, object]:
    wanted, told = checked_target(target), dict[str, object]()
    for when, rows in (("before", before), ("after", after)):
        shown = [groups[row] if groups[row] in wanted else None for row in rows]
        told[f"gap_{when}"] = share_gap(shown, wanted) if wanted else 0.0
        told[f"ndkl_{when}"] = ndkl(shown, wanted)
        told[f"shares_{when}"] = dict.fromkeys(wanted, 0.0) | own_target(shown)
    return told


def _ndcg(gains: NDArray[np.float64], before: NDArray[np.int64], after: NDArray[np.int64]) -> float:
    discounts = 1 / np.log2(np.arange(len(after)) + 2)
    ideal = float(gains[before] @ discounts)
    return float(gains[after] @ discounts) / ideal if ideal else 1.0


def checked_groups(groups: Sequence[Group], candidates: int) -> list[Group]:
    """One group, or None, for each candidate."""
    if len(groups) != candidates:
        raise InputError(f"one group (or None) for each of {candidates} candidates, found {len(groups)}")
    return list(groups)
