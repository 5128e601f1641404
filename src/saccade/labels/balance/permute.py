"""A keyed shuffle of 0..size-1 that needs no memory: any place can be asked for alone.

Decided: a balanced Feistel network of six rounds over the next even number of bits, walked along its cycle
until it falls inside the range (Black and Rogaway 2002). Its domain is less than four times the size, so that
takes fewer than four steps on average. The round function is `hashing.mixed` of half, key and round. It
shuffles well; it is no cipher.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.labels.hashing import mixed

_ROUNDS = 6


@njit(cache=True, nogil=True)
def permuted(places: npt.NDArray[np.int64], size: int, key: int) -> npt.NDArray[np.int64]:
    """int64 [n]: where each place (0..size-1) goes in the shuffle of this key (0..2^63-1)."""
    half = np.uint64(1)
    while (np.uint64(1) << (half + half)) < np.uint64(size):
        half += np.uint64(1)
    found = np.empty(len(places), np.int64)
    for row in range(len(places)):
        value = _feistel(np.uint64(places[row]), half, np.uint64(key))
        while value >= np.uint64(size):
            value = _feistel(value, half, np.uint64(key))
        found[row] = np.int64(value)
    return found


@njit(cache=True, nogil=True)
def _feistel(value: np.uint64, half: np.uint64, key: np.uint64) -> np.uint64:
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = value >> half, value & mask
    for turn in range(_ROUNDS):
        salt = mixed(key + np.uint64(0x9E3779B97F4A7C15) * np.uint64(turn + 1))
        left, right = right, left ^ (mixed(right ^ salt) & mask)
    return (left << half) | right
