"""Lists in text files: CSV, TSV, JSONL, and plain lists of addresses.

Decided: one line at a time with its number, because a bad line must be named and must not stop the rest;
the decoder costs a hundred times more than the parser. A value larger than 16 MiB is refused. UTF-8.
"""

from __future__ import annotations

import csv
import json
from abc import ABC, abstractmethod
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import cast

from saccade.catalog.files import open_binary, open_text, parent, stamp
from saccade.catalog.mapping import Columns, Mapping
from saccade.catalog.records import Places, Record, Role, digest, rejected
from saccade.catalog.rows import Row, RowReader
from saccade.errors import InputError

_BATCH = 1024
_SAMPLE = 200  # lines of JSONL whose keys are taken as the columns
_LIMIT = 16 * 2**20


@dataclass(frozen=True)
class ListReader(ABC):
    """What the text lists share: each yields (line number, row or reason, digest)."""

    uri: str
    mapping: Mapping = field(default_factory=Mapping)
    role: Role = "seller"
    root: str | None = None
    embedded: bool = False

    @cached_property
    def columns(self) -> Columns:
        return self.mapping.resolve(self.names(), self.uri)

    @cached_property
    def rows(self) -> RowReader:
        return RowReader(self.columns, self.uri, self.root or parent(self.uri), self.stamp(), self.role)

    def stamp(self) -> str:
        return stamp(self.uri)

    def total(self) -> int | None:
        return None

    def places(self) -> Iterator[Places]:
        batch = Places([], [])
        rows = self.rows
        for number, row in self._bare():
            if isinstance(row, str):
                continue
            uris = rows.uris(number, row)
            batch.uris.extend(uris)
            batch.positions.extend([number] * len(uris))
            if len(batch.uris) >= _BATCH:
                yield batch
                batch = Places([], [])
        if batch.uris:
            yield batch

    def records(self, only: Container[int] | None = None) -> Iterator[Record]:
        for number, row, mark in self.parsed(only):
            if isinstance(row, str):
                yield rejected(number, "bad-row", row)
            else:
                yield self.rows.record(number, row, mark)

    def _bare(self) -> Iterator[tuple[int, Row | str]]:
        """The rows without digests."""
        return ((number, row) for number, row, _ in self.parsed(None))

    @abstractmethod
    def names(self) -> list[str]:
        """The columns that the file has."""

    @abstractmethod
    def parsed(self, only: Container[int] | None) -> Iterator[tuple[int, Row | str, str]]:
        """(line number, row or why it is none, digest) of every line, or of those in `only`."""


class JsonLinesReader(ListReader):
    """One JSON object a line; a line that is none is a rejected row."""

    def names(self) -> list[str]:
        names: dict[str, None] = {}
        for _, row, _ in islice(self.parsed(None), _SAMPLE):
            names.update(dict.fromkeys([] if isinstance(row, str) else row))
        if not names:
            raise InputError(
                f"{self.uri}: expected one JSON object a line, found none in the first {_SAMPLE} lines"
            )
        return list(names)

    def parsed(self, only: Container[int] | None) -> Iterator[tuple[int, Row | str, str]]:
        for number, line in self._lines():
            if only is None or number in only:
                yield number, _json(line), digest(line)

    def _bare(self) -> Iterator[tuple[int, Row | str]]:
        return ((number, _json(line)) for number, line in self._lines())

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Lines that are not empty; one past the limit comes in parts, which are no JSON."""
        with open_binary(self.uri) as handle:
            for number, line in enumerate(iter(lambda: handle.readline(_LIMIT), b""), start=1):
                if not line.isspace():
                    yield number, line


class DelimitedReader(ListReader):
    """CSV, or TSV for `.tsv` and `.tab`; the first line names the columns. Empty text counts as absent."""

    def names(self) -> list[str]:
        with open_text(self.uri) as handle:
            names = next(self._csv(handle), None)
        if not names:
            raise InputError(
                f"{self.uri}: expected a first line with the names of the columns, found an empty file"
            )
        return names

    def parsed(self, only: Container[int] | None) -> Iterator[tuple[int, Row | str, str]]:
        with open_text(self.uri) as handle:
            lines = self._csv(handle)
            names = next(lines, [])
            while True:
                try:
                    values = next(lines, None)
                except csv.Error as error:
                    yield lines.line_num, str(error), ""
                    continue
                if values is None:
                    return
                if values and (only is None or lines.line_num in only):
                    yield lines.line_num, _row(names, values), digest(*values)

    def _csv(self, handle: Iterator[str]) -> csv._reader:  # type: ignore[name-defined]
        csv.field_size_limit(_LIMIT)
        name = self.uri.lower().removesuffix(".gz")
        return csv.reader(handle, delimiter="\t" if name.endswith((".tsv", ".tab")) else ",")


class AddressReader(ListReader):
    """A text file with one address or path a line; empty lines and lines that start with # are skipped."""

    def names(self) -> list[str]:
        return ["url"]

    def parsed(self, only: Container[int] | None) -> Iterator[tuple[int, Row | str, str]]:
        with open_text(self.uri) as handle:
            for number, line in enumerate(handle, start=1):
                text = line.strip()
                if text and not text.startswith("#") and (only is None or number in only):
                    yield number, {"url": text}, digest(text)


def _json(line: bytes) -> Row | str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"[:200]
    return (
        cast("Row", row) if isinstance(row, dict) else f"expected a JSON object, found {type(row).__name__}"
    )


def _row(names: list[str], values: list[str]) -> Row | str:
    if len(values) != len(names):
        return f"expected {len(names)} columns, found {len(values)}"
    return dict(zip(names, values, strict=True))
