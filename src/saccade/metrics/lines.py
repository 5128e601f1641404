"""TREC text: qrels lines `query 0 item relevance`, run lines `query Q0 item rank score tag`.

Fields stand apart by any number of spaces and tabs; empty lines, a byte-order mark and CRLF are passed over;
`.gz` is read and written by its name. Ids are UTF-8 without white space, so ids with spaces want Parquet.
The quick way reads tens of MB at a time with Arrow's CSV reader; only when that fails are the lines walked
one by one, to name the bad one.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from saccade.errors import InputError

CHUNK_BYTES = 32 << 20
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_BLANKS = bytes.maketrans(b"\t\v\f", b"   ")
_WHOLE, _NUMBER = r"-?\d{1,9}", r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf"
_UNEVEN = (b"  ", b"\n ", b" \n", b"\n\n", b"\r")


@dataclass(frozen=True)
class Form:
    """One kind of line: its fields, and the one that must be a number (`value`)."""

    what: str
    fields: tuple[str, ...]
    value: str
    kind: pa.DataType

    @property
    def wanted(self) -> tuple[str, ...]:
        return ("query_id", "item_id", self.value)


QRELS = Form("qrels", ("query_id", "iteration", "item_id", "relevance"), "relevance", pa.int32())
RUN = Form("run", ("query_id", "Q0", "item_id", "rank", "score", "tag"), "score", pa.float64())


def read(path: str | PathLike[str], form: Form) -> pa.Table:
    """Columns `query_id`, `item_id` (dictionaries of text) and the number; InputError names the bad line."""
    try:
        with _open(path, "rb") as file:
            parts = [_parse(block, form) for block in _blocks(file)]
    except FileNotFoundError:
        raise InputError(f"no file {path}: a {form.what} file was expected") from None
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise InputError(_diagnosis(path, form) or f"{path} is not a {form.what} file: {error}") from error
    except (OSError, EOFError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    empty = pa.schema([("query_id", _DICTIONARY), ("item_id", _DICTIONARY), (form.value, form.kind)])
    return pa.concat_tables(parts) if parts else empty.empty_table()


def write(path: str | PathLike[str], form: Form, batches: Iterator[pa.RecordBatch], tag: str = "") -> None:
    """Write batches of query_id, item_id and the number, in the order given; scores keep every digit."""
    if form is RUN and not re.fullmatch(r"\S+", tag):
        raise InputError(f"the tag of a run is one word, found {tag!r}")
    options = pyarrow.csv.WriteOptions(include_header=False, delimiter=" ", quoting_style="none")
    with _open(path, "wb") as file:
        for batch in batches:
            _refuse_spaces(batch)
            table = _with_constants(batch, form, tag)
            pyarrow.csv.write_csv(table, pa.PythonFile(file, mode="w"), options)


def _with_constants(batch: pa.RecordBatch, form: Form, tag: str) -> pa.Table:
    fixed = {"iteration": "0", "Q0": "Q0", "tag": tag}
    made = {name: pa.repeat(pa.scalar(text), batch.num_rows) for name, text in fixed.items()}
    return pa.table({name: made.get(name) or batch.column(name) for name in form.fields})


def _refuse_spaces(batch: pa.RecordBatch) -> None:
    for name in ("query_id", "item_id"):
        ids = batch.column(name)
        bad = np.flatnonzero(pc.match_substring_regex(ids, r'[\s"]').to_numpy(zero_copy_only=False))
        if len(bad):
            found = ids[int(bad[0])].as_py()
            raise InputError(f"TREC lines take no spaces or quotes in ids, found {found!r}: write .parquet")


def _open(path: str | PathLike[str], mode: str) -> IO[bytes]:
    opener = gzip.open if Path(path).suffix == ".gz" else open
    return opener(path, mode)  # type: ignore[return-value]


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces that end with a line; the byte-order mark is gone."""
    rest = file.read(CHUNK_BYTES).removeprefix(b"\xef\xbb\xbf")
    while rest:
        cut = rest.rfind(b"\n") + 1
        more = file.read(CHUNK_BYTES)
        if not more:
            yield rest
            return
        if cut:
            yield rest[:cut]
        rest = rest[cut:] + more


def _parse(block: bytes, form: Form) -> pa.Table:
    even = block.replace(b"\r\n", b"\n").translate(_BLANKS)
    if even[:1].isspace() or any(fault in even for fault in _UNEVEN):
        even = _even(even)
    if not even:
        kinds = {**dict.fromkeys(form.wanted, _DICTIONARY), form.value: form.kind}
        return pa.schema(kinds.items()).empty_table()
    if b"\0" in even:  # the CSV reader would cut a field there
        raise pa.ArrowInvalid("a zero byte")
    kinds = {"query_id": _DICTIONARY, "item_id": _DICTIONARY, form.value: form.kind}
    table = pyarrow.csv.read_csv(
        io.BytesIO(even),
        read_options=pyarrow.csv.ReadOptions(column_names=list(form.fields), block_size=CHUNK_BYTES),
        parse_options=pyarrow.csv.ParseOptions(delimiter=" ", quote_char=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=kinds, include_columns=list(form.wanted), null_values=[], strings_can_be_null=False
        ),
    )
    if pa.types.is_floating(form.kind) and pc.any(pc.is_nan(table.column(form.value))).as_py():
        raise pa.ArrowInvalid("a score that is not a number")
    return table


def _even(block: bytes) -> bytes:
    """The same lines with one space between fields and none around them, empty lines left out."""
    tidy = (b" ".join(line.split()) for line in block.split(b"\n"))
    return b"\n".join(line for line in tidy if line)


def _diagnosis(path: str | PathLike[str], form: Form) -> str | None:
    """What is wrong with the first bad line, by its number; None when every line looks right."""
    with _open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            fault = _fault(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, form)
            if fault:
                return f"{path}, line {number}: {fault}"
    return None


def _fault(line: bytes, form: Form) -> str | None:
    fields = line.split()
    expected = f"`{' '.join(form.fields)}`"
    if not fields:
        return None
    if len(fields) != len(form.fields):
        return f"a {form.what} line has {len(form.fields)} fields, {expected}, found {len(fields)}"
    try:
        words = [field.decode() for field in fields]
    except UnicodeDecodeError:
        return "ids must be UTF-8 text"
    value = words[form.fields.index(form.value)]
    whole = pa.types.is_integer(form.kind)
    if not re.fullmatch(_WHOLE if whole else _NUMBER, value, re.IGNORECASE):
        return f"{form.value} must be a {'whole ' * whole}number, found {value!r}"
    return "a zero byte" if b"\0" in line else None
