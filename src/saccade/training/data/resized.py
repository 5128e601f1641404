"""The optional copy of all pictures with their shorter side at S pixels, as a source of pictures.

    small = ResizedPictures(ws.local_dir("resized"), 256, image_ids)

Decided: a folder for each side and quality holds large files of many pictures, each with an Arrow table that
says what lies where (`SHARD`). Files are mapped into memory, so access is random and costs no system calls.
Not here: how the copy is made (`resizing`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.keys import Keys, find, keys_of
from saccade.training.batch import Ints
from saccade.training.data.geometry import Pixels
from saccade.training.data.pictures import Encoded

SHARD = pa.schema([("image_id", pa.string()), ("offset", pa.int64()), ("length", pa.int64()),
                   ("height", pa.int32()), ("width", pa.int32()), ("reason", pa.string())])  # fmt: skip
"""One row a picture: bytes `offset` to `offset + length` of the file; length 0 and a reason where it could
not be read."""

QUALITY = 95  # of JPEG, colour at full resolution, because it is a label of many catalogues
_LISTED = pa.schema([("file", pa.int64()), *SHARD])
_PLACE = ("file", "offset", "length", "height", "width")
_OPEN = 512  # files mapped at once
_ABSENT = "the resized copy does not have this picture: build it again"


def folder_of(folder: str | os.PathLike[str], side: int, quality: int = QUALITY) -> Path:
    """Where the copy of this side (pixels) and JPEG quality (1-100, 0 for raw pixels) lies.

    Raises `InputError` for other numbers.
    """
    if side < 1 or not 0 <= quality <= 100:
        raise InputError(f"expected a side from 1 and a quality of 0..100, found {side} and {quality}")
    return Path(folder, f"{side}px-{f'q{quality}' if quality else 'raw'}")


def shards_of(place: Path) -> list[str]:
    """Names of the files whose table is there, sorted."""
    return sorted(path.stem for path in place.glob("*.arrow"))


def listed(place: Path) -> pa.Table:
    """All rows of a copy, with the number of their file in a column `file`."""
    parts = [_LISTED.empty_table()]
    for number, name in enumerate(shards_of(place)):
        with pa.memory_map(str(place / f"{name}.arrow")) as source:
            table = pa.ipc.open_file(source).read_all()
        parts.append(table.add_column(0, "file", pa.array(np.full(len(table), number, np.int64))))
    return pa.concat_tables(parts)


def rows_in(table: pa.Table, wanted: Keys) -> Ints:
    """The row of each key, one that was read before one that was not; -1 for none: int64 [N]."""
    keys = keys_of(table["image_id"].combine_chunks())
    order = np.lexsort((table["length"].to_numpy() == 0, keys))
    at = find(keys[order], wanted)
    return np.where(at >= 0, np.append(order, -1)[at], -1)


def ids_array(image_ids: Sequence[str] | pa.Array) -> pa.Array:
    """Ids as an Arrow array of strings."""
    return image_ids if isinstance(image_ids, pa.Array) else pa.array(image_ids, pa.string())


class ResizedPictures:
    """The pictures of `image_ids`, in that order, from a copy; a `PictureSource`.

    Raises `NotFoundError` where there is no such copy. A picture that it lacks cannot be read.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        side: int,
        image_ids: Sequence[str] | pa.Array,
        quality: int = QUALITY,
    ) -> None:
        self.folder, self.raw = folder_of(folder, side, quality), not quality
        self.ids: Sequence[str] = image_ids
        self._files = shards_of(self.folder)
        if not self._files:
            raise NotFoundError(f"there is no resized copy in {self.folder}: build it first")
        table = listed(self.folder)
        rows = rows_in(table, keys_of(ids_array(image_ids)))
        places = np.column_stack([table[name].to_numpy().astype(np.int64) for name in _PLACE])
        # int64 [N, 5]: number of the file (-1 for none), offset, length, height, width
        self._places = torch.from_numpy(np.vstack((places, np.full(len(_PLACE), -1)))[rows])
        self._reasons = _reasons(table, rows)
        self._maps: dict[int, Pixels] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __getstate__(self) -> dict[str, Any]:
        """Without the ids, which workers do not need, and without what is mapped here."""
        return self.__dict__ | {"ids": (), "_maps": {}}

    def read(self, rows: Ints) -> list[Encoded]:
        """The pictures of these numbers, int64 [n], in that order."""
        places = self._places.numpy()[rows].tolist()
        return [self._one(row, place) for row, place in zip(rows.tolist(), places, strict=True)]

    def _one(self, row: int, place: list[int]) -> Encoded:
        file, offset, length, height, width = place
        if file < 0 or not length:
            return Encoded(reason=self._reasons.get(row, _ABSENT))
        try:
            piece = self._mapped(file)[offset : offset + length]
        except (OSError, ValueError):
            piece = np.empty(0, np.uint8)
        if len(piece) < length:
            return Encoded(reason=f"the resized copy is damaged: delete {self.folder} and build it again")
        if self.raw:
            return Encoded(pixels=np.array(piece).reshape(height, width, 3))
        return Encoded(piece.tobytes())

    def _mapped(self, file: int) -> Pixels:
        if file not in self._maps:
            if len(self._maps) >= _OPEN:
                self._maps.pop(next(iter(self._maps)))
            self._maps[file] = np.memmap(self.folder / f"{self._files[file]}.bin", np.uint8, "r")
        return self._maps[file]


def _reasons(table: pa.Table, rows: Ints) -> dict[int, str]:
    """Why those pictures cannot be read that could not be read when the copy was made."""
    ill = np.flatnonzero(np.append(table["length"].to_numpy() == 0, False)[rows])
    texts = table["reason"].take(pa.array(rows[ill])).to_pylist()
    return dict(zip(ill.tolist(), texts, strict=True))
