"""What earlier runs saw, small enough to hold for a large catalogue: 58 bytes a place, 16 an image.

Decided: sorted numpy arrays of 64-bit hashes instead of dictionaries of texts. Hashes are Python's own,
keyed anew in every process, and never stored. Two of ten million places share a hash with a chance of
1 in 400,000, and then the state must agree as well for a change to be missed. Our own choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.catalog.fetch import TEMPORARY
from saccade.catalog.marks import LIST, Mark, parse

_NONE = b""


class Known:
    """Places (`sources`) and good images (`images`) as they were when the run began."""

    def __init__(self, sources: Iterable[pa.RecordBatch], images: Iterable[pa.RecordBatch]) -> None:
        """`sources`: uri, image_id, size, modified, status; `images`: image_id of those with status ok."""
        self.lists: dict[str, Mark] = {}
        parts = [self._part(batch) for batch in sources]
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else _empty()
        order = np.argsort(columns[0])
        self._uri, self._file, self._row, self._item, self._list = (column[order] for column in columns[:5])
        self._image = columns[5][order].astype("S16")
        self._retry: NDArray[np.bool_] = columns[6][order].astype(bool)
        self._seen = np.zeros(len(order), bool)
        self._images = np.sort(
            np.concatenate([_ids(_texts(batch, "image_id")) for batch in images] or [_ids([])])
        )

    def __len__(self) -> int:
        return len(self._uri)

    def find(self, uris: Sequence[str]) -> NDArray[np.int64]:
        """Where each place is known, int64 [N], -1 for new ones; marks them as seen in this run."""
        wanted = _hashes(uris)
        at = np.searchsorted(self._uri, wanted).clip(max=max(len(self._uri) - 1, 0))
        found = np.where(self._uri[at] == wanted, at, -1) if len(self._uri) else np.full(len(wanted), -1)
        self._seen[found[found >= 0]] = True
        return found

    def same_state(
        self, at: NDArray[np.int64], sizes: Sequence[int], states: Sequence[str]
    ) -> NDArray[np.bool_]:
        """bool [N]: the place is known, looks as it did, and is not due for another try."""
        if not len(self._uri):
            return np.zeros(len(at), bool)
        now = _hashes(list(zip(sizes, states, strict=True)))
        return (at >= 0) & (self._file[at] == now) & ~self._retry[at]

    def same_row(self, at: NDArray[np.int64], rows: Sequence[str]) -> NDArray[np.bool_]:
        """bool [N]: the place is known and its row reads as it did."""
        return (at >= 0) & (self._row[at] == _hashes(rows)) if len(self._uri) else np.zeros(len(at), bool)

    def settled(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """bool [N]: an address that was tried and need not be tried again."""
        return (at >= 0) & ~self._retry[at] if len(self._uri) else np.zeros(len(at), bool)

    def same_item(self, at: int, item: str) -> bool:
        """Whether a known place belonged to the item with this digest."""
        return bool(self._item[at] == hash(item))

    def count_unseen(self, source: str) -> int:
        """How many places of the source with this digest the run has not met."""
        return int(((self._list == hash(source)) & ~self._seen).sum())

    def image(self, at: int) -> str | None:
        """The image that a known place held; None when there was none."""
        found = bytes(self._image[at]) if at >= 0 else _NONE
        return found.ljust(16, b"\0").hex() if found else None

    def has_image(self, image_id: str) -> bool:
        """Whether the image is in the tables, decoded and good."""
        wanted = np.frombuffer(bytes.fromhex(image_id), "S16")
        at = int(np.searchsorted(self._images, wanted[0]))
        return at < len(self._images) and bool(self._images[at] == wanted[0])

    def unseen(self, uris: Sequence[str]) -> list[str]:
        """Those of `uris` (all known) that this run has not met."""
        wanted = _hashes(uris)
        at = np.searchsorted(self._uri, wanted).clip(max=max(len(self._uri) - 1, 0))
        missed = (
            (self._uri[at] == wanted) & ~self._seen[at] if len(self._uri) else np.zeros(len(wanted), bool)
        )
        return [uri for uri, miss in zip(uris, missed.tolist(), strict=True) if miss]

    def _part(self, batch: pa.RecordBatch) -> tuple[NDArray[np.generic], ...]:
        uris, states = _texts(batch, "uri"), _texts(batch, "status")
        marks = [parse(text) for text in _texts(batch, "modified")]
        self.lists |= {
            uri: mark for uri, status, mark in zip(uris, states, marks, strict=True) if status == LIST
        }
        sizes = batch.column("size").to_pylist()
        files = [(size, mark.state) for size, mark in zip(sizes, marks, strict=True)]
        retry = np.fromiter((status in TEMPORARY for status in states), bool, len(states))
        images = _ids(_texts(batch, "image_id"))
        texts = ([mark.row for mark in marks], [mark.item for mark in marks], [mark.list for mark in marks])
        return (_hashes(uris), _hashes(files), *(_hashes(column) for column in texts), images, retry)


def _texts(batch: pa.RecordBatch, name: str) -> list[str]:
    return [value or "" for value in batch.column(name).to_pylist()]


def _hashes(values: Sequence[object]) -> NDArray[np.int64]:
    return np.fromiter(map(hash, values), np.int64, len(values))


def _ids(values: list[str]) -> NDArray[np.bytes_]:
    """Image ids as 16 bytes each; zeros for none."""
    return np.frombuffer(bytes.fromhex("".join(value or "0" * 32 for value in values)), "S16")


def _empty() -> list[NDArray[np.generic]]:
    none = np.zeros(0, np.int64)
    return [none, none, none, none, none, _ids([]), none.astype(bool)]
