"""(query, item) pairs in columns: what `Qrels` and `Run` of `trec.py` have in common.

Decided: ids are kept once each, sorted by their UTF-8 bytes, and pairs are int32 codes grouped by query.
A run of 100k queries with 1000 results each is then 0.8 GB of numpy arrays; as dicts it would be 20 GB.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Texts = Sequence[str] | pa.Array | pa.ChunkedArray
Column = TypeVar("Column", pa.Array, pa.ChunkedArray)

BLOCK_ROWS = 4_000_000  # pairs handled at once wherever temporaries are a multiple of the input


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs grouped by query.

    Attributes:
        queries: the Q query ids, unique, ascending in byte order (`pa.string`).
        items: the V item ids that occur, unique, ascending in byte order (`pa.string`).
        offsets: int64 [Q + 1]; the pairs of query q are `codes[offsets[q]:offsets[q + 1]]`.
        codes: int32 [N]; item `items[code]`.
    """

    queries: pa.Array
    items: pa.Array
    offsets: Ints
    codes: Codes

    @property
    def lengths(self) -> Ints:
        """int64 [Q]: the number of pairs of each query."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        """The number of pairs."""
        return len(self.codes)

    def blocks(self, rows: int = BLOCK_ROWS) -> Iterator[tuple[int, int]]:
        """Ranges [first, last) of queries that hold about `rows` pairs together, in order."""
        return split(self.offsets, rows)


def split(offsets: Ints, rows: int) -> Iterator[tuple[int, int]]:
    """Ranges of groups with at most `rows` rows each, or one group where that alone has more."""
    first, count = 0, len(offsets) - 1
    while first < count:
        fits = int(np.searchsorted(offsets, offsets[first] + rows, side="right")) - 1
        last = min(max(fits, first + 1), count)
        yield first, last
        first = last


def encode(column: Texts, what: str) -> tuple[Codes, pa.Array]:
    """Codes int32 [N] into the sorted unique ids; InputError where an id is missing or empty."""
    array = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, pa.string())
    chunks = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    if chunks.null_count:
        raise InputError(f"column {what} must name something in every row, {chunks.null_count} rows do not")
    if not pa.types.is_dictionary(chunks.type):
        chunks = as_text(chunks, what).dictionary_encode()
    parts = chunks.unify_dictionaries()
    if parts.length() == 0:
        return np.empty(0, np.int32), pa.array([], pa.string())
    known = as_text(parts.chunk(0).dictionary, what)
    local = np.concatenate([np.asarray(part.indices, np.int32) for part in parts.chunks])
    return _sorted_codes(local, known, what)


def _sorted_codes(local: Codes, known: pa.Array, what: str) -> tuple[Codes, pa.Array]:
    order = np.asarray(pc.sort_indices(known), np.int64)
    if known[int(order[0])].as_py() == "":
        raise InputError(f"column {what} must name something in every row, found an empty text")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[local], known.take(pa.array(order))


def as_text(column: Column, what: str) -> Column:
    """Ids as `pa.string`; whole numbers are taken as their digits, anything else is refused."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_integer(kind):
        return column.cast(pa.string())
    raise InputError(f"column {what} must hold texts, found {kind}")


def offsets_of(codes: Codes, count: int) -> Ints:
    """int64 [count + 1] from sorted group codes."""
    return np.concatenate(([0], np.cumsum(np.bincount(codes, minlength=count)))).astype(np.int64)


def spread(starts: Ints, lengths: Ints) -> Ints:
    """Row numbers of several ranges, one after the other: int64 [sum(lengths)]."""
    ends = np.cumsum(lengths)
    shift = np.repeat(starts - (ends - lengths), lengths)
    return shift + np.arange(int(ends[-1]) if len(ends) else 0)


def lookup(values: pa.Array, among: pa.Array) -> Ints:
    """int64: the position of each value in `among`, -1 where it is not there."""
    return np.asarray(pc.fill_null(pc.index_in(values, value_set=among), -1), np.int64)


def column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column of `table`, or one line that says which columns are there."""
    if name not in table.column_names:
        has = ", ".join(table.column_names) or "none"
        raise InputError(f"a column {name} is needed, the table has {has}")
    return table.column(name)
