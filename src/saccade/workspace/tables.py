"""A typed handle on one Lance table: read, write by key, versions, time travel.

Decided:
- Every write is one Lance commit: a reader sees the table before or after it, and a killed writer
  leaves only files that nobody refers to (`optimize` removes them).
- What is written is conformed to the schema first: missing nullable columns become null, an unknown
  column is an error, of two rows with one key the last counts.
- Reads and writes are noted in the workspace's running lineage record, so no stage declares them.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import lance
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from lance.fragment import FragmentMetadata, write_fragments

from saccade.errors import InputError, NotFoundError
from saccade.workspace.schemas import TableSpec
from saccade.workspace.storage import storage_errors

INDEX_FROM_ROWS = 50_000  # below this a scan for a key is as quick as an index


@dataclass(frozen=True)
class Version:
    """One committed state of a table."""

    version: int
    time: datetime


class Witness(Protocol):
    """Is told which version of which table was read or written."""

    def read(self, table: str, version: int) -> None: ...

    def wrote(self, table: str, version: int) -> None: ...


@dataclass(frozen=True)
class Table:
    """One table of a workspace; cheap to make, opens its data set on use."""

    spec: TableSpec
    uri: str
    options: dict[str, str]
    witness: Witness
    pinned: int | datetime | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def schema(self) -> pa.Schema:
        return self.spec.schema

    @property
    def key(self) -> tuple[str, ...]:
        return self.spec.key

    # -- reading ---------------------------------------------------------------------------------

    def dataset(self) -> lance.LanceDataset | None:
        """The Lance data set at this handle's version; None before the first write."""
        version = self._version_at(self.pinned) if isinstance(self.pinned, datetime) else self.pinned
        try:
            found = lance.dataset(self.uri, version=version, storage_options=self.options or None)
        except (ValueError, OSError, FileNotFoundError) as error:
            if "was not found" not in str(error) and "not found" not in str(error).lower():
                with storage_errors(self.name):
                    raise
            if self.pinned is not None:
                raise NotFoundError(f"table {self.name} has no version {self.pinned}") from error
            return None
        self.witness.read(self.name, found.version)
        return found

    def exists(self) -> bool:
        return self.dataset() is not None

    @property
    def version(self) -> int:
        """Number of the newest (or pinned) version; 0 before the first write."""
        found = self.dataset()
        return 0 if found is None else int(found.version)

    def count(self, filter: str | None = None) -> int:
        """Number of rows, or of those that a Lance SQL `filter` keeps."""
        found = self.dataset()
        return 0 if found is None else int(found.count_rows(filter=filter))

    def scan(
        self, columns: Sequence[str] | None = None, filter: str | None = None, batch_size: int = 8192
    ) -> Iterator[pa.RecordBatch]:
        """Batches of at most `batch_size` rows, in storage order, bounded in memory."""
        found = self.dataset()
        if found is None:
            return
        self._known(columns or ())
        scanner = found.scanner(
            columns=None if columns is None else list(columns),
            filter=filter, batch_size=batch_size, batch_readahead=4,
        )  # fmt: skip
        yield from scanner.to_batches()

    def read(self, columns: Sequence[str] | None = None, filter: str | None = None) -> pa.Table:
        """All rows at once; an empty table before the first write."""
        names = list(columns) if columns is not None else self.schema.names
        self._known(names)
        schema = pa.schema([self.schema.field(name) for name in names])
        found = self.dataset()
        if found is None:
            return schema.empty_table()
        return found.to_table(columns=names, filter=filter)

    def take(self, keys: Sequence[str], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of these values of a one-column key, in no promised order; unknown keys are absent."""
        (column,) = self.key
        parts = [
            self.read(columns, any_of(column, keys[start : start + 4096]))
            for start in range(0, len(keys), 4096)
        ]
        return pa.concat_tables(parts) if parts else self.read(columns, "false")

    def versions(self) -> list[Version]:
        """Every version that is still kept, oldest first."""
        found = self.dataset()
        listed = [] if found is None else found.versions()
        return [Version(int(row["version"]), _utc(row["timestamp"])) for row in listed]

    def at(self, version: int | datetime) -> Table:
        """This table as it was at a version number or at a moment (with a time zone); read-only."""
        return replace(self, pinned=version)

    # -- writing ---------------------------------------------------------------------------------

    def append(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Add rows without looking at their keys: for tables whose writer knows that they are new."""
        self._write(self._conform(rows), mode="append")

    def upsert(self, rows: pa.Table | pa.RecordBatch) -> int:
        """Insert or replace by key; returns the number of rows given."""
        table = self._unique(self._conform(rows))
        if not self.exists():
            self._write(table, mode="append")
        elif table.num_rows:
            with storage_errors(self.name):
                merge = self._writable().merge_insert(list(self.key))
                merge.when_matched_update_all().when_not_matched_insert_all().execute(table)
            self._wrote()
        return table.num_rows

    def insert_missing(self, rows: pa.Table | pa.RecordBatch) -> int:
        """Insert the rows whose key is not there yet; returns how many that were."""
        table = self._unique(self._conform(rows))
        if table.num_rows and self.exists():
            firsts = pc.unique(table.column(self.key[0])).to_pylist()
            there = self.read(self.key, any_of(self.key[0], firsts))
            known = pc.is_in(self._joined_key(table), value_set=self._joined_key(there))
            table = table.filter(pc.invert(known))
        self._write(table, mode="append")
        return table.num_rows

    def delete(self, filter: str) -> int:
        """Delete the rows that a Lance SQL filter keeps; returns how many."""
        if self.dataset() is None:
            return 0
        with storage_errors(self.name):
            deleted = int(self._writable().delete(filter)["num_deleted_rows"])
        if deleted:
            self._wrote()
        return deleted

    def delete_keys(self, keys: Sequence[str], column: str | None = None) -> int:
        """Delete by values of one column (the key's only one by default)."""
        name = column or self.key[0]
        blocks = (keys[start : start + 4096] for start in range(0, len(keys), 4096))
        return sum(self.delete(any_of(name, block)) for block in blocks)

    def stage_rows(self, rows: pa.Table) -> list[str]:
        """Write rows as data files that no version refers to yet; `commit` makes them visible.

        For workers of a cluster: they stage, the driver commits. The texts are JSON of the fragments.
        """
        with storage_errors(self.name):
            made = write_fragments(
                self._conform(rows), self.uri, schema=self.schema,
                storage_options=self.options or None,
            )  # fmt: skip
        return [fragment_text(fragment) for fragment in made]

    def commit(self, staged: Iterable[str]) -> None:
        """Make staged rows visible, all of them in one commit."""
        fragments = [FragmentMetadata.from_json(text) for text in staged]
        if fragments:
            base = self._writable()
            with storage_errors(self.name):
                lance.LanceDataset.commit(
                    self.uri, lance.LanceOperation.Append(fragments), read_version=base.version,
                    storage_options=self.options or None,
                )  # fmt: skip
            self._wrote()

    def replace(self, staged: Iterable[str]) -> None:
        """Make staged rows the whole content of the table, in one commit; older versions stay readable."""
        fragments = [FragmentMetadata.from_json(text) for text in staged]
        base = self._writable()
        with storage_errors(self.name):
            lance.LanceDataset.commit(
                self.uri, lance.LanceOperation.Overwrite(self.schema, fragments), read_version=base.version,
                storage_options=self.options or None,
            )  # fmt: skip
        self._wrote()

    def create(self) -> None:
        """Make the table, empty, where it does not exist."""
        self._writable()

    def optimize(self, keep: timedelta = timedelta(days=14)) -> None:
        """Join small files, index the key, forget versions older than `keep` and files of killed writers."""
        found = self.dataset()
        if found is None:
            return
        with storage_errors(self.name):
            if len(found.get_fragments()) > 1:
                found.optimize.compact_files()
            if found.count_rows() >= INDEX_FROM_ROWS:
                found.create_scalar_index(self.key[0], "BTREE", replace=True)
            found.cleanup_old_versions(keep)

    # -- inside ----------------------------------------------------------------------------------

    def _version_at(self, moment: datetime) -> int:
        """The newest version that is not younger than `moment`."""
        older = [found.version for found in replace(self, pinned=None).versions() if found.time <= moment]
        if not older:
            raise NotFoundError(f"table {self.name} has no version as old as {moment}")
        return older[-1]

    def _writable(self) -> lance.LanceDataset:
        if self.pinned is not None:
            raise InputError(f"table {self.name} is open at version {self.pinned}, which is read-only")
        found = self.dataset()
        if found is None:
            self._write(self.schema.empty_table(), mode="create")
            found = self.dataset()
        assert found is not None
        return found

    def _write(self, table: pa.Table, mode: str) -> None:
        if self.pinned is not None:
            raise InputError(f"table {self.name} is open at version {self.pinned}, which is read-only")
        if mode == "append" and not table.num_rows:
            return
        if mode == "append" and self.dataset() is None:
            mode = "create"
        with storage_errors(self.name):
            lance.write_dataset(
                table, self.uri, schema=self.schema, mode=mode, storage_options=self.options or None
            )
        self._wrote()

    def _wrote(self) -> None:
        found = lance.dataset(self.uri, storage_options=self.options or None)
        self.witness.wrote(self.name, int(found.version))

    def _known(self, columns: Iterable[str]) -> None:
        unknown = [name for name in columns if name not in self.schema.names]
        if unknown:
            has = ", ".join(self.schema.names)
            raise InputError(f"table {self.name} has no column {', '.join(unknown)}; it has {has}")

    def _conform(self, rows: pa.Table | pa.RecordBatch) -> pa.Table:
        table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
        self._known(table.column_names)
        try:
            columns = [self._column(table, field) for field in self.schema]
            return pa.Table.from_arrays(columns, schema=self.schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise InputError(f"rows do not fit table {self.name}: {error}") from error

    def _column(self, table: pa.Table, field: pa.Field) -> Any:
        if field.name in table.column_names:
            found = table.column(field.name)
            column = found if found.type == field.type else found.cast(field.type)
        else:
            column = pa.nulls(table.num_rows, field.type)
        if not field.nullable and column.null_count:
            raise InputError(
                f"table {self.name} needs {field.name} in every row, {column.null_count} lack it"
            )
        return column

    def _unique(self, table: pa.Table) -> pa.Table:
        """Of rows with one key only the last: a merge would refuse the table otherwise."""
        if table.num_rows < 2:
            return table
        codes = self._joined_key(table).dictionary_encode().indices.to_numpy()
        _, last = np.unique(codes[::-1], return_index=True)
        return table if len(last) == len(codes) else table.take(np.sort(len(codes) - 1 - last))

    def _joined_key(self, table: pa.Table) -> pa.Array:
        """The key of every row as one text."""
        kind = pa.large_string()
        parts = [table.column(name).cast(kind) for name in self.key]
        joined = pc.binary_join_element_wise(*parts, pa.scalar("\x1f", kind))
        return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def any_of(column: str, values: Iterable[str]) -> str:
    """Lance SQL that keeps the rows whose `column` is one of `values` (quoted)."""
    listed = ", ".join(quoted(value) for value in values)
    return f"{column} IN ({listed})" if listed else "false"


def _utc(moment: object) -> datetime:
    """Lance's local time without a zone, in UTC."""
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


def quoted(value: str) -> str:
    """`value` as an SQL text literal."""
    return "'" + value.replace("'", "''") + "'"


def fragment_text(fragment: FragmentMetadata) -> str:
    """A staged fragment as JSON text, fit for a column of a data frame."""
    return json.dumps(fragment.to_json())
