"""Pictures of the catalogue, decoded ahead of the detector by threads: a few batches in memory, no more."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.fingerprints.prefetch import ordered_map
from saccade.fingerprints.sources import Place, Sources
from saccade.vision.decode import decode


@dataclass(frozen=True, eq=False)
class Read:
    """One picture: uint8 [H, W, 3], or None with the status and reason of the failure."""

    image_id: str
    rgb: NDArray[np.uint8] | None
    status: str
    reason: str | None


def read_batches(
    sources: Sources, chunk: pa.Table, size: int, draft: int | None, threads: int | None
) -> Iterator[list[Read]]:
    """The pictures of a chunk (rows of `fingerprints.reader.CHUNK`) in batches, in order.

    `draft`: a picture may be decoded smaller as long as its shortest side keeps that many pixels. At most
    two batches wait beside those that `threads` (one a core) work on.
    """
    count = threads or os.cpu_count() or 1
    batches: Iterable[pa.Table] = (chunk.slice(start, size) for start in range(0, len(chunk), size))
    return ordered_map(lambda rows: _read(sources, rows, draft), batches, count, count + 2)


def _read(sources: Sources, rows: pa.Table, draft: int | None) -> list[Read]:
    columns = (rows.column(name).to_pylist() for name in ("image_id", "uri", "row"))
    places = [Place(*values) for values in zip(*columns, strict=True)]
    read: list[Read] = []
    for place, found in zip(places, sources.fetch(places), strict=True):
        if found.data is None:
            read.append(Read(place.image_id, None, found.status, found.reason))
            continue
        picture = decode(found.data, draft=draft)
        reason = picture.reason or None
        read.append(Read(place.image_id, picture.rgb, picture.status, reason))
    return read
