"""The order in which pictures are seen: the same for a seed, resumed at any place, dealt out to workers.

    epochs = Epochs.of(draws, order, seed=0)
    for batch in epochs.epoch(3, rank=1, world=8).blocks(256, start=12_288): ...

Decided:
- Pictures lie one after the other on a line, each as long as its expected draws, and an epoch takes the
  points u, 1 + u, 2 + u, ... (systematic sampling). A picture with 2.3 draws is drawn 2 or 3 times, never
  more than its draws rounded up, and a stretch of the line gets its share to within one draw. Pictures lie in
  the order of their rarest label, so the labels that matter get theirs. u goes by the golden ratio from epoch
  to epoch, so that a picture with 0.01 draws is seen about once in a hundred epochs, and not by luck.
- The points come in the order of `permute.permuted`. Nothing of the order is stored, so any place of any
  epoch costs the same, and the state of a run is two numbers: (epoch, position).
- A worker takes every `world`-th place. Together they draw every point once; `even` drops the last few so
  that all have as many, which training in step needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from saccade.errors import InputError
from saccade.labels.balance.bound import Floats, Ints, Labelled
from saccade.labels.balance.permute import permuted
from saccade.labels.hashing import word_hash

_GOLDEN = 0.6180339887498949
_KEY = 0x7FFFFFFFFFFFFFFF


def rarest_first(data: Labelled) -> Ints:
    """int64 [N]: pictures in the order of their rarest label, then of themselves; of the line."""
    rank = np.empty(data.count, np.int64)
    rank[np.lexsort((np.arange(data.count), data.counts))] = np.arange(data.count)
    rarest = -data.greatest(-(rank + 1).astype(np.float64))
    return np.argsort(rarest, kind="stable")


@dataclass(frozen=True, eq=False)
class Epochs:
    """All epochs of a training set.

    Attributes:
        line: float64 [N + 1], the ends of the pictures on the line; the last is the size of an epoch.
        order: int64 [N], the picture of each stretch.
        seed: of the shuffles and of what is drawn.
    """

    line: Floats
    order: Ints
    seed: int = 0

    @classmethod
    def of(cls, draws: Floats, order: Ints | None = None, seed: int = 0) -> Epochs:
        """From the expected draws float64 [N] of pictures, at least 0; the sum is rounded to whole draws."""
        order = np.arange(len(draws)) if order is None else order
        line = np.concatenate(([0.0], np.cumsum(draws[order])))
        size = np.floor(line[-1] + 1e-6)
        return cls(line * (size / line[-1]) if line[-1] else line, order, seed)

    @property
    def size(self) -> int:
        """Draws of an epoch."""
        return round(float(self.line[-1]))

    def counts(self, number: int) -> Ints:
        """int64 [N]: how often each picture is drawn in an epoch."""
        drawn = np.empty(len(self.order), np.int64)
        drawn[self.order] = np.diff(np.ceil(self.line - self.shift(number))).astype(np.int64)
        return drawn

    def shift(self, number: int) -> float:
        """The first point of an epoch on the line, 0..1."""
        start = (word_hash(f"{self.seed}") >> 12) / 2**52
        return (start + number * _GOLDEN) % 1.0

    def epoch(self, number: int, rank: int = 0, world: int = 1, even: bool = False) -> Epoch:
        """One epoch (0, 1, ...) as worker `rank` of `world` sees it."""
        if number < 0 or not 0 <= rank < world:
            raise InputError(
                f"an epoch is 0 or more and a rank 0..world-1, found epoch {number}, rank {rank} of {world}"
            )
        return Epoch(self, number, rank, world, even)


@dataclass(frozen=True, eq=False)
class Epoch:
    """Pictures in the order of one epoch, for one worker."""

    epochs: Epochs
    number: int
    rank: int = 0
    world: int = 1
    even: bool = False

    def __len__(self) -> int:
        size = self.epochs.size
        return size // self.world if self.even else len(range(self.rank, size, self.world))

    def __iter__(self) -> Iterator[int]:
        return self.iterate()

    def iterate(self, start: int = 0) -> Iterator[int]:
        """Numbers of pictures from position `start` on."""
        for block in self.blocks(8192, start):
            yield from block.tolist()

    def blocks(self, rows: int, start: int = 0) -> Iterator[Ints]:
        """The same in arrays of `rows` (the last one shorter)."""
        for first in range(start, len(self), rows):
            yield self.at(np.arange(first, min(first + rows, len(self))))

    def at(self, positions: Ints) -> Ints:
        """int64 [n]: the picture at each position 0..len-1 of this worker."""
        own = self.epochs
        if not len(positions):
            return np.empty(0, np.int64)
        if positions.min() < 0 or positions.max() >= len(self):
            raise InputError(f"positions are 0..{len(self) - 1}, found {positions.min()}..{positions.max()}")
        point = permuted(positions.astype(np.int64) * self.world + self.rank, own.size, self._key)
        stretch = np.searchsorted(own.line, point + own.shift(self.number), side="right") - 1
        return own.order[np.minimum(stretch, len(own.order) - 1)]

    @property
    def _key(self) -> int:
        return word_hash(f"{self.epochs.seed} {self.number}") & _KEY
