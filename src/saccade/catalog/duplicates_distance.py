"""How far apart are two hashes? The distance that the search for near-duplicates uses.

Decided: the fewest differing signs (of 256) over nine ways to lay two pictures over one another: whole on
whole, and whole on each cropped window of the other. A way counts only when all its coarse colours agree,
so a colour variant of a product is not its duplicate. Hashes come from `vision.hashing`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.vision.hashing import HASH_BYTES, SIGN_BYTES, WINDOW_BYTES, WINDOWS, hamming

# Our own choice. benchmarks/ingest.py tunes on half of the photographs and lands at 14 to 16; the lower end
# is taken, because beyond it different products in one pose begin to be joined.
THRESHOLD = 14
"""Differing signs, of 256, up to which two pictures count as one."""

COLOUR_TOLERANCE = 8
"""Levels of Cb or Cr, of 256, by which a quarter's mean colour may differ."""

FAR = 256
"""The distance of pictures whose colours differ, or of which one has no hash."""

# (window of the one, window of the other)
WAYS = ((0, 0), *((0, w) for w in range(1, len(WINDOWS))), *((w, 0) for w in range(1, len(WINDOWS))))


def distance(hashes: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Row by row: uint8 [P, HASH_BYTES] twice → int64 [P] in 0..256."""
    ways = [way_distance(window(hashes, a), window(others, b)) for a, b in WAYS]
    far = ~(has_hash(hashes) & has_hash(others))
    return np.where(far, FAR, np.min(ways, axis=0))


def way_distance(ones: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Of two windows, row by row: uint8 [P, WINDOW_BYTES] twice → int64 [P]; FAR when colours differ."""
    colours, other_colours = ones[:, SIGN_BYTES:].astype(np.int16), others[:, SIGN_BYTES:].astype(np.int16)
    alike = (np.abs(colours - other_colours) <= COLOUR_TOLERANCE).all(axis=1)
    return np.where(alike, hamming(ones[:, :SIGN_BYTES], others[:, :SIGN_BYTES]), FAR)


def window(hashes: NDArray[np.uint8], which: int) -> NDArray[np.uint8]:
    """One window's part of every hash: [N, HASH_BYTES] → [N, WINDOW_BYTES], a view."""
    return hashes[:, which * WINDOW_BYTES : (which + 1) * WINDOW_BYTES]


def has_hash(hashes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which rows hash something: a flat picture has no hash and is nobody's near-duplicate."""
    return np.asarray((hashes != 0).any(axis=1))


def checked(hashes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same array, contiguous; `InputError` unless it is uint8 [N, HASH_BYTES]."""
    if hashes.ndim != 2 or hashes.shape[1] != HASH_BYTES or hashes.dtype != np.uint8:
        found = f"{hashes.dtype} {list(hashes.shape)}"
        raise InputError(f"hashes must be uint8 [N, {HASH_BYTES}], found {found}: ingest the images again")
    return np.ascontiguousarray(hashes)


def from_column(column: pa.Array | pa.ChunkedArray) -> NDArray[np.uint8]:
    """A `phash` column to uint8 [N, HASH_BYTES]; null becomes "no hash" (zeros)."""
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    blank = bytes(HASH_BYTES)
    joined = b"".join(blank if value is None else value for value in flat.to_pylist())
    if len(joined) != len(flat) * HASH_BYTES:
        raise InputError(f"a phash has {HASH_BYTES} bytes, the table's have not: ingest the images again")
    return np.frombuffer(joined, np.uint8).reshape(-1, HASH_BYTES)
