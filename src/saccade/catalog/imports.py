"""What people said and did, from lists: texts, boards, their items, events, judgements, boxes.

    Import("events", "clicks.parquet", {"time": "ts", "item_id": "listing"}).run(ws)

Decided: a column fills the field of the same name unless the mapping says otherwise; rows are replaced by the
table's key, so a second import changes nothing. An event without an id gets one from its content. Texts and
labels of tasks may name an item instead of an image and then count for each of its images. A row that does
not fit is counted with its line and reason; a missing column is an error. An unchanged file is not read
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Counts
from dataclasses import dataclass, field
from typing import ClassVar, cast

import pyarrow as pa

from saccade.catalog import writes
from saccade.catalog.files import local, stat
from saccade.catalog.marks import Mark, parse
from saccade.catalog.readers.arrow import ArrowReader
from saccade.catalog.readers.lines import DelimitedReader, JsonLinesReader
from saccade.catalog.records import digest
from saccade.catalog.rows import BadRow, Row, number_of, plain, time_of
from saccade.errors import InputError, NotFoundError
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.tables import any_of

TABLES = ("texts", "boards", "board_items", "events", "judgements", "objects", "tasks")
_OF_ITEMS = ("texts", "tasks")  # rows may name an item and then count for each of its images
_CHUNK = 4096
_MADE = {"events": "event_id", "objects": "object_id"}  # keys that are made from the row where it has none
_NEEDED = {"events": ("action",), "objects": ("image_id",)}  # a row without them says nothing
_ENDINGS = (".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz", ".jsonl", ".ndjson", ".jsonl.gz", ".parquet", ".pq",
            ".arrow", ".feather")  # fmt: skip


@dataclass(frozen=True)
class Import(Stage):
    """Bring a list (CSV, TSV, JSONL, Parquet, Arrow) into a table."""

    name: ClassVar[str] = "import"

    table: str
    """texts, boards, board_items, events, judgements, objects or tasks."""
    source: str
    """The file."""
    mapping: dict[str, str] = field(default_factory=dict)
    """Field of the table and the column that fills it, where their names differ (time ts)."""

    def plan(self, ws: Workspace) -> Plan:
        reader = self._reader()
        self._fields(ws, reader.names())
        return Plan(self.name, 0 if self._unchanged(ws) else 1, "lists", notes=(f"into {self.table}",))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Counts[str, int | float | str]:
        reader = self._reader()
        fields = self._fields(ws, reader.names())
        if self._unchanged(ws):
            return {"table": self.table, "rows": 0, "unchanged_files": 1}
        progress.start(f"import {self.table}", None)
        work = _Work(ws, self.table, fields, clock)
        for number, row, fault in _rows(reader):
            work.take(number, row, fault)
            progress.advance()
        work.flush()
        writes.write_list(ws, self._place, self._settings, "", self._stamp())
        progress.stop()
        return work.counts()

    def _reader(self) -> JsonLinesReader | DelimitedReader | ArrowReader:
        if self.table not in TABLES:
            raise InputError(f"expected a table out of {', '.join(TABLES)}, found {self.table!r}")
        uri = local(self.source)
        name = uri.lower()
        if stat(uri) is None:
            raise NotFoundError(f"there is no file {uri}")
        if not name.endswith(_ENDINGS):
            raise InputError(f"{uri}: expected a file ending in {', '.join(_ENDINGS)}")
        if name.endswith((".parquet", ".pq", ".arrow", ".feather")):
            return ArrowReader(uri)
        return JsonLinesReader(uri) if "jsonl" in name or "ndjson" in name else DelimitedReader(uri)

    def _fields(self, ws: Workspace, columns: list[str]) -> dict[str, str]:
        """Field → column, for the fields that the list has."""
        table = ws.table(self.table)
        allowed = [*table.schema.names, *(["item_id"] if self.table in _OF_ITEMS else [])]
        listed = ", ".join(columns[:40])
        for name, column in self.mapping.items():
            if name not in allowed:
                raise InputError(f"table {self.table} has no field {name!r}; it has {', '.join(allowed)}")
            if column not in columns:
                raise InputError(f"{self.source}: no column {column!r} for {name}; its columns are {listed}")
        found = {name: self.mapping.get(name, name) for name in allowed}
        found = {name: column for name, column in found.items() if column in columns}
        for name in table.key:
            if (
                name not in found
                and name != _MADE.get(self.table)
                and not (name == "image_id" and "item_id" in found)
            ):
                raise InputError(f"{self.source}: table {self.table} needs {name}; map it to one of {listed}")
        for name in _NEEDED.get(self.table, ()):
            if name not in found:
                raise InputError(f"{self.source}: table {self.table} needs {name}; map it to one of {listed}")
        return found

    @property
    def _place(self) -> str:
        return f"import:{self.table}:{local(self.source)}"

    @property
    def _settings(self) -> str:
        return digest(repr(sorted(self.mapping.items())))

    def _stamp(self) -> str:
        size, state = stat(local(self.source)) or (-1, "")
        return f"{size}-{state}"

    def _unchanged(self, ws: Workspace) -> bool:
        rows = ws.table("sources").take([self._place], ["modified"])
        found = parse(rows.column("modified")[0].as_py()) if rows.num_rows else Mark()
        return (found.row, found.state) == (self._settings, self._stamp())


class _Work:
    """Rows on their way into one table."""

    def __init__(self, ws: Workspace, table: str, fields: dict[str, str], clock: Clock) -> None:
        self.ws, self.table, self.fields, self.clock = ws, ws.table(table), fields, clock
        self.by_item = table in _OF_ITEMS and "image_id" not in fields
        self.rows: list[Row] = []
        self.read = self.written = self.rejected = 0
        self.first_fault = ""

    def take(self, number: int, row: Row, fault: str) -> None:
        self.read += 1
        try:
            if fault:
                raise BadRow("bad-row", fault)
            self.rows.append(self._converted(row))
        except BadRow as bad:
            self.rejected += 1
            self.first_fault = self.first_fault or f"row {number}: {bad.args[1]}"
        if len(self.rows) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        rows = self._with_images() if self.by_item else self.rows
        with self.clock.writing():
            columns = {f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in self.table.schema}
            self.written += self.table.upsert(pa.table(columns))
        self.rows = []

    def counts(self) -> dict[str, int | float | str]:
        found: dict[str, int | float | str] = {
            "table": self.table.name,
            "rows": self.read,
            "written": self.written,
            "rejected": self.rejected,
        }
        if self.first_fault:
            found["note_fault"] = f"first fault: {self.first_fault}"
        return found

    def _converted(self, row: Row) -> Row:
        out: Row = {}
        for name, column in self.fields.items():
            kind = self.table.schema.field(name).type if name in self.table.schema.names else pa.string()
            out[name] = _value(name, row.get(column), kind)
        made = _MADE.get(self.table.name)
        if made and out.get(made) is None:
            out[made] = digest(repr(sorted(out.items()))) + digest("2", repr(sorted(out.items())))
        if self.table.name == "texts" and out.get("weight") is None:
            out["weight"] = 1.0
        needed = ["item_id" if self.by_item and name == "image_id" else name for name in self.table.key]
        for name in needed:
            if out.get(name) in (None, ""):
                raise BadRow("bad-row", f"{name} is empty")
        return out

    def _with_images(self) -> list[Row]:
        """Texts of items, once for each of the item's images; those of unknown items are rejected."""
        items = sorted({str(row["item_id"]) for row in self.rows})
        images: dict[str, list[str]] = {}
        links = self.ws.table("item_images")
        for start in range(0, len(items), _CHUNK):
            for link in links.read(
                ["item_id", "image_id"], any_of("item_id", items[start : start + _CHUNK])
            ).to_pylist():
                images.setdefault(link["item_id"], []).append(link["image_id"])
        lost = [row for row in self.rows if str(row["item_id"]) not in images]
        if lost:
            self.rejected += len(lost)
            self.first_fault = self.first_fault or f"item {lost[0]['item_id']} has no image here"
        return [
            {**row, "image_id": image} for row in self.rows for image in images.get(str(row["item_id"]), ())
        ]


def _rows(reader: JsonLinesReader | DelimitedReader | ArrowReader) -> Iterator[tuple[int, Row, str]]:
    """(number, row, why it is none)."""
    if isinstance(reader, ArrowReader):
        for number, row in reader.parsed():
            yield number, row, ""
        return
    for number, found, _ in reader.parsed(None):
        yield (number, {}, found) if isinstance(found, str) else (number, found, "")


def _value(name: str, value: object, kind: pa.DataType) -> object:
    """A value as the field wants it; `BadRow` when it cannot be."""
    if value is None or value == "":
        return None
    if pa.types.is_timestamp(kind):
        return time_of(value)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        number = number_of(value)
        if number is not None and pa.types.is_integer(kind):
            if number != int(number) or abs(number) >= 2 ** (cast("pa.DataType", kind).bit_width - 1):
                raise BadRow("bad-number", f"expected a whole number for {name}, found {str(value)[:60]}")
            return int(number)
        return number
    if isinstance(value, dict | list):
        raise BadRow("bad-row", f"expected a text for {name}, found {type(value).__name__}")
    return plain(value)
