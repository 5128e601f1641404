"""The exact index: every vector is compared. The oracle for the others, and the best choice for small sets.

Decided: blocked matrix products in numpy find candidates; the few that can be among the nearest are scored
again in float64, so that equal vectors get equal scores whatever the block, and ties fall to the smaller id.
With `binary`, sign bits are scanned and the floats, which may stay on disk, score the candidates.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError, NotFoundError
from saccade.index import filters
from saccade.index.bits import hamming, nearest_by_bits, pack_signs, to_words, words_bytes
from saccade.index.payloads import DRAW, Fields, Payload, column, draw, merged_fields, rows_of
from saccade.index.protocol import Bytes, Closing, Hit, checked_ids, checked_k, type_of_payloads, unit
from saccade.index.settings import Settings

_BLOCK = 16_000_000  # scores held at once: 64 MB
_GROUP = 64  # columns whose maximum is taken first; finds the threshold in one pass at memory speed
_SLACK = 1e-5  # float32 sums of a product differ by less than this between block shapes


class ExactIndex(Closing):
    """Vectors in one float32 array [N, dim], payloads in a list, both in memory (or mapped when opened)."""

    def __init__(self, dim: int, settings: Settings | None = None) -> None:
        self.settings = settings or Settings(backend="exact")
        self._vectors = np.empty((0, dim), dtype=np.float32)
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._payloads: list[Payload] = []
        self._fields: Fields = {}
        self._columns: dict[str, pa.Array] = {}
        self._words: np.ndarray | None = None

    @property
    def dim(self) -> int:
        return self._vectors.shape[1]

    @property
    def fields(self) -> Fields:
        return self._fields

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, payloads: type_of_payloads = None) -> None:
        names = checked_ids(ids)
        floats = unit(vectors, self.dim, rows=len(names))
        rows = rows_of(payloads, len(names))
        self._fields = merged_fields(self._fields, rows)
        self._reserve(len(names))
        for name, payload in zip(names, rows, strict=True):
            if name not in self._rows:
                self._rows[name] = len(self._ids)
                self._ids.append(name)
                self._payloads.append(payload)
            self._payloads[self._rows[name]] = payload
        for name, vector in zip(names, floats, strict=True):
            self._vectors[self._rows[name]] = vector
        self._forget()

    def delete(self, ids: Sequence[str]) -> None:
        self._reserve(0)
        for name in checked_ids(ids):
            row = self._rows.pop(name, None)
            if row is not None:
                self._fill_from_last(row)
        self._forget()

    def search(
        self,
        vectors: np.ndarray,
        k: int,
        *,
        filter: filters.Filter | None = None,
        exact: bool = False,
        with_payload: bool = False,
    ) -> list[list[Hit]]:
        queries = unit(vectors, self.dim)
        chosen = self._chosen(filter)
        total = len(self._ids) if chosen is None else len(chosen)
        k = min(checked_k(k), total)
        if not k:
            return [[] for _ in queries]
        by_bits = self.settings.quantization == "binary" and not exact
        candidates = self._by_bits(queries, k, chosen) if by_bits else self._by_floats(queries, k, chosen)
        return [self._best(q, rows, k, with_payload) for q, rows in zip(queries, candidates, strict=True)]

    def vector(self, ids: Sequence[str]) -> np.ndarray:
        missing = next((i for i in ids if i not in self._rows), None)
        if missing is not None:
            raise NotFoundError(f"expected an id of the index, found {missing!r}")
        return np.array(self._vectors[[self._rows[i] for i in ids]], dtype=np.float32).reshape(
            len(ids), self.dim
        )

    def count(self, filter: filters.Filter | None = None) -> int:
        chosen = self._chosen(filter)
        return len(self._ids) if chosen is None else len(chosen)

    def bytes(self) -> Bytes:
        floats = len(self._ids) * self.dim * 4
        bits = words_bytes(len(self._ids), self.dim)
        binary = self.settings.quantization == "binary"
        return Bytes(memory=bits if binary else floats, disk=floats)

    def snapshot(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"expected an empty folder for a snapshot, found files in {folder}")
        np.save(folder / "vectors.npy", self._vectors[: len(self._ids)])
        about = {"fields": json.dumps(dict(self._fields)), "settings": self.settings.text()}
        texts = [json.dumps(p) for p in self._payloads]
        table = pa.table({"id": pa.array(self._ids, pa.string()), "payload": pa.array(texts, pa.string())})
        with pa.ipc.new_file(folder / "points.arrow", schema := table.schema.with_metadata(about)) as out:
            out.write_table(table.cast(schema))

    @staticmethod
    def load(folder: Path, settings: Settings | None = None) -> ExactIndex:
        """Open a snapshot; vectors are mapped, and copied into memory by the first write."""
        with pa.OSFile(str(folder / "points.arrow")) as file:
            table = pa.ipc.open_file(file).read_all()
        about = table.schema.metadata or {}
        floats = np.load(folder / "vectors.npy", mmap_mode="r")
        index = ExactIndex(floats.shape[1], settings or Settings.parse(about[b"settings"].decode()))
        if index.settings.quantization == "none":
            floats = np.array(floats)
        index._vectors, index._fields = floats, json.loads(about[b"fields"])
        index._ids = table["id"].to_pylist()
        index._rows = {name: row for row, name in enumerate(index._ids)}
        index._payloads = [json.loads(text) for text in table["payload"].to_pylist()]
        return index

    def close(self) -> None:
        self.__init__(self.dim, self.settings)

    def _reserve(self, more: int) -> None:
        """Make the vectors writable and room for `more`."""
        needed = len(self._ids) + more
        if needed > len(self._vectors) or not self._vectors.flags.writeable:
            grown = np.empty((max(needed, len(self._vectors) * 3 // 2), self.dim), dtype=np.float32)
            grown[: len(self._ids)] = self._vectors[: len(self._ids)]
            self._vectors = grown

    def _fill_from_last(self, row: int) -> None:
        last, payload = self._ids.pop(), self._payloads.pop()
        if row < len(self._ids):
            self._ids[row], self._payloads[row], self._rows[last] = last, payload, row
            self._vectors[row] = self._vectors[len(self._ids)]

    def _forget(self) -> None:
        self._columns, self._words = {}, None

    def _chosen(self, filter: filters.Filter | None) -> np.ndarray | None:
        """Rows that a filter leaves, ascending; None without one."""
        if filter is None:
            return None
        names = filters.fields_of(filter)
        filters.checked(filter, {**self._fields, DRAW: "number"})
        for name in names - self._columns.keys():
            self._columns[name] = (
                self._draws() if name == DRAW else column(self._payloads, name, self._fields[name])
            )
        return np.flatnonzero(filters.mask(filter, self._columns, len(self._ids)))

    def _draws(self) -> pa.Array:
        return pc.list_slice(pa.array([[draw(i)] for i in self._ids], pa.list_(pa.float64())), 0)  # pyright: ignore

    def _by_floats(self, queries: np.ndarray, k: int, chosen: np.ndarray | None) -> list[np.ndarray]:
        """For each query, the rows that can be among its `k` nearest by inner product."""
        floats = self._vectors[: len(self._ids)] if chosen is None else self._vectors[chosen]
        width = -(-len(floats) // _GROUP) * _GROUP
        step = max(1, _BLOCK // width)
        found: list[np.ndarray] = []
        scores = np.full((min(step, len(queries)), width), -np.inf, dtype=np.float32)
        for start in range(0, len(queries), step):
            block = queries[start : start + step]
            np.matmul(block, floats.T, out=scores[: len(block), : len(floats)])
            found += _contenders(scores[: len(block)], k)
        return found if chosen is None else [chosen[rows] for rows in found]

    def _by_bits(self, queries: np.ndarray, k: int, chosen: np.ndarray | None) -> list[np.ndarray]:
        """For each query, the `k * oversampling` rows whose signs differ least."""
        if self._words is None:
            self._words = to_words(pack_signs(self._vectors[: len(self._ids)]))
        words = self._words if chosen is None else self._words[:, chosen]
        wanted = int(k * self.settings.oversampling)
        found = [nearest_by_bits(hamming(words, q), wanted) for q in to_words(pack_signs(queries)).T]
        return found if chosen is None else [chosen[rows] for rows in found]

    def _best(self, query: np.ndarray, rows: np.ndarray, k: int, with_payload: bool) -> list[Hit]:
        """The `k` best of candidate rows, scored in float64."""
        scores = (self._vectors[rows].astype(np.float64) * query).sum(axis=1).clip(-1, 1)
        if len(rows) > k:
            kept = scores >= np.partition(scores, -k)[-k]
            rows, scores = rows[kept], scores[kept]
        ranked = sorted(zip((-scores).tolist(), [self._ids[r] for r in rows], rows.tolist(), strict=True))[:k]
        return [Hit(name, -s, dict(self._payloads[row]) if with_payload else None) for s, name, row in ranked]


def _contenders(scores: np.ndarray, k: int) -> list[np.ndarray]:
    """Columns of each row of float32 [Q, W] that reach its k-th best within float32 rounding.

    The k-th best of the groups' maxima is a lower bound of the k-th best score, and comes in one cheap pass.
    """
    maxima = scores.reshape(len(scores), -1, _GROUP).max(axis=2)
    if maxima.shape[1] > k:
        bound = np.partition(maxima, -k, axis=1)[:, -k]
    else:
        bound = np.partition(scores, -k, axis=1)[:, -k]
    return [np.flatnonzero(row >= floor - _SLACK) for row, floor in zip(scores, bound, strict=True)]
