"""Sign bits of vectors: a 32nd of the bytes, compared by Hamming distance.

Decided: bit d is 1 where component d is above zero, packed eight to a byte with the first component highest,
as `numpy.packbits` does; for search they are held as 64-bit words, one row a word, so that a scan reads
memory in order. Bits alone lose much of a float's top 10, so searches rescore candidates with the floats.
"""

from __future__ import annotations

import numpy as np

WORD = 64


def pack_signs(vectors: np.ndarray) -> np.ndarray:
    """Uint8 [N, ceil(D / 8)] of float [N, D]."""
    return np.packbits(vectors > 0, axis=1)


def to_words(packed: np.ndarray) -> np.ndarray:
    """Uint64 [ceil(D / 64), N] of packed bits uint8 [N, B]; missing bytes are zero in every row."""
    padding = -packed.shape[1] % 8
    padded = np.pad(packed, ((0, 0), (0, padding))) if padding else packed
    return np.ascontiguousarray(np.ascontiguousarray(padded).view(np.uint64).T)


def hamming(words_WN: np.ndarray, query_W: np.ndarray) -> np.ndarray:
    """Uint16 [N]: in how many components the signs differ from those of one query."""
    distance = np.zeros(words_WN.shape[1], dtype=np.uint16)
    for row, word in zip(words_WN, query_W, strict=True):
        distance += np.bitwise_count(row ^ word)
    return distance


def nearest_by_bits(distance: np.ndarray, count: int) -> np.ndarray:
    """Rows of the `count` smallest distances and of all that tie with the last of them, in row order."""
    if count >= len(distance):
        return np.arange(len(distance))
    reached = np.cumsum(np.bincount(distance))
    return np.flatnonzero(distance <= np.searchsorted(reached, count))


def words_bytes(count: int, dim: int) -> int:
    """Bytes that the sign bits of `count` vectors take in memory."""
    return count * -(-dim // WORD) * 8
