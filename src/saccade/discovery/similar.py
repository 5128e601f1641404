"""Similar: what looks like an item or a picture, folded, narrowed, agreeing and varied as one likes.

    Similar(engine).search(SimilarQuery(Asked(item_id="lamp-1"), arrange=Arrange(agreement=0.5)))

The query itself is never among its results, nor are its near-duplicates unless `Arrange.copies` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Stopwatch, Timed
from saccade.discovery.arrange import Arrange, Arranged, Arranger
from saccade.discovery.arrange_pool import Pool
from saccade.discovery.engine import Engine, Prepared
from saccade.discovery.looks import Looks, TableLooks
from saccade.discovery.looks_picture import Asked, Picture
from saccade.discovery.query import MAX_K, Query
from saccade.errors import InputError
from saccade.index.filters import Filter
from saccade.vision.boxes import Box


@dataclass(frozen=True)
class SimilarQuery:
    """What looks like `asked`, or like the part of it in `box`: `k` items that `filter` keeps.

    `exact` compares with every vector. Raises `InputError` for a k that is not 1 to 1,000.
    """

    asked: Asked
    box: Box | None = None
    k: int = 20
    filter: Filter | None = None
    exact: bool = False
    arrange: Arrange = field(default_factory=Arrange)

    def __post_init__(self) -> None:
        if not 1 <= self.k <= MAX_K:
            raise InputError(f"k is 1 to {MAX_K}, found {self.k}")


@dataclass(frozen=True)
class SimilarAnswer(Arranged, Timed):
    """What was arranged, and where it comes from. `seconds`: of each step."""

    model_id: str
    index_version: int
    image_id: str
    seconds: Mapping[str, float]

    @property
    def cost(self) -> float:
        """Mean score that was given up for diversity."""
        return 0.0 if self.effect is None else self.effect.cost


class Similar:
    """Answers over an engine; `looks` says what is known of pictures, read from the tables by default."""

    def __init__(self, engine: Engine, looks: Looks | None = None) -> None:
        self.engine, self.looks = engine, looks or TableLooks(engine.ws)

    def search(self, query: SimilarQuery) -> SimilarAnswer:
        """The answer to one query.

        Raises `NotFoundError` for an item or picture that is not there, `InputError` for one that cannot be
        used, a filter on an unknown field or an unknown task.
        """
        watch = Stopwatch()
        picture = Picture(self.engine, query.asked, watch)
        vector, source = picture.vector(query.box), "picture" if query.box is None else "crop"
        made = alike(self.engine, self.looks, picture, vector, query, source)
        info = self.engine.info
        return SimilarAnswer(
            **vars(made), model_id=info.model_id, index_version=info.version,
            image_id=picture.image_id, seconds=watch.seconds,
        )  # fmt: skip


def alike(
    engine: Engine, looks: Looks, picture: Picture, vector: NDArray[np.float32], query: SimilarQuery,
    source: str,
) -> Arranged:  # fmt: skip
    """The items nearest to a vector of a picture, arranged."""
    depth = query.arrange.depth(query.k)
    plain = Query(vector=vector, filter=query.filter, k=depth, exact=query.exact)
    (rows,) = engine.neighbours([Prepared(plain, picture.watch, vector, own=picture.own)])
    return Arranger(engine, picture, Pool(rows, looks), query.arrange, source).run(query.k)
