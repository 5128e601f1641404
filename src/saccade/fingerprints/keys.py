"""Ids as sorted 16-byte keys, so that a catalogue of millions is compared in memory that fits.

Decided: an id of 32 lower-case hex digits (what `vision.identity` makes) is its own 16 bytes; any other
text stands as its BLAKE2b hash of 16 bytes. Membership is a binary search in a sorted numpy array:
16 bytes an id, against about 100 for a Python set.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Keys = NDArray[np.bytes_]  # dtype S16

_DIGITS = 32
_NOT_HEX = 255
_NIBBLE = np.full(256, _NOT_HEX, np.uint8)
_NIBBLE[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)


def keys_of(ids: pa.Array) -> Keys:
    """Ids (a string array without nulls) to their keys, S16 [N], in the same order."""
    count = len(ids)
    if not count:
        return np.empty(0, "S16")
    text = ids.cast(pa.large_string())
    offsets = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + count + 1]
    if np.all(np.diff(offsets) == _DIGITS):
        digits = np.frombuffer(text.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].reshape(count, _DIGITS)
        nibbles = _NIBBLE[digits]
        if nibbles.max() != _NOT_HEX:
            return _packed(nibbles)
    return np.concatenate([_key(value) for value in text.to_pylist()])


def ids_of(keys: Keys) -> list[str]:
    """Keys back to ids of 32 hex digits; only for ids that were such."""
    return [bytes(row).hex() for row in keys.view(np.uint8).reshape(-1, 16)]


def contains(sorted_keys: Keys, keys: Keys) -> NDArray[np.bool_]:
    """Which of `keys` are in `sorted_keys`: bool [N]."""
    found = find(sorted_keys, keys)
    return found >= 0


def find(sorted_keys: Keys, keys: Keys) -> NDArray[np.int64]:
    """Position of each key in `sorted_keys`, -1 where it is not there: int64 [N]."""
    if not len(sorted_keys):
        return np.full(len(keys), -1, np.int64)
    places = np.searchsorted(sorted_keys, keys)
    places = np.minimum(places, len(sorted_keys) - 1)
    return np.where(sorted_keys[places] == keys, places, -1)


def _packed(nibbles: NDArray[np.uint8]) -> Keys:
    joined = np.ascontiguousarray((nibbles[:, 0::2] << 4) | nibbles[:, 1::2])
    return joined.view("S16").ravel()


def _key(value: str) -> Keys:
    codes = np.frombuffer(value.encode(), np.uint8)
    if len(codes) == _DIGITS and (nibbles := _NIBBLE[codes]).max() != _NOT_HEX:
        return _packed(nibbles[None])
    return np.frombuffer(hashlib.blake2b(value.encode(), digest_size=16).digest(), "S16")
