"""What features a list of pictures lacks, in blocks, and the way of a block from open to stored.

Decided: a block is opened when its first picture is about to be read and stored when its last vector is
there, in order, so that new blocks get their places one after the other. Blocks that are there and lack
views, or had unreadable pictures, come first and are written again as a whole: what they had stays.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from saccade.fingerprints.runners.base import Pixels, Runner, Vectors
from saccade.progress import Progress
from saccade.training.features.store import ROW, Features, Halves, Ints, Rows, as_keys
from saccade.training.features.views import Views

_GROUP = 16  # pictures that a thread reads at once


@dataclass(eq=False)
class Block:
    """A block on its way. slots: of the pictures that lack views; list_rows: their places in the list."""

    number: int
    start: int
    rows: Rows
    slots: Ints
    list_rows: Ints
    count: int
    parts: dict[int, Halves]
    missing: int = 0
    bad: set[int] = field(default_factory=set[int])

    def wanted(self, slot: int) -> range:
        """The views that the picture lacks."""
        return range(int(self.rows["views"][slot]), self.count)

    def put(self, slot: int, view: int, vector: Vectors) -> None:
        length = float(np.linalg.norm(vector))
        usable = np.isfinite(length) and length > 0
        if usable:
            self.parts[view][slot] = vector / length
        elif view == 0:
            self.bad.add(slot)
        else:
            self.parts[view][slot] = self.parts[0][slot]
        self.missing -= 1

    def skip(self, slot: int) -> None:
        """The picture cannot be read: a new one has no features, an old one repeats its view 0."""
        views = self.wanted(slot)
        self.missing -= len(views)
        if views.start == 0:
            self.bad.add(slot)
        for view in views if views.start else ():
            self.parts[view][slot] = self.parts[0][slot]

    @property
    def vectors(self) -> int:
        """How many are wanted of pictures that can be read."""
        return sum(len(self.wanted(slot)) for slot in self.slots.tolist() if slot not in self.bad)

    def close(self) -> None:
        """Say what the rows have now."""
        for slot in self.slots.tolist():
            self.rows["views"][slot] = 0 if slot in self.bad else max(self.count, self.rows["views"][slot])
            if slot in self.bad:
                for part in self.parts.values():
                    part[slot] = 0


Tag = tuple[Block, int, int]


class Work:
    """What is missing, in blocks, and what became of it."""

    def __init__(self, features: Features, views: Views, count: int, block: int) -> None:
        self.features, self.views, self.count, self.block = features, views, count, block
        keys = as_keys(views.ids)
        self.first: Ints = np.sort(np.unique(keys, return_index=True)[1]).astype(np.int64)
        self.keys, self.places = keys[self.first], features.at(views.ids)[self.first]
        have = np.append(features.views, 0)[self.places]
        self.old = np.flatnonzero((self.places >= 0) & (have < count))
        self.new = np.flatnonzero(self.places < 0)
        self.pictures, self.failed, self.vectors = len(self.old) + len(self.new), 0, 0
        self.open: deque[Block] = deque()

    def blocks(self) -> Iterator[Block]:
        """Blocks that are there and lack something, then new ones."""
        own, start = self.features, 0
        old = self.old[np.argsort(self.places[self.old], kind="stable")]
        for number, length in enumerate(own.lengths):
            low, high = np.searchsorted(self.places[old], [start, start + length])
            if high > low:
                yield self._old(number, start, length, old[low:high])
            start += length
        for place in range(0, len(self.new), self.block):
            chosen = self.new[place : place + self.block]
            yield self._new(len(own.lengths) + place // self.block, start + place, chosen)

    def _old(self, number: int, start: int, length: int, chosen: Ints) -> Block:
        rows = np.empty(length, ROW)
        rows["key"], rows["views"] = (
            x[start : start + length] for x in (self.features.keys, self.features.views)
        )
        slots = self.places[chosen] - start
        begin = int(rows["views"][slots].min())
        parts = {view: self._stored(view, start, length) for view in range(begin, self.count)}
        parts.setdefault(0, self._stored(0, start, length))
        return Block(number, start, rows, slots, self.first[chosen], self.count, parts)

    def _stored(self, view: int, start: int, length: int) -> Halves:
        """What the disk has of a view; zeros where it has none."""
        if self.features.has(view):
            return self.features.take(np.arange(start, start + length), view)
        return np.zeros((length, self.features.origin.width), np.float16)

    def _new(self, number: int, start: int, chosen: Ints) -> Block:
        rows = np.zeros(len(chosen), ROW)
        rows["key"] = self.keys[chosen]
        shape = (len(chosen), self.features.origin.width)
        parts = {view: np.zeros(shape, np.float16) for view in range(self.count)}
        return Block(number, start, rows, np.arange(len(chosen)), self.first[chosen], self.count, parts)

    def tasks(self) -> Iterator[tuple[Block, Ints, Ints]]:
        """Slots of a block and rows of the list, for one thread to read; opens the blocks in their order."""
        for block in self.blocks():
            block.missing = sum(len(block.wanted(slot)) for slot in block.slots.tolist())
            self.open.append(block)
            for at in range(0, len(block.slots), _GROUP):
                yield block, block.slots[at : at + _GROUP], block.list_rows[at : at + _GROUP]

    def read(self, task: tuple[Block, Ints, Ints]) -> tuple[Block, Ints, list[Pixels | None]]:
        block, slots, rows = task
        wanted = [block.wanted(slot) for slot in slots.tolist()]
        return block, slots, self.views.read(rows.tolist(), wanted)

    def batches(
        self, read: Iterator[tuple[Block, Ints, list[Pixels | None]]], runner: Runner, progress: Progress
    ) -> Iterator[tuple[list[Tag], Pixels]]:
        """Full batches for the runner, the last one padded with black."""
        size, shape = runner.batch_size, (*runner.preprocess.size, 3)
        tags, pixels = list[Tag](), np.zeros((size, *shape), np.uint8)
        for tag, picture in self._pictures(read, progress):
            pixels[len(tags)] = picture
            tags.append(tag)
            if len(tags) == size:
                yield tags, pixels
                tags, pixels = list[Tag](), np.zeros((size, *shape), np.uint8)
        if tags:
            yield tags, pixels

    def _pictures(
        self, read: Iterator[tuple[Block, Ints, list[Pixels | None]]], progress: Progress
    ) -> Iterator[tuple[Tag, Pixels]]:
        for block, slots, found in read:
            for slot, pictures in zip(slots.tolist(), found, strict=True):
                if pictures is None:
                    block.skip(slot)
                    continue
                for view, picture in zip(block.wanted(slot), pictures, strict=True):
                    yield (block, slot, view), picture
            self.settle(progress)

    def settle(self, progress: Progress) -> None:
        """Store the blocks that are complete, in order."""
        while self.open and not self.open[0].missing:
            block = self.open.popleft()
            self.vectors += block.vectors
            block.close()
            self.failed += len(block.bad)
            self.features.write(block.number, block.start, block.rows, block.parts)
            progress.advance(len(block.slots))
