"""Makes the resized copy: every picture decoded once, in parallel, a thousand to a file.

    print(build_resized(pictures, ws.local_dir("resized"), 256, workers=2).line())

Decided: a file is named by the ids in it and counts once its table is there, which is written last; both
appear whole. So a killed build goes on where it was, and a grown catalogue adds files. What could not be read
is recorded with its reason, and tried again by the next build where that can help. JPEG by default; raw
pixels take about ten times the space and need no decoding. Smaller pictures are kept at their size. One build
at a time: the caller holds the workspace's lock.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import simplejpeg

from saccade.fingerprints.keys import keys_of
from saccade.fingerprints.prefetch import ordered_map
from saccade.fingerprints.sources import CAN_HEAL
from saccade.progress import SILENT, Progress
from saccade.training.batch import Ints
from saccade.training.data.crew import Crew
from saccade.training.data.geometry import Pixels, shrunk
from saccade.training.data.pictures import Encoded, PictureSource
from saccade.training.data.resized import QUALITY, SHARD, folder_of, ids_array, listed, rows_in, shards_of
from saccade.workspace.storage import storage_errors

_PICTURES = 1024  # in a file
_TOGETHER = 32  # whose bytes are held at once
Shard = tuple[Ints, list[str]]  # numbers of the pictures, and their ids


@dataclass(frozen=True)
class Resized:
    """What a build did.

    pictures: that were asked for, `unreadable` of them have only a reason. written: by this build. bytes: of
    the whole copy.
    """

    pictures: int
    written: int
    unreadable: int
    bytes: int
    seconds: float

    def line(self) -> str:
        """One line for a person."""
        lost = f", {self.unreadable:,} unreadable" if self.unreadable else ""
        return (
            f"resized copy: {self.pictures:,} pictures{lost}, {self.bytes / 1e6:,.1f} MB; "
            f"{self.written:,} written in {self.seconds:.1f} s"
        )


def build_resized(
    pictures: PictureSource,
    folder: str | os.PathLike[str],
    side: int,
    *,
    quality: int = QUALITY,
    workers: int = 0,
    progress: Progress = SILENT,
) -> Resized:
    """Bring the copy up to date with `pictures`; what it has already stays.

    Args:
        pictures: where they come from.
        folder: of all copies; each side and quality has its own folder in it.
        side: of the shorter side, in pixels.
        quality: of JPEG, 1-100; 0 for raw pixels.
        workers: processes; 0 uses a thread of this one.

    Raises `StorageError` when the disk is full, `InputError` for a bad side or quality, `WorkerError` when a
    worker process dies.
    """
    start, place = time.perf_counter(), folder_of(folder, side, quality)
    with storage_errors(str(place)):
        place.mkdir(parents=True, exist_ok=True)
        for part in place.glob("*.part"):
            part.unlink(missing_ok=True)
    todo = _todo(pictures, place)
    progress.start("resized copy", len(todo))
    try:
        for count in _written(_Writer(pictures, place, side, quality), _cut(pictures, todo), workers):
            progress.advance(count)
    finally:
        progress.stop()
    size = sum((place / f"{name}.bin").stat().st_size for name in shards_of(place))
    seconds = time.perf_counter() - start
    return Resized(len(pictures), len(todo), _unreadable(pictures, place), size, seconds)


def _cut(pictures: PictureSource, todo: Ints) -> Iterator[Shard]:
    for start in range(0, len(todo), _PICTURES):
        rows = todo[start : start + _PICTURES]
        yield rows, [str(pictures.ids[row]) for row in rows.tolist()]


def _written(write: _Writer, shards: Iterator[Shard], workers: int) -> Iterator[int]:
    if not workers:
        yield from ordered_map(write, shards, 1, 2)
        return
    crew = Crew(write, workers)
    try:
        yield from crew.map(shards)
    finally:
        crew.close()


@dataclass(frozen=True)
class _Writer:
    """Writes one file and its table, and says how many pictures that were; picklable."""

    pictures: PictureSource
    place: Path
    side: int
    quality: int

    def __call__(self, shard: Shard) -> int:
        rows, names = shard
        name = hashlib.blake2b("".join(names).encode(), digest_size=8).hexdigest()
        part = self.place / f"{name}.{os.getpid()}.part"
        with storage_errors(str(self.place)):
            with part.open("wb") as file:
                table = [self._put(file, *one) for one in zip(self._read(rows), names, strict=True)]
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.place / f"{name}.bin")
            with part.open("wb") as file, pa.ipc.new_file(file, SHARD) as writer:
                writer.write_table(pa.Table.from_pylist(table, schema=SHARD))
            os.replace(part, self.place / f"{name}.arrow")
        return len(rows)

    def _read(self, rows: Ints) -> Iterator[Encoded]:
        for start in range(0, len(rows), _TOGETHER):
            yield from self.pictures.read(rows[start : start + _TOGETHER])

    def _put(self, file: IO[bytes], encoded: Encoded, name: str) -> dict[str, object]:
        """Append one picture; its row of `SHARD`."""
        rgb, offset = encoded.decode(2 * self.side), file.tell()
        if isinstance(rgb, str):
            nothing = {"length": 0, "height": 0, "width": 0}
            return {"image_id": name, "offset": offset, "reason": rgb, **nothing}
        small = np.ascontiguousarray(shrunk(rgb, self.side))
        height, width = small.shape[:2]
        length = file.write(self._bytes(small))
        return {"image_id": name, "offset": offset, "length": length, "height": height, "width": width}

    def _bytes(self, rgb: Pixels) -> bytes:
        return simplejpeg.encode_jpeg(rgb, self.quality, "RGB", "444") if self.quality else rgb.tobytes()


def _todo(pictures: PictureSource, place: Path) -> Ints:
    """Numbers of the pictures that the copy lacks, or could not read for a reason that can heal."""
    wanted, table = keys_of(ids_array(pictures.ids)), listed(place)
    rows = rows_in(table, wanted)
    reasons = np.array([*table["reason"].to_pylist(), None], object)[rows]
    again = np.array([(why or "").partition(":")[0] in CAN_HEAL for why in reasons], bool)
    first = np.zeros(len(wanted), bool)
    first[np.unique(wanted, return_index=True)[1]] = True
    return np.flatnonzero(first & ((rows < 0) | again))


def _unreadable(pictures: PictureSource, place: Path) -> int:
    table = listed(place)
    rows = rows_in(table, keys_of(ids_array(pictures.ids)))
    return int((table["length"].to_numpy()[rows] == 0).sum()) if len(rows) else 0
