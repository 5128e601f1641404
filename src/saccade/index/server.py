"""A Qdrant server (or a cluster of them) through its own client, for when one process is too small.

Decided: one collection an index; `:memory:` or a folder instead of an address gives the client's local mode,
which answers by scanning and serves tests. A server is changed in place, which is what it is good at;
its snapshot is what `ExactIndex.load` opens, so that no data is held captive. A server that cannot be
reached raises `StorageError`. Not here: how a server is deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException

from saccade.errors import NotFoundError, StorageError
from saccade.index import filters
from saccade.index.exact import ExactIndex
from saccade.index.payloads import DRAW, Fields, Kind, Payload, draw, merged_fields, rows_of
from saccade.index.protocol import Bytes, Closing, Hit, checked_ids, checked_k, type_of_payloads, unit
from saccade.index.settings import FILTERED_EF, Settings
from saccade.index.translate import client_filter

_CHUNK = 1000  # points in one request
_BATCH = 128  # queries in one request
_SCHEMA: dict[Kind, models.PayloadSchemaType] = {
    "text": models.PayloadSchemaType.KEYWORD,
    "number": models.PayloadSchemaType.FLOAT,
    "flag": models.PayloadSchemaType.BOOL,
}
T = TypeVar("T")


class ServerIndex(Closing):
    """The collection `name` at `location`: an address such as http://host:6333, `:memory:` or a folder."""

    def __init__(
        self, location: str, name: str, dim: int | None = None, settings: Settings | None = None
    ) -> None:
        self.settings = settings or Settings(backend="server")
        self.location, self.name = location, name
        self._client = _client(location)
        self._dim = self._call(lambda: self._open(dim))
        self._fields: Fields = self._call(self._stored_fields)
        self._counts: dict[filters.Filter, int] = {}

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def fields(self) -> Fields:
        return self._fields

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, payloads: type_of_payloads = None) -> None:
        names = checked_ids(ids)
        floats = unit(vectors, self.dim, rows=len(names))
        rows = rows_of(payloads, len(names))
        self._add_fields(rows)
        last = {name: row for row, name in enumerate(names)}  # local mode keeps both of two equal ids
        for chunk in _chunks(list(last.values()), _CHUNK):
            batch = models.Batch(
                ids=[names[r] for r in chunk],
                vectors=floats[chunk].tolist(),
                payloads=[{**rows[r], DRAW: draw(names[r])} for r in chunk],
            )
            self._call(lambda batch=batch: self._client.upsert(self.name, batch))
        self._counts.clear()

    def delete(self, ids: Sequence[str]) -> None:
        for chunk in _chunks(checked_ids(ids), _CHUNK):
            selector = models.PointIdsList(points=list(chunk))
            self._call(lambda selector=selector: self._client.delete(self.name, selector))
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
        queries = unit(vectors, self.dim).tolist()
        checked_k(k)
        few = filter is not None and self.count(filter) <= self.settings.scan_below
        wanted = None if filter is None else client_filter(filter)
        ask = _Ask(wanted, self._params(exact or few, filter is not None), with_payload)
        hits: list[list[Hit]] = []
        for block in _chunks(queries, _BATCH):
            hits += self._batch(block, k, ask)
        return hits

    def vector(self, ids: Sequence[str]) -> np.ndarray:
        records = self._call(lambda: self._client.retrieve(self.name, checked_ids(ids), False, True))
        found = {_hex(r.id): r.vector for r in records}
        missing = next((i for i in ids if i not in found), None)
        if missing is not None:
            raise NotFoundError(f"expected an id of the index, found {missing!r}")
        return np.array([found[i] for i in ids], dtype=np.float32).reshape(len(ids), self.dim)

    def count(self, filter: filters.Filter | None = None) -> int:
        if filter is None:
            return self._call(lambda: self._client.count(self.name, exact=True).count)
        filters.checked(filter, {**self._fields, DRAW: "number"})
        if filter not in self._counts:
            wanted = client_filter(filter)
            self._counts[filter] = self._call(lambda: self._client.count(self.name, wanted, exact=True).count)
        return self._counts[filter]

    def bytes(self) -> Bytes:
        """An estimate from the counts: the client cannot see the server's files."""
        floats, edges = self.count() * self.dim * 4, self.count() * self.settings.m * 8
        near = floats // 32 if self.settings.quantization == "binary" else floats
        return Bytes(memory=near + edges, disk=floats + near * (near != floats) + edges)

    def snapshot(self, folder: Path) -> None:
        copy = ExactIndex(self.dim, Settings(backend="exact"))
        for records in self._scroll(with_vectors=True):
            vectors = np.array([r.vector for r in records], dtype=np.float32)
            copy.upsert([_hex(r.id) for r in records], vectors, [_shown(r.payload) for r in records])
        copy.snapshot(folder)

    def drop(self) -> None:
        """Delete the collection from the server."""
        self._call(lambda: self._client.delete_collection(self.name))

    def close(self) -> None:
        self._client.close()

    # -- inside ----------------------------------------------------------------------------------

    def _call(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (ApiException, ConnectionError, OSError) as error:
            if isinstance(error, StorageError):
                raise
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise StorageError(f"expected a Qdrant server at {self.location}, found: {reason}") from error

    def _open(self, dim: int | None) -> int:
        if not self._client.collection_exists(self.name):
            if dim is None:
                raise NotFoundError(f"expected a collection {self.name!r} at {self.location}, found none")
            self._create(dim)
            self._index_field(DRAW, "number")
        vectors = self._client.get_collection(self.name).config.params.vectors
        assert isinstance(vectors, models.VectorParams)
        return vectors.size

    def _create(self, dim: int) -> None:
        settings = self.settings
        near: dict[str, models.QuantizationConfig | None] = {
            "none": None,
            "int8": models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
            ),
            "binary": models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True)),
        }
        cold = settings.quantization == "binary"
        self._client.create_collection(
            self.name,
            vectors_config=models.VectorParams(size=dim, distance=models.Distance.DOT, on_disk=cold),
            hnsw_config=models.HnswConfigDiff(m=settings.m, ef_construct=settings.ef_construct),
            quantization_config=near[settings.quantization],
        )

    def _stored_fields(self) -> dict[str, Kind]:
        """From the payload indexes; the local mode has none, so there the payloads are read."""
        kinds: dict[str, Kind] = {schema.value: kind for kind, schema in _SCHEMA.items()}
        schema = self._client.get_collection(self.name).payload_schema
        found: dict[str, Kind] = {
            name: kinds[about.data_type.value] for name, about in schema.items() if name != DRAW
        }
        for records in () if schema else self._scroll(with_vectors=False):
            found = merged_fields(found, [_shown(r.payload) for r in records])
        return found

    def _scroll(self, with_vectors: bool) -> Iterator[list[models.Record]]:
        offset = None
        while True:
            records, offset = self._client.scroll(
                self.name, limit=_CHUNK, offset=offset, with_payload=True, with_vectors=with_vectors
            )
            if records:
                yield records
            if offset is None:
                return

    def _add_fields(self, rows: list[Payload]) -> None:
        merged = merged_fields(self._fields, rows)
        for name in merged.keys() - self._fields.keys():
            self._call(lambda name=name: self._index_field(name, merged[name]))
        self._fields = merged

    def _index_field(self, name: str, kind: Kind) -> None:
        if self._remote:
            self._client.create_payload_index(self.name, name, _SCHEMA[kind], wait=True)

    @property
    def _remote(self) -> bool:
        """Whether there is a server: the local mode scans, has no payload indexes, and warns of both."""
        return self.location.startswith("http")

    def _params(self, exact: bool, filtered: bool) -> models.SearchParams | None:
        if not self._remote:
            return None
        if exact:
            return models.SearchParams(exact=True, quantization=models.QuantizationSearchParams(ignore=True))
        bits = None
        if self.settings.quantization != "none":
            bits = models.QuantizationSearchParams(rescore=True, oversampling=self.settings.oversampling)
        ef = self.settings.ef * (FILTERED_EF if filtered else 1)
        return models.SearchParams(hnsw_ef=ef, quantization=bits)

    def _batch(self, queries: list[list[float]], k: int, ask: _Ask) -> list[list[Hit]]:
        answers = self._asked(queries, k + 1, ask)
        return [self._hits(query, points, k, ask) for query, points in zip(queries, answers, strict=True)]

    def _hits(self, query: list[float], points: list[models.ScoredPoint], k: int, ask: _Ask) -> list[Hit]:
        limit = k + 1
        while len(points) == limit and points[-1].score == points[k - 1].score:  # a tie was cut
            limit *= 4
            points = self._asked([query], limit, ask)[0]
        return _ranked(points, ask.with_payload)[:k]

    def _asked(self, queries: list[list[float]], limit: int, ask: _Ask) -> list[list[models.ScoredPoint]]:
        requests = [
            models.QueryRequest(
                query=q, limit=limit, filter=ask.filter, params=ask.params, with_payload=ask.with_payload
            )
            for q in queries
        ]
        found = self._call(lambda: self._client.query_batch_points(self.name, requests))
        return [answer.points for answer in found]


class _Ask(NamedTuple):
    """What the queries of one search share."""

    filter: models.Filter | None
    params: models.SearchParams | None
    with_payload: bool


def _client(location: str) -> QdrantClient:
    if location.startswith("http"):
        return QdrantClient(url=location, timeout=60, check_compatibility=False)
    return QdrantClient(":memory:") if location == ":memory:" else QdrantClient(path=location)


def _ranked(points: list[models.ScoredPoint], with_payload: bool) -> list[Hit]:
    hits = [Hit(_hex(p.id), float(p.score), _shown(p.payload) if with_payload else None) for p in points]
    return sorted(hits, key=lambda h: (-h.score, h.id))


def _shown(payload: dict[str, object] | None) -> Payload:
    return {name: value for name, value in (payload or {}).items() if name != DRAW}  # pyright: ignore


def _hex(identity: object) -> str:
    return str(identity).replace("-", "")


def _chunks(rows: list[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
