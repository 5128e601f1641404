"""Which side of training a family falls on: train, val or test, by a seeded hash of its id.

Decided: stateless. A family is where its id and the seed put it, whatever else the catalogue holds, so new
pictures never move old ones, and any machine answers alone. Near-duplicates and pictures of one item share a
family (`families`), so none of them straddle a split. Where a family grows or two become one, its id may
change, and with it its side: `leaks.check` looks after each build.

Not here: what evaluation keeps for itself (`leaks`), which is the fourth side, `HELD`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.errors import InputError
from saccade.labels.hashing import Hashes, mixed, word_hashes

SPLITS = ("train", "val", "test")
HELD = "held"
_UNIT = 2.0**-64


@dataclass(frozen=True)
class Shares:
    """How families are dealt out. Shares are of families, so of pictures only about; they sum to 1."""

    train: float = 0.9
    val: float = 0.05
    test: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        shares = (self.train, self.val, self.test)
        if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise InputError(f"the shares of train, val and test are 0..1 and sum to 1, found {shares}")

    def numbers(self, families: pa.Array) -> npt.NDArray[np.int8]:
        """int8 [n]: the place in `SPLITS` of each family id (strings without nulls)."""
        drawn = _uniform(word_hashes(families), np.uint64(self.seed & 0xFFFFFFFFFFFFFFFF))
        return np.searchsorted([self.train, self.train + self.val], drawn, side="right").astype(np.int8)

    def of(self, families: pa.Array) -> pa.Array:
        """`string` [n]: the split of each family id (strings without nulls)."""
        return pa.array(SPLITS, pa.string()).take(pa.array(self.numbers(families)))


@njit(cache=True, nogil=True)
def _uniform(hashes: Hashes, seed: np.uint64) -> npt.NDArray[np.float64]:
    """float64 [n] in 0..1, from each hash and the seed."""
    found = np.empty(len(hashes))
    salt = mixed(seed + np.uint64(0x9E3779B97F4A7C15))
    for row in range(len(hashes)):
        found[row] = np.float64(mixed(hashes[row] ^ salt)) * _UNIT
    return found
