"""Mining from end to end, where the buckets are at hand.

    found = mine(buckets, ("title", "query"), lemmas)

Decided: level by level over all buckets, a bucket a thread; counts of a level are added up and only what
survived is kept. A caller that resumes runs the same functions itself: `count_level` for each bucket (kept
as an Arrow file), `merge_counts`, `survivors` (a table too), until a level is empty, then
`count_constituents` for each bucket (an array, added up), and `admit` at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.mining.admission import Admitted, admit
from saccade.labels.mining.constituents import Joints, count_constituents
from saccade.labels.mining.counting import count_level
from saccade.labels.mining.function_words import Lemmas
from saccade.labels.mining.levels import Level, survivors
from saccade.labels.mining.merging import merge_counts, merge_forms
from saccade.labels.mining.settings import MiningSettings


@dataclass(frozen=True, eq=False)
class Bucket:
    """texts: rows of `TEXTS`; families: int32 [subjects], numbers within the bucket; forms: of `FORMS`."""

    texts: pa.Table
    families: npt.NDArray[np.int32]
    forms: pa.Table


def mine(
    buckets: Sequence[Bucket],
    sources: Sequence[str],
    lemmas: Lemmas,
    settings: MiningSettings | None = None,
    block: Iterable[tuple[str, str]] = (),
    threads: int = 1,
) -> Admitted:
    """The phrases of a corpus, as `admit` returns them.

    sources: every source of texts, in an order of the caller's; lemmas: how the texts were normalised; block:
    (language, key) of what must not be in the vocabulary. The result does not depend on the order of the
    buckets or on `threads`.
    """
    settings = settings or MiningSettings()
    levels = grown(buckets, sources, settings, threads)
    words = levels[0].column("suffix") if levels else np.empty(0, np.uint64)
    forms = merge_forms([bucket.forms for bucket in buckets], words)
    whole = constituents(buckets, levels, threads)
    return admit(levels, forms, sources, lemmas, settings, block, whole)


def constituents(
    buckets: Sequence[Bucket], levels: Sequence[Level], threads: int = 1
) -> npt.NDArray[np.uint32]:
    """uint32 [rows of all levels]: in how many families each n-gram is a constituent."""
    if not levels:
        return np.zeros(0, np.uint32)
    joints = Joints.of(levels)
    total = np.zeros(len(joints.logs), np.uint32)
    with ThreadPoolExecutor(threads) as pool:
        for found in pool.map(lambda one: count_constituents(one.texts, one.families, joints), buckets):
            total += found
    return total


def grown(
    buckets: Sequence[Bucket], sources: Sequence[str], settings: MiningSettings, threads: int = 1
) -> list[Level]:
    """The survivors of 1, 2, … words, up to the longest that has any."""
    levels: list[Level] = []
    with ThreadPoolExecutor(threads) as pool:
        while len(levels) < settings.longest:
            below = levels[-1] if levels else None
            counted = list(pool.map(_counter(sources, below), buckets))
            level = survivors(merge_counts(counted, settings.support), settings, below)
            if not len(level.table):
                break
            levels.append(level)
    return levels


def _counter(sources: Sequence[str], below: Level | None) -> Callable[[Bucket], pa.Table]:
    return lambda bucket: count_level(bucket.texts, bucket.families, sources, below)
