"""Group-aware re-ranking: every prefix of the results comes close to target shares of groups.

The deterministic greedy ranking of Geyik, Ambler and Kenthapadi 2019 (DetGreedy): of the groups that fall
behind, the best scored candidate; else the best of a group that is not yet ahead.

Decided:
- The weight scales the bounds (our choice). Among the first i places with a known group, group g with target
  p has at least floor(w p i) and at most ceil((1 - w (1 - p)) i) results. At 0 there is no bound and the
  order by score comes back exactly; at 1 the bounds are those of the paper.
- A candidate without a known group is neutral: it keeps the place that its score gives it, and the others
  are re-ranked around it.
- Where a group has no candidate left, the others fill its places: nobody is left out, nothing is invented.

Groups are what the caller says (ranges of skin tone, a brand, a category); nothing is inferred here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saccade.discovery.diversity.checks import checked_weight, ranked, wanted_count
from saccade.discovery.diversity.effect import Effect, checked_groups, effect_of
from saccade.errors import InputError
from saccade.metrics.diversity import Group, checked_target, equal_target, own_target

Target = Mapping[str, float] | Literal["equal", "candidates"]
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Spread:
    """`order`: places of the results among the candidates, int64 [k]; `target`: shares by group that were
    aimed at; `effect`: what it cost and gained."""

    order: NDArray[np.int64]
    target: Mapping[str, float]
    effect: Effect


def spread(
    groups: Sequence[Group],
    scores: ArrayLike,
    weight: float,
    k: int | None = None,
    target: Target | None = None,
) -> Spread:
    """Re-rank candidates so that groups come closer to their target shares.

    Args:
        groups: the group of each candidate, None where it is not known; N.
        scores: finite, larger is better, [N].
        weight: 0 (the order by score, exactly) to 1 (as close to the target as whole places allow).
        k: how many results; all candidates by default.
        target: share by group; "equal" among the groups present (the default), or "candidates", their own
            shares among the candidates. A group that a mapping does not name, or gives 0, is neutral; one
            that no candidate has is dropped, and the rest are scaled to 1.

    Raises `InputError` for lengths that differ, a weight outside 0..1 or a negative share.
    """
    order = ranked(scores)
    names, many = checked_groups(groups, len(order)), wanted_count(k, len(order))
    wanted = _target(names, target)
    share = checked_weight(weight)
    chosen = order[:many] if share == 0 or len(wanted) < 2 else _reranked(order, names, wanted, share)[:many]
    return Spread(chosen, wanted, effect_of(chosen, scores, groups=names, target=wanted))


def _target(groups: Sequence[Group], target: Target | None) -> dict[str, float]:
    if target is None or target == "equal":
        return equal_target(groups)
    if target == "candidates":
        return own_target(groups)
    if isinstance(target, str):
        raise InputError(f"target is equal, candidates or shares by group, found {target!r}")
    present = set(groups)
    return checked_target({name: share for name, share in target.items() if name in present} or {})


def _reranked(
    order: NDArray[np.int64], groups: Sequence[Group], target: Mapping[str, float], weight: float
) -> NDArray[np.int64]:
    """The places of known groups filled anew, the others as they are."""
    slots = [slot for slot, row in enumerate(order) if groups[row] in target]
    queues: dict[str, list[int]] = {name: [] for name in target}
    for slot in reversed(slots):
        queues[str(groups[order[slot]])].append(slot)
    source = np.arange(len(order))
    counts = dict.fromkeys(target, 0)
    for i, slot in enumerate(slots, start=1):
        name = _next(queues, counts, target, weight, i)
        counts[name] += 1
        source[slot] = queues[name].pop()
    return order[source]


def _next(
    queues: Mapping[str, list[int]],
    counts: Mapping[str, int],
    target: Mapping[str, float],
    weight: float,
    i: int,
) -> str:
    """The group that gets place i: of those behind, else of those not ahead, else of all, the best scored."""
    left = [name for name in target if queues[name]]
    behind = [name for name in left if counts[name] < _least(target[name], weight, i)]
    if not behind:
        behind = [name for name in left if counts[name] < _most(target[name], weight, i)]
    return min(behind or left, key=lambda name: queues[name][-1])


def _least(share: float, weight: float, i: int) -> int:
    return math.floor(weight * share * i + _ROUNDING)


def _most(share: float, weight: float, i: int) -> int:
    return math.ceil((1 - weight * (1 - share)) * i - _ROUNDING)
