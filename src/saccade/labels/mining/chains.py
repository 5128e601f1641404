"""Cohesion and nesting of n-grams, from the counts of their parts.

Decided:
- Cohesion is normalised pointwise mutual information (Bouma 2009): ln(p(xy) / p(x)p(y)) / -ln p(xy), 1
  where the parts never stand alone, 0 where they meet by chance. A phrase of several joints has that of its
  weakest.
- p(x) is the families that say x over the sum of the families of all words of the language that survived: a
  word counts once a family, so that one seller's thousand texts do not make a phrase.
- A fragment is what one longer candidate covers in nearly all of its families: the rule of nested terms of
  Frantzi, Ananiadou and Mima (2000), with one longer term instead of the mean over all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from saccade.labels.mining.levels import Level

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Chain:
    """One level with the rows of its parts. `left[k]`, `right[k]`: int64 [N], the rows in the level of k
    words (k below `words`) of its first and last k words.
    """

    level: Level
    left: dict[int, Ints]
    right: dict[int, Ints]
    singles: Ints
    """int64 [N, n]: the rows of its words in the level of single words."""

    @cached_property
    def families(self) -> Ints:
        return self.level.column("families").astype(np.int64)


def chains(levels: Sequence[Level]) -> list[Chain]:
    """The levels of 1, 2, … words, each with its parts."""
    found: list[Chain] = []
    for level in levels:
        found.append(_longer(level, found[-1]) if found else _single(level))
    return found


def cohesion(every: Sequence[Chain]) -> list[Doubles]:
    """float64 [N] for each level: -1..1, 1 for single words."""
    total = np.log(totals(every[0]))
    logs = [np.log(chain.families) for chain in every]
    scores = [np.ones(len(every[0].families))]
    for chain, log in zip(every[1:], logs[1:], strict=True):
        n, sums = chain.level.words, total[chain.singles[:, 0]]
        lowest = np.full(len(log), np.inf)
        for k in range(1, n):
            parts = logs[k - 1][chain.left[k]] + logs[n - k - 1][chain.right[n - k]]
            lowest = np.minimum(lowest, log + sums - parts)
        scores.append(np.clip(lowest / np.maximum(sums - log, 1e-12), -1.0, 1.0))
    return scores


def fragments(every: Sequence[Chain], candidates: Sequence[Flags], share: float) -> list[Flags]:
    """bool [N] for each level: True where one longer candidate covers at least `share` of the families."""
    covered = np.zeros(0)
    found: list[Flags] = []
    for place in range(len(every) - 1, -1, -1):
        chain = every[place]
        above = np.zeros(len(chain.families))
        if place + 1 < len(every):
            longer = every[place + 1]
            for rows in (longer.left[place + 1], longer.right[place + 1]):
                np.maximum.at(above, rows, covered)
        found.append(above >= share * chain.families)
        covered = np.maximum(above, np.where(candidates[place], chain.families, 0))
    return found[::-1]


def _single(level: Level) -> Chain:
    return Chain(level, {}, {}, np.arange(len(level.table))[:, None])


def _longer(level: Level, below: Chain) -> Chain:
    k = below.level.words
    prefix, suffix = below.level.rows(level.column("prefix")), below.level.rows(level.column("suffix"))
    left = {length: rows[prefix] for length, rows in below.left.items()} | {k: prefix}
    right = {length: rows[suffix] for length, rows in below.right.items()} | {k: suffix}
    singles = np.concatenate([below.singles[prefix], below.singles[suffix][:, -1:]], axis=1)
    return Chain(level, left, right, singles)


def totals(single: Chain) -> Doubles:
    """float64 [words]: the sum of families over all words of each word's language."""
    _, place = np.unique(single.level.column("prefix"), return_inverse=True)
    return np.bincount(place, single.families).astype(np.float64)[place]
