"""Computes the features that a list of pictures lacks, block by block.

    features = Features(folder, origin_of(runner, views))
    report = extend(features, views, runner, count=4)

Decided:
- Work is what is missing, picture by picture: new pictures, more views of old ones, and pictures that could
  not be read before. Nothing missing opens no picture.
- Threads read, decode and augment; the runner computes in full batches that cross pictures, views and blocks;
  a block is stored when its last vector is there. Memory is bounded by the blocks in the air (one or two).
- A view of a picture depends on the seed, the view and the picture's id, so an interrupted run, another
  order or another number of threads gives the same features.
- A picture whose view 0 cannot be read or has no finite length has no features; a later view that fails
  repeats view 0.
Not here: where pictures come from (`Views` is a protocol) and which runner is fast (`trunk.py`).
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from saccade.errors import InputError
from saccade.fingerprints.prefetch import ordered_map
from saccade.fingerprints.runners.base import Runner
from saccade.progress import SILENT, Progress
from saccade.training.features.blocks import Work
from saccade.training.features.store import Features, Origin, check_views
from saccade.training.features.views import Views

BLOCK = 1024  # pictures that are stored in one step


def origin_of(runner: Runner, views: Views) -> Origin:
    """What the features of these pictures by this runner are of."""
    return Origin(runner.model_id, runner.dim, runner.preprocess.size, views.augmentation, views.seed)


@dataclass(frozen=True)
class Report:
    """What `extend` did: pictures it looked at, those without features, vectors computed, wall seconds."""

    pictures: int
    failed: int
    vectors: int
    seconds: float
    runner: str

    @property
    def images_per_second(self) -> float:
        """Vectors (pictures x views) a second, from files to disk."""
        return self.vectors / self.seconds if self.vectors else 0.0


def extend(
    features: Features,
    views: Views,
    runner: Runner,
    count: int = 1,
    *,
    block: int = BLOCK,
    threads: int | None = None,
    progress: Progress = SILENT,
) -> Report:
    """Compute what is missing so that every readable picture has `count` views; can be killed and run again.

    Of several processes that ask at once, one computes and the others wait for it.

    Args:
        features: where they are kept; looks at the disk again when this returns.
        views: the pictures.
        runner: of the trunk or teacher; InputError when it is not the one of `features`.
        count: views a picture, 1 or more; 1 is the evaluation's geometry alone.
        block: pictures stored in one step, and lost at most when killed.
        threads: that read and augment; None is one a core.
        progress: a bar of pictures.

    Returns:
        A `Report`. StorageError when the disk is full.
    """
    check_views(count)
    if origin_of(runner, views) != features.origin:
        raise InputError(f"expected features of {features.origin}, found {origin_of(runner, views)}")
    start, work = time.perf_counter(), Work(features, views, count, block)
    if work.pictures:
        with features.alone():
            work = Work(features, views, count, block)
            _run(work, runner, threads or os.cpu_count() or 1, progress)
        features.reload()
    return Report(work.pictures, work.failed, work.vectors, time.perf_counter() - start, runner.name)


def _run(work: Work, runner: Runner, threads: int, progress: Progress) -> None:
    progress.start(f"features of {runner.model_id}", work.pictures)
    try:
        read = ordered_map(work.read, work.tasks(), threads, 2 * threads)
        for tags, vectors in runner.stream(work.batches(read, runner, progress)):
            for (block, slot, view), vector in zip(tags, vectors, strict=False):  # the last batch is padded
                block.put(slot, view, vector)
            work.settle(progress)
        work.settle(progress)
    finally:
        progress.stop()
