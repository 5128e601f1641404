"""What a search returns: results in order, where they came from, and where the time went."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from saccade.vision.boxes import Box


@dataclass(frozen=True)
class Part:
    """A part of a picture that shows one thing.

    `category` and `score` (0..1) are a detector's, or a person's, whose boxes have no score. `object_id` is
    None for what is not in the table `objects`.
    """

    box: Box
    object_id: str | None = None
    category: str | None = None
    score: float | None = None

    @property
    def x(self) -> float:
        """Centre from the left, 0..1: where a dot goes."""
        return self.box.x + self.box.width / 2

    @property
    def y(self) -> float:
        """Centre from the top, 0..1."""
        return self.box.y + self.box.height / 2


@dataclass(frozen=True)
class Why:
    """Why a result is there.

    `source` says what was compared with what; `score` is that source's own (a cosine). `agreement` (0..1) is
    how well its metadata agree with the query's, None where nothing was compared; `agreed` names what does.
    `part` is what matched in the result's picture, where that is not the whole of it.
    """

    source: str
    score: float
    agreement: float | None = None
    agreed: tuple[str, ...] = ()
    part: Part | None = None

    @property
    def text(self) -> str:
        """One sentence for a person."""
        same = f"; agrees in {', '.join(self.agreed)}" if self.agreed else ""
        return f"looks alike ({self.source}, {self.score:.2f}){same}"


@dataclass(frozen=True)
class Result:
    """One found item, or one found picture when nothing was grouped.

    `score` is the cosine in -1..1 for a visual query and BM25 (from 0 upwards) for words. `image_id` is
    the picture that matched, `width` and `height` its size in pixels. `item_id` is None for a picture that
    belongs to no item. `folded` counts near-duplicates that it stands for; `why` is there in answers of the
    products that are built on searches.
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
    folded: int = 0
    why: Why | None = None


class Timed:
    """An answer that says how long each of its steps took."""

    seconds: Mapping[str, float]

    @property
    def took_ms(self) -> float:
        """All steps together, in milliseconds."""
        return 1000 * sum(self.seconds.values())


@dataclass(frozen=True)
class Answer(Timed):
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
