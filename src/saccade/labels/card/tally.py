"""Sums by key over any number of batches, in memory for the distinct keys only."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

FOLD_AT = 1 << 20  # rows of partial sums that are kept before they are folded


class Tally:
    """Adds up columns by key, a batch at a time.

    keys: names of the key columns; sums: names of the columns to add. `rows` (how many rows a key had) is
    always counted.
    """

    def __init__(self, keys: Sequence[str], sums: Sequence[str] = ()) -> None:
        self._keys, self._sums = list(keys), [*sums, "rows"]
        self._parts: list[pa.Table] = []
        self._waiting = 0

    def add(self, table: pa.Table) -> None:
        """Count the rows of `table`, which has the columns of `keys` and `sums`."""
        ones = pa.repeat(pa.scalar(1, pa.int64()), table.num_rows)
        part = self._folded(table.append_column("rows", ones))
        self._parts.append(part)
        self._waiting += part.num_rows
        if self._waiting > FOLD_AT:
            self._parts = [self.result()]
            self._waiting = 0

    def result(self) -> pa.Table | None:
        """One row a key, in no promised order: the keys, then the sums, then `rows`; None when empty."""
        return self._folded(pa.concat_tables(self._parts)) if self._parts else None

    def _folded(self, table: pa.Table) -> pa.Table:
        grouped = table.group_by(self._keys, use_threads=False)
        found = grouped.aggregate([(name, "sum") for name in self._sums])
        return found.select([*self._keys, *(f"{name}_sum" for name in self._sums)]).rename_columns(
            [*self._keys, *self._sums]
        )
