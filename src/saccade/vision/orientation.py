"""Which way is up? The EXIF orientation of a JPEG, and turning arrays by it.

Decided: only the orientation tag is read, straight from the bytes and never raising, because a corrupt EXIF
block must not cost the picture: anything unreadable counts as upright. Source: EXIF 2.32, tag 0x0112.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_ORIENTATION = 0x0112
_SHORT = 3
_APP1, START_OF_SCAN, _END = 0xE1, 0xDA, 0xD9
# Markers without a length: fill and restarts.
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the body of each segment of a JPEG, the first start of scan being the last."""
    at = data.find(b"\xff", 2)
    while 0 <= at <= len(data) - 4:
        marker = data[at + 1]
        if marker == _END:
            return
        if marker == 0xFF:
            at += 1
        elif marker == 0x00 or marker in _BARE:
            at += 2
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            yield marker, at + 4, end
            if marker == START_OF_SCAN:
                return
            at = end
        at = data.find(b"\xff", at)


def jpeg_orientation(data: bytes) -> int:
    """Orientation 1..8 of a JPEG; 1 (upright) when there is none or it cannot be read."""
    for marker, start, end in jpeg_segments(data):
        if marker == _APP1 and data[start : start + 6] == b"Exif\0\0":
            return exif_orientation(data[start + 6 : end])
    return 1


def exif_orientation(tiff: bytes) -> int:
    """Orientation 1..8 in an EXIF block that starts at its TIFF header; 1 when it cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for entry in range(first + 2, first + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
            if tag == _ORIENTATION:
                return value if kind == _SHORT and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def swaps_sides(orientation: int) -> bool:
    """True when the upright picture's width is the stored picture's height."""
    return orientation >= 5


def upright(array: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The stored HWC array turned upright; contiguous, the same array when nothing is to be done."""
    if orientation == 1:
        return array
    if swaps_sides(orientation):
        array = array.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)
