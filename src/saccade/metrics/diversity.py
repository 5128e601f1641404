"""How varied a list of results is, and how evenly groups appear in it: pure functions.

Decided:
- A group is a name, or None where it is not known; places without a known group are left out, and the
  measures are those of the list that remains.
- Targets are shares by group and are scaled to add up to 1. Only groups with a positive target count; other
  names are as good as unknown.
- An empty list is 0 everywhere: nothing in it is unlike the target.

Not here: re-ranking (`discovery.diversity`), accuracy by group (`groups.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError

Floats = npt.NDArray[np.float64]
Group = str | None


def intra_list_distance(vectors: npt.ArrayLike) -> float:
    """Mean cosine distance (0..2) over the pairs of a list of unit vectors [N, D]; 0 for fewer than two.

    Ziegler et al. 2005 sum the similarities; the mean is their measure scaled to the number of pairs.
    """
    x = np.asarray(vectors, np.float64)
    if x.ndim != 2:
        raise InputError(f"vectors are [N, D], found {list(x.shape)}")
    n = len(x)
    if n < 2:
        return 0.0
    total = x.sum(axis=0)
    return float(1 - (total @ total - np.einsum("nd,nd->", x, x)) / (n * (n - 1)))


def equal_target(groups: Sequence[Group]) -> dict[str, float]:
    """The same share for every group that is present."""
    names = sorted({group for group in groups if group is not None})
    return dict.fromkeys(names, 1 / len(names)) if names else {}


def own_target(groups: Sequence[Group]) -> dict[str, float]:
    """The shares that the groups have in this list."""
    known = [group for group in groups if group is not None]
    return {name: known.count(name) / len(known) for name in sorted(set(known))}


def checked_target(target: Mapping[str, float]) -> dict[str, float]:
    """Shares by group that add up to 1, without those of 0. `InputError` for a negative or infinite one."""
    if not all(np.isfinite(share) and share >= 0 for share in target.values()):
        raise InputError(f"target shares are numbers from 0 upwards, found {dict(target)}")
    total = sum(target.values())
    return {name: share / total for name, share in target.items() if share > 0}


def share_gap(groups: Sequence[Group], target: Mapping[str, float] | None = None) -> float:
    """Largest minus smallest share of a group in the list, 0..1; 0 is parity.

    `target`: which groups to look at, with the shares they should have; then the gap is between the
    deviations from them, 0..2. Without it: the groups of the list, which should all be alike. A group that
    should be in the list and is not shows only with a target.
    """
    wanted = equal_target(groups) if target is None else checked_target(target)
    counts = _counts(groups, wanted)
    if not counts.sum():
        return 0.0
    off = counts / counts.sum() - np.fromiter(wanted.values(), float)
    return float(off.max() - off.min())


def group_divergence(groups: Sequence[Group], target: Mapping[str, float]) -> float:
    """Kullback-Leibler divergence of the list's shares from the target, over the largest there can be: 0..1.

    The largest is that of a list of the least wanted group alone, -log of its target. 0 where the target
    names one group.
    """
    wanted = checked_target(target)
    if len(wanted) < 2:
        return 0.0
    p = np.fromiter(wanted.values(), float)
    return float(_divergences(_counts(groups, wanted)[None], p)[0] / -np.log(p.min()))


def ndkl(groups: Sequence[Group], target: Mapping[str, float]) -> float:
    """Normalised discounted cumulative Kullback-Leibler divergence of a ranking (Geyik et al. 2019, eq. 4).

    The divergence (in nats) of every prefix from the target, weighted by 1 / log2(1 + rank), the weights
    scaled to 1. From 0 upwards; 0 is a ranking whose every prefix has the target's shares, which short
    prefixes cannot have: compare it between rankings, or with the best that can be had.
    """
    wanted = checked_target(target)
    places = [group for group in groups if group in wanted]
    if not places:
        return 0.0
    names = np.array(list(wanted))
    prefixes = np.cumsum(np.array(places)[:, None] == names, axis=0).astype(float)
    weights = 1 / np.log2(np.arange(len(places)) + 2)
    return float(weights @ _divergences(prefixes, np.fromiter(wanted.values(), float)) / weights.sum())


def _counts(groups: Sequence[Group], wanted: Mapping[str, float]) -> Floats:
    return np.array([sum(group == name for group in groups) for name in wanted], float)


def _divergences(counts: Floats, target: Floats) -> Floats:
    """Divergence in nats of each row of counts [N, G] from a target [G]; 0 for a row of zeros."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ratio = np.where(shares > 0, shares / target, 1)
    return np.maximum((shares * np.log(ratio)).sum(axis=1), 0)
