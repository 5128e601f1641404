"""Qdrant Edge: the embedded index, in this process, over files of one folder.

Decided:
- No write-ahead log. A folder is written by one process, made durable by `flush`, and then published
  (`versions`); a writer that dies leaves a folder that nobody reads. Without the log any number of
  processes may open one folder for reading; the writer holds a lock file that names it.
- A filter that leaves few points is answered by an exact scan of those: at a 1% filter the graph loses
  neighbours, and the scan is faster too. The border is `Settings.scan_below`, measured by `choose`.
- Where a tie has been cut the search goes on until it has not, so that ties fall to the smaller id whatever
  the engine's order. An exact search asks for one neighbour more to see it; an approximate one, for which
  that would cost a twentieth of its time, looks only when the last two are equal.
Not here: anything about the graph itself, which is Qdrant's.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

import numpy as np
import qdrant_edge as qdrant

from saccade.errors import InputError, NotFoundError
from saccade.index import filters
from saccade.index.files import WriterLock, copy_sparse, disk_bytes
from saccade.index.payloads import DRAW, Fields, Kind, Payload, draw, merged_fields, rows_of
from saccade.index.protocol import Bytes, Closing, Hit, checked_ids, checked_k, type_of_payloads, unit
from saccade.index.settings import FILTERED_EF, Settings
from saccade.index.translate import FLAG, edge_filter, flag_text

_CHUNK = 4096  # points in one update
_BATCH = 512  # queries in one call
_INDEX_KB = 10_000  # vectors of a segment before it gets a graph; less is scanned in well under a millisecond
_SCHEMA = {
    "text": qdrant.PayloadSchemaType.Keyword,
    "number": qdrant.PayloadSchemaType.Float,
    "flag": qdrant.PayloadSchemaType.Bool,
}
_FULL_PRECISION = qdrant.QuantizationSearchParams(ignore=True)


class EdgeIndex(Closing):
    """One shard of Qdrant Edge in `folder`; made when the folder is new, else opened."""

    def __init__(
        self,
        folder: Path,
        dim: int | None = None,
        settings: Settings | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        self.folder, self.read_only = folder, read_only
        self._shard_folder = folder / "shard"
        self._lock = None if read_only else WriterLock(folder)
        try:
            exists = (folder / "settings.json").exists()
            stored = Settings.parse((folder / "settings.json").read_text()) if exists else Settings()
            self.settings = settings or stored
            self._shard = self._open(exists, dim)
        except BaseException:
            self._unlock()
            raise
        self._fields: Fields = self._stored_fields()
        self._counts: dict[filters.Filter, int] = {}

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def fields(self) -> Fields:
        return self._fields

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, payloads: type_of_payloads = None) -> None:
        self._writable()
        names = checked_ids(ids)
        floats = unit(vectors, self.dim, rows=len(names))
        rows = rows_of(payloads, len(names))
        self._add_fields(rows)
        for start in range(0, len(names), _CHUNK):
            end = start + _CHUNK
            triples = zip(names[start:end], floats[start:end].tolist(), rows[start:end], strict=True)
            points = [qdrant.Point(i, v, self._stored(i, p)) for i, v, p in triples]
            self._shard.update(qdrant.UpdateOperation.upsert_points(points))
        self._counts.clear()

    def delete(self, ids: Sequence[str]) -> None:
        self._writable()
        names = checked_ids(ids)
        for start in range(0, len(names), _CHUNK):
            self._shard.update(qdrant.UpdateOperation.delete_points([*names[start : start + _CHUNK]]))
        self._counts.clear()

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
        checked_k(k)
        if filter is not None:
            exact = exact or self._few(filter)
        ask = _Ask(
            None if filter is None else edge_filter(filter),
            self._params(exact, filter is not None),
            with_payload,
        )
        hits: list[list[Hit]] = []
        for start in range(0, len(queries), _BATCH):
            hits += self._batch(queries[start : start + _BATCH].tolist(), k, ask)
        return hits

    def vector(self, ids: Sequence[str]) -> np.ndarray:
        found = {_hex(r.id): r.vector for r in self._shard.retrieve([*checked_ids(ids)], False, True)}
        missing = next((i for i in ids if i not in found), None)
        if missing is not None:
            raise NotFoundError(f"expected an id of the index, found {missing!r}")
        return np.array([found[i] for i in ids], dtype=np.float32).reshape(len(ids), self.dim)

    def count(self, filter: filters.Filter | None = None) -> int:
        if filter is None:
            return self._shard.count(qdrant.CountRequest(exact=True))
        filters.checked(filter, {**self._fields, DRAW: "number"})
        if filter not in self._counts:
            wanted = qdrant.CountRequest(exact=True, filter=edge_filter(filter))
            self._counts[filter] = self._shard.count(wanted)
        return self._counts[filter]

    def bytes(self) -> Bytes:
        """Memory: what a search touches; vectors are left out when sign bits stand for them."""
        disk = disk_bytes(self._shard_folder)
        cold = disk_bytes(self._shard_folder, "payload_storage")
        if self.settings.quantization == "binary":
            cold += disk_bytes(self._shard_folder, "vector_storage")
        return Bytes(memory=disk - cold, disk=disk)

    def optimize(self) -> None:
        """Build the graph over what was added and drop what was deleted, where enough has gathered."""
        self._writable()
        self._shard.optimize()

    def flush(self) -> None:
        """Make every write so far survive the machine."""
        self._writable()
        self._shard.flush()

    def snapshot(self, folder: Path) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"expected an empty folder for a snapshot, found files in {folder}")
        if not self.read_only:
            self._shard.flush()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self._shard_folder, folder / "shard", copy_function=copy_sparse)
        self.describe(folder)

    def close(self) -> None:
        if not self.read_only:
            self._shard.flush()
        self._shard.close()
        self._unlock()

    # -- inside ----------------------------------------------------------------------------------

    def _open(self, exists: bool, dim: int | None) -> qdrant.EdgeShard:
        if not exists and (dim is None or self.read_only):
            raise NotFoundError(
                f"expected an index in {self.folder}, found none; build it with `saccade index`"
            )
        if exists:
            self._dim = json.loads((self.folder / "dim.json").read_text())
            return qdrant.EdgeShard.load(str(self._shard_folder))
        assert dim is not None
        self._dim = dim
        self._shard_folder.mkdir(parents=True)
        shard = qdrant.EdgeShard.create(str(self._shard_folder), _config(dim, self.settings))
        shard.update(qdrant.UpdateOperation.create_field_index(DRAW, _SCHEMA["number"]))
        shard.flush()
        self.describe()
        return shard

    def describe(self, folder: Path | None = None) -> None:
        """Record the settings beside the shard, as opening it will find them."""
        folder = folder or self.folder
        (folder / "dim.json").write_text(json.dumps(self.dim))
        (folder / "settings.json").write_text(self.settings.text())

    def _stored_fields(self) -> dict[str, Kind]:
        kinds: dict[str, Kind] = {"Keyword": "text", "Float": "number", "Bool": "flag"}
        schema = self._shard.info().payload_schema
        return {
            name: kinds[str(about.data_type).rsplit(".", 1)[-1]]
            for name, about in schema.items()
            if not name.startswith("_")
        }

    def _add_fields(self, rows: list[Payload]) -> None:
        merged = merged_fields(self._fields, rows)
        for name in merged.keys() - self._fields.keys():
            self._index_field(name, _SCHEMA[merged[name]])
            if merged[name] == "flag":
                self._index_field(FLAG + name, qdrant.PayloadSchemaType.Keyword)
        self._fields = merged

    def _index_field(self, name: str, schema: qdrant.PayloadSchemaType) -> None:
        self._shard.update(qdrant.UpdateOperation.create_field_index(name, schema))

    def _stored(self, identity: str, payload: Payload) -> Payload:
        """The payload with the hidden fields: the draw, and a text beside every flag."""
        flags = {
            FLAG + name: [flag_text(v) for v in value] if isinstance(value, list) else flag_text(value)
            for name, value in payload.items()
            if self._fields[name] == "flag"
        }
        return {**payload, **flags, DRAW: draw(identity)}

    def _few(self, filter: filters.Filter) -> bool:
        return self.count(filter) <= self.settings.scan_below

    def _params(self, exact: bool, filtered: bool) -> qdrant.SearchParams:
        if exact:
            return qdrant.SearchParams(exact=True, quantization=_FULL_PRECISION)
        near = None
        if self.settings.quantization != "none":
            near = qdrant.QuantizationSearchParams(rescore=True, oversampling=self.settings.oversampling)
        ef = self.settings.ef * (FILTERED_EF if filtered else 1)
        return qdrant.SearchParams(hnsw_ef=ef, quantization=near)

    def _batch(self, queries: list[list[float]], k: int, ask: _Ask) -> list[list[Hit]]:
        limit = k + 1 if ask.params.exact else k
        answers = self._shard.query_batch(qdrant.QueryBatchRequest([ask.request(q, limit) for q in queries]))
        return [self._hits(query, points, k, ask) for query, points in zip(queries, answers, strict=True)]

    def _hits(self, query: list[float], points: list[qdrant.ScoredPoint], k: int, ask: _Ask) -> list[Hit]:
        scores, wanted = [p.score for p in points], k + 1 if ask.params.exact else k
        while 1 < len(scores) == wanted and scores[-1] == scores[min(k - 1, wanted - 2)]:
            wanted *= 4
            points = self._shard.query(ask.request(query, wanted))
            scores = [p.score for p in points]
        if len(set(scores)) < len(scores):
            return sorted(_plain(points, scores, ask), key=lambda h: (-h.score, h.id))[:k]
        return _plain(points[:k], scores, ask)

    def _writable(self) -> None:
        if self.read_only:
            raise InputError(f"expected an index open for writing, found {self.folder} open for reading only")

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()


class _Ask:
    """What the queries of one search share."""

    def __init__(self, filter: Anything, params: qdrant.SearchParams, with_payload: bool) -> None:
        self.filter, self.params, self.with_payload = filter, params, with_payload

    def request(self, query: list[float], limit: int) -> qdrant.QueryRequest:
        return qdrant.QueryRequest(
            limit=limit,
            query=qdrant.Query.Nearest(query),  # pyright: ignore
            filter=self.filter,
            params=self.params,
            with_payload=self.with_payload,
        )


def _plain(points: list[qdrant.ScoredPoint], scores: list[float], ask: _Ask) -> list[Hit]:
    """Hits in the engine's order. Written for speed: reading ids is the dearest step after the search."""
    if ask.with_payload:
        return [Hit(_hex(p.id), s, _shown(p)) for p, s in zip(points, scores, strict=False)]
    new = tuple.__new__
    return [new(Hit, (f"{p.id.int:032x}", s, None)) for p, s in zip(points, scores, strict=False)]  # pyright: ignore


def _shown(point: qdrant.ScoredPoint) -> Payload:
    return {name: value for name, value in (point.payload or {}).items() if not name.startswith("_")}


def _hex(identity: Anything) -> str:
    """A UUID as our 32 characters."""
    return f"{identity.int:032x}"


def _config(dim: int, settings: Settings) -> qdrant.EdgeConfig:
    """One segment where possible: a batch goes through segments one by one, and each has its own graph."""
    floats = qdrant.Memory.Cold if settings.quantization == "binary" else qdrant.Memory.Cached
    return qdrant.EdgeConfig(
        vectors=qdrant.EdgeVectorParams(size=dim, distance=qdrant.Distance.Dot, memory=floats),
        hnsw_config=qdrant.HnswIndexConfig(
            m=settings.m,
            ef_construct=settings.ef_construct,
            full_scan_threshold=10,
            max_indexing_threads=os.cpu_count() or 1,
        ),
        quantization_config=_quantization(settings),
        optimizers=qdrant.EdgeOptimizersConfig(
            default_segment_number=1, deleted_threshold=0.2, indexing_threshold=_INDEX_KB
        ),
        max_search_threads=settings.threads,
        wal_enabled=False,
    )


def _quantization(
    settings: Settings,
) -> qdrant.BinaryQuantizationConfig | qdrant.ScalarQuantizationConfig | None:
    if settings.quantization == "binary":
        return qdrant.BinaryQuantizationConfig(memory=qdrant.Memory.Pinned)
    if settings.quantization == "int8":
        return qdrant.ScalarQuantizationConfig(qdrant.ScalarType.Int8, memory=qdrant.Memory.Pinned)
    return None
