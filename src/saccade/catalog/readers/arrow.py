"""Parquet, Arrow IPC and Feather files, and the folders of them that Hugging Face `datasets` writes.

Decided: read with pyarrow alone, a few hundred rows at a time; the `datasets` library is not needed.
Names of class labels are taken from the description that `datasets` puts beside or into the files. A file
whose pictures are bytes is one embedded source; one whose pictures are paths or addresses is a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from saccade.catalog.files import open_binary, parent, stamp
from saccade.catalog.mapping import Columns, Mapping
from saccade.catalog.records import Places, Record, Role, digest, rejected
from saccade.catalog.rows import Row, RowReader
from saccade.errors import InputError

_BYTES_ROWS = 64  # rows with pictures in them held at a time
_PLAIN_ROWS = 1024


@dataclass(frozen=True)
class ArrowReader:
    """One file of rows. `labels` names the classes behind whole-number columns."""

    uri: str
    mapping: Mapping = field(default_factory=Mapping)
    role: Role = "seller"
    root: str | None = None
    labels: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def schema(self) -> pa.Schema:
        try:
            with open_binary(self.uri) as handle:
                return pq.read_schema(handle) if self._parquet else _Ipc(handle).schema
        except (pa.ArrowInvalid, OSError) as error:
            raise _unreadable(self.uri, error) from None

    @cached_property
    def columns(self) -> Columns:
        return self.mapping.resolve(self.schema.names, self.uri)

    @cached_property
    def rows(self) -> RowReader:
        known = class_names((self.schema.metadata or {}).get(b"huggingface"))
        base = self.root or parent(self.uri)
        return RowReader(self.columns, self.uri, base, self.stamp(), self.role, {**known, **self.labels})

    @property
    def embedded(self) -> bool:
        return all(_holds_bytes(self.schema.field(name).type) for name in self.columns.image)

    def stamp(self) -> str:
        return stamp(self.uri)

    def total(self) -> int | None:
        if not self._parquet:
            return None
        with open_binary(self.uri) as handle:
            return int(pq.read_metadata(handle).num_rows)

    def places(self) -> Iterator[Places]:
        for start, batch in self._batches(list(self.columns.image), _PLAIN_ROWS):
            found = Places([], [])
            for number, row in enumerate(batch.to_pylist(), start=start):
                uris = self.rows.uris(number, row)
                found.uris.extend(uris)
                found.positions.extend([number] * len(uris))
            yield found

    def records(self, only: Container[int] | None = None) -> Iterator[Record]:
        rows = _BYTES_ROWS if self.embedded else _PLAIN_ROWS
        number = 0
        try:
            for start, batch in self._batches(self.columns.used(), rows):
                for number, row in enumerate(batch.to_pylist(maps_as_pydicts="lossy"), start=start):
                    if only is None or number in only:
                        yield self.rows.record(number, row, digest(repr(_without_bytes(row))))
        except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
            yield rejected(number + 1, "broken-file", f"the rest of {self.uri} cannot be read: {error}"[:300])

    def names(self) -> list[str]:
        """The columns that the file has."""
        return list(self.schema.names)

    def parsed(self) -> Iterator[tuple[int, Row]]:
        """(row number, row) of every row, whatever its columns are."""
        for start, batch in self._batches(self.names(), _PLAIN_ROWS):
            yield from enumerate(batch.to_pylist(maps_as_pydicts="lossy"), start=start)

    @property
    def _parquet(self) -> bool:
        return self.uri.lower().endswith((".parquet", ".pq"))

    def _batches(self, columns: list[str], rows: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        start = 0
        read = self._parquet_batches if self._parquet else self._ipc_batches
        for batch in read(columns, rows):
            yield start, batch
            start += batch.num_rows

    def _parquet_batches(self, columns: list[str], rows: int) -> Iterator[pa.RecordBatch]:
        with open_binary(self.uri) as handle:
            yield from pq.ParquetFile(handle, buffer_size=2**20, pre_buffer=False).iter_batches(
                rows, columns=columns, use_threads=False
            )

    def _ipc_batches(self, columns: list[str], rows: int) -> Iterator[pa.RecordBatch]:
        with open_binary(self.uri) as handle:
            for batch in _Ipc(handle).batches():
                chosen = batch.select(columns)
                for start in range(0, batch.num_rows, rows):
                    yield chosen.slice(start, rows)


class _Ipc:
    """Both forms of Arrow files: the stream that `datasets` writes, and the file that Feather is."""

    def __init__(self, handle: IO[bytes]) -> None:
        head = handle.read(6)
        handle.seek(0)
        self.file = pa.ipc.open_file(handle) if head == b"ARROW1" else None
        self.stream = None if self.file else pa.ipc.open_stream(handle)
        self.schema: pa.Schema = (self.file or self.stream).schema  # type: ignore[union-attr]

    def batches(self) -> Iterator[pa.RecordBatch]:
        if self.stream is not None:
            yield from self.stream
        elif self.file is not None:
            for number in range(self.file.num_record_batches):
                yield self.file.get_batch(number)


def class_names(info: bytes | str | None) -> dict[str, list[str]]:
    """Column → names, out of the JSON in which `datasets` describes its features."""
    try:
        parsed = json.loads(info or "{}")
    except ValueError:
        return {}
    features = parsed.get("features") or parsed.get("info", {}).get("features") or {}
    if not isinstance(features, dict):
        return {}
    named = {name: found.get("names") for name, found in features.items() if isinstance(found, dict)}
    return {name: [str(entry) for entry in names] for name, names in named.items() if isinstance(names, list)}


def _holds_bytes(kind: pa.DataType) -> bool:
    """Bytes, a struct with a field `bytes`, or lists of these."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _holds_bytes(cast("pa.ListType", kind).value_type)
    if pa.types.is_struct(kind):
        struct = cast("pa.StructType", kind)
        return any(struct.field(index).name == "bytes" for index in range(struct.num_fields))
    is_any: list[Callable[[pa.DataType], bool]] = [pa.types.is_binary, pa.types.is_large_binary]
    return any(check(kind) for check in is_any)


def _without_bytes(value: object) -> object:
    """The row without its pictures: those have an identity of their own."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, dict):
        return {key: _without_bytes(inner) for key, inner in cast("Row", value).items()}
    return [_without_bytes(inner) for inner in value] if isinstance(value, list) else value


def _unreadable(uri: str, error: Exception) -> InputError:
    return InputError(
        f"{uri}: expected a Parquet or Arrow file, found something else ({str(error).splitlines()[0]})"
    )
