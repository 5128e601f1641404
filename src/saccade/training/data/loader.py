"""From a sampler's draws to batches of augmented pixels, ahead of the loop that eats them.

    with Loader(pictures, sampler, Augment.finetuning(224), workers=2, seed=0) as loader:
        for parts in loader.batches(start, stop):      # one list of `accumulate` batches a step
            ...

Decided: a batch follows from (seed, step, place) alone, so a run goes on at any step, with any number of
workers, and no state is kept. One work item is one micro-batch of one rank. Without workers, one thread of
this process loads ahead. A picture that cannot be read is black, marked, counted, and stops nothing.
Not here: labels (`training.labelled`), the copy to the device (the loop).
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from functools import partial
from itertools import islice, tee
from types import TracebackType

import numpy as np

from saccade.errors import InputError
from saccade.fingerprints.prefetch import ordered_map
from saccade.training.batch import Batch, Ints, Sampler
from saccade.training.data.assemble import Assembler, Augments, Item, Made
from saccade.training.data.crew import Crew
from saccade.training.data.pictures import PictureSource

_NAMED = 100  # unreadable pictures that are told by name


def places_of(size: int, rank: int, world: int, micro: int, accumulate: int) -> Ints:
    """int64: which places of a step of `size` pictures micro-step `micro` of `rank` computes."""
    return np.arange(micro * world + rank, size, accumulate * world)


class Loader:
    """Batches of this rank.

    Args:
        pictures: what the sampler's rows are numbers of.
        sampler: a draw for each step; asked in this process.
        augment: makes pixels of a picture.
        workers: processes that load; 0 loads in this one.
        seed: of all augmentation.
        prefetch: micro-batches that each worker holds ready; with 0 workers, how many this process does.
        rank, world: of the processes that train together.
        accumulate: micro-batches that a step is cut into.

    Attributes:
        waited: seconds that the consumer waited for batches.
        unreadable: places that were left black. skipped: image id → reason of the first hundred pictures.
    """

    def __init__(
        self,
        pictures: PictureSource,
        sampler: Sampler,
        augment: Augments,
        *,
        workers: int = 2,
        seed: int = 0,
        prefetch: int = 2,
        rank: int = 0,
        world: int = 1,
        accumulate: int = 1,
    ) -> None:
        _at_least("--workers", workers, 0)
        _at_least("seed", seed, 0)
        for name, value in (("prefetch", prefetch), ("world", world), ("accumulate", accumulate)):
            _at_least(name, value, 1)
        if not 0 <= rank < world:
            raise InputError(f"expected a rank in 0..{world - 1}, found {rank}")
        self.pictures, self.sampler, self.augment = pictures, sampler, augment
        self.rank, self.world, self.accumulate, self.prefetch = rank, world, accumulate, prefetch
        self.waited, self.unreadable, self.skipped = 0.0, 0, dict[str, str]()
        self._assemble = Assembler(pictures, augment, seed, shared=workers > 0)
        self._crew = Crew(self._assemble, workers, prefetch) if workers else None

    def batches(self, start: int, stop: int) -> Iterator[list[Batch]]:
        """The `accumulate` batches of each step from `start` to before `stop`.

        Raises `WorkerError` when a worker dies, `StorageError` when a store fails.
        """
        items, asked = tee(self._items(start, stop))
        made = self._made(asked)
        try:
            while parts := list(islice(items, self.accumulate)):
                yield [self._batch(item, self._next(made)) for item in parts]
        finally:
            made.close()

    def close(self) -> None:
        """End the workers; `batches` may be asked again and starts new ones."""
        if self._crew is not None:
            self._crew.close()

    def __enter__(self) -> Loader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _items(self, start: int, stop: int) -> Iterator[Item]:
        for step in range(start, stop):
            rows = self.sampler.at(step).rows
            share = partial(places_of, len(rows), self.rank, self.world, accumulate=self.accumulate)
            yield from (Item(step, share(micro=micro), rows) for micro in range(self.accumulate))

    def _made(self, items: Iterator[Item]) -> Generator[Made]:
        if self._crew is not None:
            yield from self._crew.map(items)
        else:
            yield from ordered_map(self._assemble, items, 1, self.prefetch + 1)

    def _next(self, made: Iterator[Made]) -> Made:
        start = time.perf_counter()
        try:
            return next(made)
        finally:
            self.waited += time.perf_counter() - start

    def _batch(self, item: Item, made: Made) -> Batch:
        good = np.ones(len(item.places), bool)
        rows = item.rows[item.places]
        for slot, reason in made.bad.items():
            good[slot] = False
            self._skip(self.pictures.ids[int(rows[slot])], reason)
        return Batch(item.step, rows, item.places, made.pixels, good)

    def _skip(self, image: object, reason: str) -> None:
        self.unreadable += 1
        if len(self.skipped) < _NAMED:
            self.skipped.setdefault(str(image), reason)


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise InputError(f"expected {name} of {least} or more, found {value}")
