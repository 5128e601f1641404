"""An index version with what was written since on top, as one index: so a service is always up to date.

    index = Layered(open_index(ws)[0], behind(ws, info))
    index.upsert(ids, vectors, payloads)        # searches see it at once; the version stays as it is

Decided:
- The version below (`base`) is never changed. Newer points lie in an exact index in memory (`fresh`), and the
  ids that they replace, and those that were deleted, are hidden from what the base answers. The base is asked
  for as many neighbours more as it takes to fill the gaps, so the answer is that of one index with the same
  points wherever the base is exact.
- A search works on an immutable snapshot; a write copies the layer, changes the copy and swaps it in. So
  searches wait for nobody. A write costs a copy of the layer (2,000 points of 256 numbers: 2 MB), which is
  why a layer is folded into the next version when it has grown; for a very large one, lay one `Layered` over
  another.
- With an empty layer everything is passed on to the base.
Not here: what is newer than a version (`behind`), and when to fold (`saccade.service.writer`).
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from saccade.errors import NotFoundError
from saccade.index import filters
from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.filters import Filter
from saccade.index.payloads import DRAW, Fields, Payload, merged_fields, rows_of
from saccade.index.protocol import Bytes, Closing, Hit, Index, checked_ids, checked_k, type_of_payloads, unit

_PART = 256  # hidden points looked at together when they are counted
_SAME = 1e-4  # a stored vector finds itself with a score within this of one


@dataclass(frozen=True, eq=False)
class Delta:
    """Changes of an index: points to insert or replace, and ids to delete.

    `vectors` is float [N, dim] in the order of `ids`. `replaced` are those of `ids` that the base has
    already, where that is known; `deletes` are then all in the base too.
    """

    ids: list[str]
    vectors: NDArray[np.floating]
    payloads: list[Payload]
    deletes: list[str]
    replaced: list[str] | None = None

    @staticmethod
    def none(dim: int) -> Delta:
        """No change at all."""
        return Delta([], np.empty((0, dim), np.float16), [], [], [])

    def __bool__(self) -> bool:
        return bool(self.ids or self.deletes)


class _Fresh(ExactIndex):
    """The exact index of a layer: copied before it is changed."""

    def copied(self) -> _Fresh:
        """A copy to change; payloads are shared, since they are replaced and never changed."""
        made = _Fresh(self.dim)
        made._vectors = self._vectors[: len(self._ids)].copy()
        made._ids, made._rows = list(self._ids), dict(self._rows)
        made._payloads, made._fields = list(self._payloads), self._fields
        return made

    def has(self, ids: Sequence[str]) -> list[bool]:
        """Which of the ids are here."""
        return [name in self._rows for name in ids]

    def pour(self, other: Index) -> None:
        """Put every point into another index."""
        other.upsert(self._ids, self._vectors[: len(self._ids)], self._payloads)


@dataclass(frozen=True, eq=False)
class _Now:
    """One state of the layer. `counts` are answers that were worked out once."""

    fresh: _Fresh
    hidden: frozenset[str]
    fields: Fields
    counts: dict[Filter, int] = field(default_factory=dict[Filter, int])

    @property
    def size(self) -> int:
        return self.fresh.count() + len(self.hidden)


class _How(TypedDict):
    filter: Filter | None
    exact: bool
    with_payload: bool


class Layered(Closing):
    """`base`, open for reading, with `delta` and every later write on top. Closing it closes the base."""

    def __init__(self, base: Index, delta: Delta | None = None) -> None:
        self.base = base
        self._writing = threading.Lock()
        self._base_count = base.count()
        self._now = _Now(_Fresh(base.dim), frozenset(), base.fields)
        if delta:
            self.apply(delta)

    @property
    def dim(self) -> int:
        return self.base.dim

    @property
    def fields(self) -> Fields:
        return self._now.fields

    @property
    def size(self) -> int:
        """By how many points it differs from the base: newer ones, and hidden ones."""
        return self._now.size

    # -- writing ---------------------------------------------------------------------------------

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, payloads: type_of_payloads = None) -> None:
        names = checked_ids(ids)
        unit(vectors, self.dim, rows=len(names))
        self.apply(Delta(names, vectors, rows_of(payloads, len(names)), []))

    def delete(self, ids: Sequence[str]) -> None:
        self.apply(Delta([], np.empty((0, self.dim), np.float32), [], checked_ids(ids)))

    def apply(self, delta: Delta) -> None:
        """Make all the changes in one step: a search sees none of them or all."""
        if not delta:
            return
        with self._writing:
            before = self._now
            fields = merged_fields(before.fields, delta.payloads)
            hidden = before.hidden.union(self._to_hide(before, delta))
            fresh = before.fresh.copied()
            fresh.delete(delta.deletes)
            if delta.ids:
                fresh.upsert(delta.ids, delta.vectors, delta.payloads)
            self._now = _Now(fresh, hidden, fields)

    def _to_hide(self, now: _Now, delta: Delta) -> Iterable[str]:
        """The ids of the change that the base has."""
        if delta.replaced is not None:
            return [*delta.replaced, *delta.deletes]
        asked = [name for name in (*delta.ids, *delta.deletes) if name not in now.hidden]
        known = now.fresh.has(asked)  # in the layer and not hidden: the base does not have it
        return [name for name, here in zip(asked, known, strict=True) if not here and self._in_base(name)]

    def _in_base(self, name: str) -> bool:
        try:
            self.base.vector([name])
        except NotFoundError:
            return False
        return True

    # -- reading ---------------------------------------------------------------------------------

    def search(
        self,
        vectors: np.ndarray,
        k: int,
        *,
        filter: Filter | None = None,
        exact: bool = False,
        with_payload: bool = False,
    ) -> list[list[Hit]]:
        now = self._now
        if not now.size:
            return self.base.search(vectors, k, filter=filter, exact=exact, with_payload=with_payload)
        queries = unit(vectors, self.dim)
        checked_k(k)
        below, above = self._narrowed(now, filter)
        old = self._visible(now, queries, k, {"filter": below, "exact": exact, "with_payload": with_payload})
        new = now.fresh.search(queries, k, filter=above, exact=exact, with_payload=with_payload)
        return [_merged(a, b, k) for a, b in zip(old, new, strict=True)]

    def _narrowed(self, now: _Now, filter: Filter | None) -> tuple[Filter | None, Filter | None]:
        """The filter for the base and for the layer: what one has no field for holds nowhere in it."""
        if filter is None:
            return None, None
        filters.checked(filter, {**now.fields, DRAW: "number"})
        return _known_only(filter, self.base.fields), _known_only(filter, now.fresh.fields)

    def _visible(self, now: _Now, queries: np.ndarray, k: int, how: _How) -> list[list[Hit]]:
        """The `k` nearest of the base that are not hidden."""
        if not now.hidden:
            return self.base.search(queries, k, **how)
        most = k + len(now.hidden)
        wanted = min(most, k + 2 + ceil(2 * k * len(now.hidden) / max(self._base_count, 1)))
        found: list[list[Hit]] = [[] for _ in queries]
        rows = list(range(len(queries)))
        while rows:
            answers = self.base.search(queries[rows], wanted, **how)
            short: list[int] = []
            for row, hits in zip(rows, answers, strict=True):
                found[row] = [hit for hit in hits if hit.id not in now.hidden][:k]
                if len(found[row]) < k and len(hits) == wanted:
                    short.append(row)
            rows, wanted = short, min(most, wanted * 4)
        return found

    def vector(self, ids: Sequence[str]) -> np.ndarray:
        now, names = self._now, list(ids)
        if not now.size:
            return self.base.vector(names)
        here = now.fresh.has(names)
        missing = next((i for i, name in enumerate(names) if not here[i] and name in now.hidden), None)
        below = [name for i, name in enumerate(names[:missing]) if not here[i]]
        found = np.empty((len(names), self.dim), np.float32)
        old = self.base.vector(below)
        if missing is not None:
            raise NotFoundError(f"expected an id of the index, found {names[missing]!r}")
        mask = np.array(here, bool)
        found[~mask] = old
        found[mask] = now.fresh.vector([name for i, name in enumerate(names) if here[i]])
        return found

    def count(self, filter: Filter | None = None) -> int:
        now = self._now
        if not now.size:
            return self.base.count(filter)
        if filter is None:
            return self.base.count() - len(now.hidden) + now.fresh.count()
        if filter not in now.counts:
            below, above = self._narrowed(now, filter)
            assert below is not None
            seen = self.base.count(below) - self._hidden_that_match(now, below)
            now.counts[filter] = seen + now.fresh.count(above)
        return now.counts[filter]

    def _hidden_that_match(self, now: _Now, filter: Filter) -> int:
        """How many hidden points of the base a filter keeps: those that find themselves under it."""
        names = sorted(now.hidden)
        parts = (names[start : start + _PART] for start in range(0, len(names), _PART))
        return sum(self._that_match(part, filter) for part in parts)

    def _that_match(self, names: list[str], filter: Filter) -> int:
        vectors, met, wanted = self.base.vector(names), 0, 4
        rows = list(range(len(names)))
        while rows:
            answers = self.base.search(vectors[rows], wanted, filter=filter, exact=True)
            unsure: list[int] = []
            for row, hits in zip(rows, answers, strict=True):
                if any(hit.id == names[row] for hit in hits):
                    met += 1
                elif len(hits) == wanted and hits[-1].score > 1 - _SAME:
                    unsure.append(row)  # so many equal vectors come before it
            rows, wanted = unsure, wanted * 4
        return met

    def bytes(self) -> Bytes:
        below, above = self.base.bytes(), self._now.fresh.bytes()
        return Bytes(below.memory + above.memory, below.disk + above.disk)

    def snapshot(self, folder: Path) -> None:
        """A copy of the base, brought up to date: opened by what opens the base's own."""
        now = self._now
        self.base.snapshot(folder)
        if now.size:
            with _writable(folder) as copy:
                copy.delete(sorted(now.hidden))
                now.fresh.pour(copy)
                if isinstance(copy, ExactIndex):
                    shutil.rmtree(folder)
                    copy.snapshot(folder)

    def close(self) -> None:
        self.base.close()


def _writable(folder: Path) -> ExactIndex | EdgeIndex:
    return EdgeIndex(folder) if (folder / "shard").exists() else ExactIndex.load(folder)


def _known_only(filter: Filter, fields: Fields) -> Filter:
    """The filter for points that have only these fields: a condition on any other holds nowhere."""
    match filter:
        case filters.Not(part):
            return filters.Not(_known_only(part, fields))
        case filters.All(parts):
            return filters.All(tuple(_known_only(part, fields) for part in parts))
        case filters.Any(parts):
            return filters.Any(tuple(_known_only(part, fields) for part in parts))
        case _:
            return filter if filter.field in fields or filter.field == DRAW else filters.Any(())


def _merged(old: list[Hit], new: list[Hit], k: int) -> list[Hit]:
    """The `k` best of two answers, each best first; ties by id."""
    if not new or (len(old) == k and new[0].score < old[-1].score):
        return old
    return sorted([*old, *new], key=lambda hit: (-hit.score, hit.id))[:k]
