"""N pictures by number, from a workspace's tables: bytes first, pixels when somebody asks.

Decided:
- A picture is found by its row number, looked up once: 8 bytes a picture, in memory that the worker
  processes share. Bytes kept in `image_bytes` come by row, those behind `images.uri` through
  `fingerprints.sources`, which checks them against the id.
- A `Pictures` is pinned to the versions of the tables that it was made from. It opens nothing until it reads,
  so it travels to worker processes; Lance must not be forked.
- What cannot be read says why. Only a store that fails as a whole raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import torch

from saccade.fingerprints.sources import Found, Place, Sources, look_up, rows_of
from saccade.training.batch import Ints
from saccade.training.data.geometry import Pixels
from saccade.vision.decode import decode, header
from saccade.vision.picture import Picture
from saccade.workspace import Workspace
from saccade.workspace.storage import storage_errors

if TYPE_CHECKING:
    import lance

    from saccade.workspace.tables import Table

ABSENT = "the catalogue does not have this picture: ingest it, or leave it out of the training set"


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One picture before it is decoded: its bytes, or its pixels where these are kept, or why there is none.

    data: of a picture file. pixels: uint8 [H, W, 3]. reason: one line, empty where it was read.
    """

    data: bytes | None = None
    pixels: Pixels | None = None
    reason: str = ""

    def size(self) -> tuple[int, int] | str:
        """Upright (height, width) in pixels, or the reason why there is none."""
        if self.pixels is not None:
            return self.pixels.shape[0], self.pixels.shape[1]
        if self.data is None:
            return self.reason
        found = header(self.data)
        return (found.height, found.width) if found.status == "ok" else f"{found.status}: {found.reason}"

    def decode(self, draft: int | None = None) -> Pixels | str:
        """uint8 [H, W, 3], upright, or the reason why there is none. `draft`: as `vision.decode` has it."""
        if self.pixels is not None:
            return self.pixels
        if self.data is None:
            return self.reason
        found: Picture = decode(self.data, draft=draft)
        return found.rgb if found.rgb is not None else f"{found.status}: {found.reason}"


class PictureSource(Protocol):
    """N pictures with random access; picklable."""

    @property
    def ids(self) -> Sequence[str]:
        """Image ids by number; only in the process that made the source."""
        ...

    def __len__(self) -> int: ...

    def read(self, rows: Ints) -> list[Encoded]:
        """The pictures of these numbers, int64 [n] in 0..N-1, in that order."""
        ...


@dataclass(frozen=True)
class Pinned:
    """One version of a table, opened on first use in each process."""

    uri: str
    version: int
    options: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, table: Table) -> Pinned:
        return cls(table.uri, table.version, table.options)

    @cached_property
    def _dataset(self) -> lance.LanceDataset:
        import lance

        return lance.dataset(self.uri, version=self.version, storage_options=self.options or None)

    def take(self, rows: Sequence[int], columns: list[str]) -> pa.Table:
        """Rows by number, in that order."""
        with storage_errors(self.uri):
            return self._dataset.take(list(rows), columns=columns)

    def __getstate__(self) -> dict[str, Any]:
        return {"uri": self.uri, "version": self.version, "options": self.options}


class Pictures:
    """The pictures of `image_ids`, in that order, of a workspace as it is now.

    An id that the catalogue does not have is a picture that cannot be read.
    """

    def __init__(self, ws: Workspace | str, image_ids: Sequence[str] | pa.Array) -> None:
        ws = Workspace(ws) if isinstance(ws, str) else ws
        self.ids: Sequence[str] = image_ids
        wanted = image_ids if isinstance(image_ids, pa.Array) else pa.array(image_ids, pa.string())
        self._kept, kept = _pinned(ws.table("image_bytes"), wanted)
        self._images, listed = _pinned(ws.table("images"), wanted)
        # row of image_bytes from 0 up; -2 - row of images; -1 for neither
        self._place = torch.from_numpy(np.where(kept >= 0, kept, np.where(listed >= 0, -2 - listed, -1)))

    def __len__(self) -> int:
        return len(self._place)

    def __getstate__(self) -> dict[str, Any]:
        """Without the ids, which workers do not need."""
        return self.__dict__ | {"ids": ()}

    def read(self, rows: Ints) -> list[Encoded]:
        """The bytes of these pictures, int64 [n], in that order. `StorageError` when the store fails."""
        places = self._place.numpy()[rows]
        found = [Encoded(reason=ABSENT)] * len(rows)
        kept, listed = np.flatnonzero(places >= 0), np.flatnonzero(places < -1)
        for slot, one in zip(kept, self._from_table(places[kept]), strict=True):
            found[slot] = one
        for slot, one in zip(listed, self._from_files(-2 - places[listed]), strict=True):
            found[slot] = one
        return found

    def _from_table(self, rows: Ints) -> list[Encoded]:
        taken = _taken(self._kept, rows, ["bytes"])
        return [Encoded(data) for data in taken["bytes"].to_pylist()] if taken else []

    def _from_files(self, rows: Ints) -> list[Encoded]:
        taken = _taken(self._images, rows, ["image_id", "uri"])
        if taken is None:
            return []
        pairs = zip(taken["image_id"].to_pylist(), taken["uri"].to_pylist(), strict=True)
        answers = Sources().fetch([Place(image_id, uri, None) for image_id, uri in pairs])
        return [Encoded(one.data, reason=_told(one)) for one in answers]


def _told(found: Found) -> str:
    return "" if found.data is not None else f"{found.status}: {found.reason}"


def _pinned(table: Table, wanted: pa.Array) -> tuple[Pinned, Ints]:
    """The table at its newest version, and where in it each image lies, -1 for nowhere: int64 [N]."""
    pinned = Pinned.of(table)
    if not pinned.version:
        return pinned, np.full(len(wanted), -1, np.int64)
    return pinned, look_up(rows_of(table.at(pinned.version)), wanted)


def _taken(table: Pinned, rows: Ints, columns: list[str]) -> pa.Table | None:
    """Rows by number, read in the order in which they lie there, given back in the order asked for."""
    if not len(rows):
        return None
    unique, back = np.unique(rows, return_inverse=True)
    return table.take(unique.tolist(), columns).take(pa.array(back))
