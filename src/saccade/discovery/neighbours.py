"""From vectors to the pictures and items nearest to them: many queries in as few index calls as possible.

Decided: queries that share filter, exactness and grouping go to the index together, since one call for many
is cheaper than many calls. An item's own vector is read from the index, never computed. One neighbour more
than wanted makes up for the query's own item.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.shelf import Shelf
from saccade.errors import NotFoundError
from saccade.index.filters import Filter
from saccade.index.groups import Group, in_payload, search_groups
from saccade.index.protocol import Hit, Index

Found = tuple[str | None, Hit] | Group  # an item, and the hit on its nearest picture


class Wanted(NamedTuple):
    """What one query wants: `k` neighbours of `vector` [dim], or of the picture `stored`; never of `own`."""

    k: int
    filter: Filter | None
    exact: bool
    grouped: bool
    own: str | None
    vector: NDArray[np.float32] | None
    stored: str | None


def find(index: Index, shelf: Shelf, wanted: Sequence[Wanted]) -> tuple[list[Sequence[Found]], float]:
    """Neighbours of every query, in order, at least `k` where there are so many; and the seconds it took.

    Raises `NotFoundError` for a picture without a vector and what the index raises for its filters.
    """
    start = time.perf_counter()
    vectors = _vectors(index, wanted)
    alike: dict[tuple[Filter | None, bool, bool], list[int]] = {}
    for row, one in enumerate(wanted):
        alike.setdefault((one.filter, one.exact, one.grouped), []).append(row)
    found: list[Sequence[Found]] = [()] * len(wanted)
    for (_, _, grouped), rows in alike.items():
        some = [wanted[row] for row in rows]
        answers = (_items if grouped else _pictures)(index, shelf, some, vectors[rows])
        for row, answer in zip(rows, answers, strict=True):
            found[row] = answer
    return found, time.perf_counter() - start


def _vectors(index: Index, wanted: Sequence[Wanted]) -> NDArray[np.float32]:
    stored = list(dict.fromkeys(one.stored for one in wanted if one.stored is not None))
    try:
        known = dict(zip(stored, index.vector(stored), strict=True)) if stored else {}
    except NotFoundError as error:
        raise NotFoundError(
            f"a picture has no vector in the index yet; run `saccade index` ({error})"
        ) from error
    rows = [one.vector if one.stored is None else known[one.stored] for one in wanted]
    for row in rows:
        if row is not None and len(row) != index.dim:
            index.search(np.atleast_2d(row), 1)  # says what it expected
    return np.stack(rows) if rows else np.empty((0, index.dim), np.float32)  # pyright: ignore


def _items(
    index: Index, shelf: Shelf, some: Sequence[Wanted], vectors: NDArray[np.float32]
) -> Sequence[Sequence[Found]]:
    limit = max(one.k + (one.own is not None) for one in some)
    owners = shelf.owners
    answers = search_groups(
        index, vectors, limit, owners, filter=some[0].filter, exact=some[0].exact, first=shelf.first,
    )  # fmt: skip
    return [
        groups if one.own is None else [group for group in groups if group[0] != one.own]
        for one, groups in zip(some, answers, strict=True)
    ]


def _pictures(
    index: Index, shelf: Shelf, some: Sequence[Wanted], vectors: NDArray[np.float32]
) -> Sequence[Sequence[Found]]:
    owners = shelf.owners
    owned = in_payload(owners) if isinstance(owners, str) else owners
    limit = max(one.k for one in some)
    wide, answers = limit, list[list[Hit]]()
    while True:
        answers = index.search(
            vectors, wide, filter=some[0].filter, exact=some[0].exact, with_payload=isinstance(owners, str)
        )
        left = [
            [
                (next(iter(owned(hit)), None), hit)
                for hit in hits
                if one.own is None or one.own not in owned(hit)
            ]
            for one, hits in zip(some, answers, strict=True)
        ]
        short = any(
            len(kept) < one.k and len(hits) == wide
            for one, kept, hits in zip(some, left, answers, strict=True)
        )
        if not short:
            return left
        wide *= 4
