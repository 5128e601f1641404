"""Neighbours grouped by a payload field: items, where the index holds photographs.

Decided: an item is as near as its nearest photograph; a photograph of several items counts for each. When
the first answer has too few groups, the search is asked for more until there are enough or no more. Who
knows the owners of a photograph without its payload (a service that keeps them in memory) passes a
function: reading payloads costs as much as the search itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from saccade.index.filters import Filter
from saccade.index.payloads import Value
from saccade.index.protocol import Hit, Index, checked_k

Owners = Callable[[Hit], Sequence[str]]
Group = tuple[str, Hit]
"""A key, and the best hit that has it."""
FIRST, FURTHER = 4.0, 4.0  # times k: of the first request, and of each one after the one before


def group_by(hits: Iterable[Hit], key: str | Owners, k: int) -> list[Group]:
    """The first `k` groups of hits, in order of their best hit; `key` is a payload field or a function."""
    owners = in_payload(key) if isinstance(key, str) else key
    checked_k(k)
    firsts: dict[str, Hit] = {}
    for hit in hits:
        for name in owners(hit):
            if name not in firsts:
                firsts[name] = hit
        if len(firsts) >= k:
            break
    return list(firsts.items())[:k]


def search_groups(
    index: Index, vectors: np.ndarray, k: int, key: str | Owners = "item_id", *,
    filter: Filter | None = None, exact: bool = False, first: float = FIRST,
) -> list[list[Group]]:  # fmt: skip
    """For each row of float32 [Q, dim], the `k` nearest groups, fewer only where the index has no more.

    `first` times `k` hits are asked for at first; more only for the rows that need more.
    """
    answers: list[list[Group]] = [[] for _ in vectors]
    open_rows, wanted = list(range(len(vectors))), round(k * first)
    while open_rows:
        some = vectors if len(open_rows) == len(vectors) else vectors[open_rows]
        found = index.search(some, wanted, filter=filter, exact=exact, with_payload=isinstance(key, str))
        short: list[int] = []
        for row, hits in zip(open_rows, found, strict=True):
            answers[row] = group_by(hits, key, k)
            if len(answers[row]) < k and len(hits) == wanted:
                short.append(row)
        open_rows, wanted = short, round(wanted * FURTHER)
    return answers


def in_payload(key: str) -> Owners:
    """Reads the owners of a hit from a field of its payload: one value or a list."""
    return lambda hit: _names((hit.payload or {}).get(key))


def _names(value: Value | None) -> list[str]:
    if value is None:
        return []
    return list(dict.fromkeys(map(str, value))) if isinstance(value, list) else [str(value)]
