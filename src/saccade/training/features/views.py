"""A list of pictures as a trunk sees them: the evaluation's geometry, and seeded augmentations.

Decided: what a view draws from follows from the seed, the view and the picture's id alone, so features do not
depend on the order of the list, on threads, or on where a run was interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from saccade.fingerprints.runners.base import Pixels


class Views(Protocol):
    """A list of pictures as a trunk sees them; called from several threads."""

    @property
    def ids(self) -> Sequence[str] | pa.Array:
        """Of the N pictures."""
        ...

    @property
    def augmentation(self) -> str:
        """What views 1, 2, ... are, in words: it changes when they would."""
        ...

    @property
    def seed(self) -> int:
        """Of the augmentations."""
        ...

    def read(self, rows: Sequence[int], views: Sequence[range]) -> list[Pixels | None]:
        """Views of each picture of `rows`, uint8 [len(views), H, W, 3]; None where it cannot be read.

        View 0 is the evaluation's geometry; the others draw from (seed, view, id), see `view_rng`.
        """
        ...


def view_rng(seed: int, view: int, key: bytes) -> np.random.Generator:
    """What an augmented view draws from; `key` is the picture's 16 bytes (`store.as_keys`)."""
    return np.random.default_rng([seed, view, *np.frombuffer(key.ljust(16, b"\0"), "<u8").tolist()])
