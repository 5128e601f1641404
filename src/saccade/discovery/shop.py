"""Shop the look: the things in a scene, each with the very product where it is for sale, and look-alikes.

    ShopTheLook(engine, detector=detector).search(ShopQuery(Asked(image_id="…")))

Decided (after Similar Looks and Shop the Look; the rules are ours):
- The things are those that get a dot (`flashlight_dots`), the eight best. Their vectors are the stored ones,
  or those of their crops, embedded in one batch; the index is asked once for all of them.
- Products are items whose picture that matched is a seller's (`role`), where the index knows roles.
- A detector's category narrows a thing's products to the catalogue's categories of that name (`shop_names`);
  where there is none, or the detector is not sure, all count.
- The best product is `exact` when its cosine is at least `exact_score` and it leads the next product by
  `exact_margin`. The defaults were right nine times in ten on scenes of the marketplace with its hand-made
  model; cosines of another model need others.
- Near-duplicates are folded, and a product is shown once, with the thing that it looks most like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Part, Result, Stopwatch, Timed, Why
from saccade.discovery.engine import Engine, Prepared, Row, to_result
from saccade.discovery.flashlight import Objects, stored_vectors
from saccade.discovery.flashlight_dots import DOTS, DotRule
from saccade.discovery.looks import Looks, TableLooks
from saccade.discovery.looks_picture import Asked, Picture
from saccade.discovery.query import Query
from saccade.discovery.shop_names import ANYTHING, categories_of, within
from saccade.errors import InputError
from saccade.index.filters import All, Equals, Filter
from saccade.vision.boxes import Box, crop, with_margin

if TYPE_CHECKING:
    from saccade.detection.detector import Detector

EXACT_SCORE, EXACT_MARGIN = 0.7, 0.05
MOST_THINGS = 24
DEPTH = 5  # times k: products that are looked at for each thing
_LEAST_DEPTH = 40
_WHOLE = Part(Box(0.0, 0.0, 1.0, 1.0))


@dataclass(frozen=True)
class ShopQuery:
    """A scene: at most `objects` things of it, each with at most `k` look-alikes that `filter` keeps.

    categories: narrow by the things' categories. role: of the pictures that products are known by, None for
    any. repeat: a product may be shown with several things. Raises `InputError`.
    """

    asked: Asked
    k: int = 8
    objects: int = 8
    categories: bool = True
    filter: Filter | None = None
    role: str | None = "seller"
    repeat: bool = False
    exact_score: float = EXACT_SCORE
    exact_margin: float = EXACT_MARGIN

    def __post_init__(self) -> None:
        if not 1 <= self.k <= 100:
            raise InputError(f"k is 1 to 100 for each thing, found {self.k}")
        if not 1 <= self.objects <= MOST_THINGS:
            raise InputError(f"expected 1 to {MOST_THINGS} things, found {self.objects}")


@dataclass(frozen=True)
class ShopGroup:
    """A thing of the scene with its products.

    `exact` is the very product, None where none is certain enough; `results` are look-alikes, best first,
    without it. `same_category`: whether they were narrowed by the thing's category. `note`: why not, or "".
    """

    part: Part
    exact: Result | None
    results: tuple[Result, ...]
    same_category: bool
    note: str


@dataclass(frozen=True)
class ShopAnswer(Timed):
    """Things in order of their detector's scores."""

    groups: tuple[ShopGroup, ...]
    notes: tuple[str, ...]
    model_id: str
    index_version: int
    image_id: str
    seconds: Mapping[str, float]


class _Candidates(NamedTuple):
    """Products of one thing, best first; what `stands` for each one's copies, and how many were folded."""

    rows: list[Row]
    stands: list[str]
    folded: dict[str, int]
    same_category: bool
    note: str


class ShopTheLook:
    """Answers over an engine; `detector`, `objects` and `rule` as for `Flashlight`."""

    def __init__(
        self, engine: Engine, looks: Looks | None = None, detector: Detector | None = None,
        objects: Engine | None = None, rule: DotRule = DOTS,
    ) -> None:  # fmt: skip
        self.engine, self.looks = engine, looks or TableLooks(engine.ws)
        self.detector, self.objects, self.rule = detector, objects, rule

    def search(self, query: ShopQuery) -> ShopAnswer:
        """The things of a scene and their products. Raises `InputError` for a picture that is no use."""
        watch = Stopwatch()
        picture = Picture(self.engine, query.asked, watch)
        parts, notes = self._things(picture, query)
        vectors = self._vectors(picture, parts)
        named = [categories_of(part, self.looks) if query.categories else () for part in parts]
        lists = self._products(picture, query, vectors, named)
        with watch.step("arrange"):
            some = [
                self._candidates(part, names, rows, picture, query)
                for part, names, rows in zip(parts, named, lists, strict=True)
            ]
            mine = _assigned(some, query.repeat)
            groups = tuple(
                _group(part, one, rows, query) for part, one, rows in zip(parts, some, mine, strict=True)
            )
        info = self.engine.info
        return ShopAnswer(groups, tuple(notes), info.model_id, info.version, picture.image_id, watch.seconds)

    def _things(self, picture: Picture, query: ShopQuery) -> tuple[list[Part], list[str]]:
        found = Objects(picture, self.looks, self.detector, self.rule)
        dots = found.dots()
        if not dots:
            return [_WHOLE], ["no object was found in this picture: products like the whole of it are shown"]
        if len(dots) > query.objects:
            return dots[: query.objects], [
                f"{len(dots)} things were found; the best {query.objects} are shown"
            ]
        return dots, []

    def _vectors(self, picture: Picture, parts: Sequence[Part]) -> NDArray[np.float32]:
        """One for each part: stored, or of its crop, in one batch."""
        with picture.watch.step("objects"):
            found = stored_vectors(self.engine, self.objects, parts)
        missing = [place for place, vector in enumerate(found) if vector is None]
        if missing:
            rgb = picture.rgb()
            made = self.engine.embedded(
                [crop(rgb, with_margin(parts[place].box)) for place in missing], picture.watch
            )
            for place, vector in zip(missing, made, strict=True):
                found[place] = vector
        return np.stack([vector for vector in found if vector is not None])

    def _products(
        self,
        picture: Picture,
        query: ShopQuery,
        vectors: NDArray[np.float32],
        named: Sequence[tuple[str, ...]],
    ) -> list[list[Row]]:
        """The items nearest to each vector and of its categories; those that ask alike in one index call."""
        filter, wanted = self._filter(query), max(DEPTH * query.k, _LEAST_DEPTH)
        fields = self.engine.index.fields
        asked = [
            Prepared(
                Query(vector=vector, filter=within(names, filter, fields), k=wanted), Stopwatch(), vector
            )
            for vector, names in zip(vectors, named, strict=True)
        ]
        found = self.engine.neighbours(asked)
        for step, seconds in asked[0].watch.seconds.items():  # all of them were searched for together
            picture.watch.add(step, seconds)
        return found

    def _filter(self, query: ShopQuery) -> Filter | None:
        if query.role is None or "role" not in self.engine.index.fields:
            return query.filter
        role = Equals("role", query.role)
        return role if query.filter is None else All((role, query.filter))

    def _candidates(
        self, part: Part, names: tuple[str, ...], rows: Sequence[Row], picture: Picture, query: ShopQuery
    ) -> _Candidates:
        """Products of one thing: not the scene itself, near-duplicates folded."""
        kept = [row for row in rows if row.item is not None and row.image_id != picture.image_id]
        unknown = query.categories and part.category not in (None, ANYTHING) and not names
        note = f"the catalogue has no category called {part.category}: all are shown" if unknown else ""
        return self._folded(kept, bool(names), note)

    def _folded(self, rows: Sequence[Row], same: bool, note: str) -> _Candidates:
        stands = self.looks.copies([row.image_id or "" for row in rows]) if rows else []
        firsts: dict[str, Row] = {}
        folded: dict[str, int] = {}
        for row, group in zip(rows, stands, strict=True):
            first = firsts.setdefault(group, row)
            if first is not row:
                folded[item_of(first)] = folded.get(item_of(first), 0) + 1
        return _Candidates(list(firsts.values()), list(firsts), folded, same, note)


def item_of(row: Row) -> str:
    """The product of a row that has one."""
    assert row.item is not None
    return row.item.item_id


def _assigned(some: Sequence[_Candidates], repeat: bool) -> list[list[Row]]:
    """The products of each thing: one that looks like several goes, with its copies, to the most alike."""
    if repeat:
        return [one.rows for one in some]
    best: dict[tuple[str, str], tuple[float, int]] = {}
    for place, one in enumerate(some):
        for row, stands in zip(one.rows, one.stands, strict=True):
            for name in (("item", item_of(row)), ("copies", stands)):
                if row.score > best.get(name, (-2.0, 0))[0]:
                    best[name] = row.score, place
    return [
        [
            row
            for row, stands in zip(one.rows, one.stands, strict=True)
            if best["item", item_of(row)][1] == place == best["copies", stands][1]
        ]
        for place, one in enumerate(some)
    ]


def _group(part: Part, all_: _Candidates, mine: Sequence[Row], query: ShopQuery) -> ShopGroup:
    """The best product is the very one only if it is the best of all that were found for this thing."""
    first = mine[0] if mine and mine[0] is all_.rows[0] else None
    exact = first is not None and _certain(all_.rows, query)
    shown = [_product(rank, row, part, all_) for rank, row in enumerate(mine[: query.k + exact], start=1)]
    alike = tuple(shown[1:] if exact else shown[: query.k])
    note = all_.note or ("" if shown else "no product looks like it")
    return ShopGroup(part, shown[0] if exact else None, alike, all_.same_category, note)


def _certain(rows: Sequence[Row], query: ShopQuery) -> bool:
    second = rows[1].score if len(rows) > 1 else -1.0
    return rows[0].score >= query.exact_score and rows[0].score - second >= query.exact_margin


def _product(rank: int, row: Row, part: Part, of: _Candidates) -> Result:
    why = Why("object", row.score, None, ("category",) if of.same_category else ())
    return to_result(rank, row, of.folded.get(item_of(row), 0), why)
