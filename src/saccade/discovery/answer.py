"""What a search returns: results in order, where they came from, and where the time went."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One found item, or one found picture when nothing was grouped.

    `score` is the cosine in -1..1 for a visual query and BM25 (from 0 upwards) for words. `image_id` is
    the picture that matched, `width` and `height` its size in pixels. `item_id` is None for a picture that
    belongs to no item.
    """

    rank: int
    score: float
    image_id: str | None
    item_id: str | None
    title: str | None
    category: str | None
    price: float | None
    url: str | None
    attributes: Mapping[str, str]
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Answer:
    """The results of one query, best first.

    `seconds` maps each step (fetch, decode, embed, search, hydrate) to its time. `source` says which way
    the candidates came: `visual` or `titles`. `image_id` is that of the query's picture where it has one.
    """

    results: tuple[Result, ...]
    source: str
    model_id: str | None
    index_version: int | None
    image_id: str | None
    seconds: Mapping[str, float]

    @property
    def took_ms(self) -> float:
        """All steps together, in milliseconds."""
        return 1000 * sum(self.seconds.values())


class Stopwatch:
    """Times the steps of one search."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time inside to `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - start)

    def add(self, name: str, seconds: float) -> None:
        """Add time that was measured elsewhere."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
