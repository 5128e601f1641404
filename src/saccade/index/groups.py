"""Neighbours grouped by a payload field: items, where the index holds photographs.

Decided: an item is as near as its nearest photograph; a photograph of several items counts for each. When
the first answer has too few groups, the search is asked for more until there are enough or no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from saccade.index.filters import Filter
from saccade.index.payloads import Value
from saccade.index.protocol import Hit, Index, checked_k

_OVERFETCH = 4


@dataclass(frozen=True)
class Group:
    """The hits of one value of the key, best first; `score` is that of the best."""

    key: str
    score: float
    hits: tuple[Hit, ...]


def group_by(hits: Iterable[Hit], key: str, k: int) -> list[Group]:
    """The first `k` groups of hits that come with payloads, in order of their best hit."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        for name in _names((hit.payload or {}).get(key)):
            groups.setdefault(name, []).append(hit)
    firsts = list(groups.items())[: checked_k(k)]
    return [Group(name, found[0].score, tuple(found)) for name, found in firsts]


def search_groups(
    index: Index, vectors: np.ndarray, k: int, key: str = "item_id", *,
    filter: Filter | None = None, exact: bool = False,
) -> list[list[Group]]:  # fmt: skip
    """For each row of float32 [Q, dim], the `k` nearest groups, fewer only where the index has no more."""
    answers: list[list[Group]] = [[] for _ in vectors]
    open_rows, wanted = list(range(len(vectors))), k * _OVERFETCH
    while open_rows:
        found = index.search(vectors[open_rows], wanted, filter=filter, exact=exact, with_payload=True)
        for row, hits in zip(open_rows, found, strict=True):
            answers[row] = group_by(hits, key, k)
        open_rows = [
            row
            for row, hits in zip(open_rows, found, strict=True)
            if len(answers[row]) < k and len(hits) == wanted
        ]
        wanted *= _OVERFETCH
    return answers


def _names(value: Value | None) -> list[str]:
    if value is None:
        return []
    return list(dict.fromkeys(map(str, value))) if isinstance(value, list) else [str(value)]
