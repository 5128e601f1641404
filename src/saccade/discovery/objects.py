"""Object search: from a thing to the whole scenes that contain it, each with the boxes that matched.

    ObjectSearch(Engine(ws, "objects")).search(ObjectQuery(object_id="…"))

After Zhai et al. 2017: objects are indexed, not whole pictures; the query's object is matched with them, and
the pictures that contain the best are the answer. A scene is as near as its nearest object. Scenes whose
whole look is quite another than the query's are found that way, which a search by whole pictures misses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Part, Stopwatch, Timed, Why
from saccade.discovery.engine import Engine
from saccade.discovery.flashlight_dots import DOTS, around, checked_tap, tapped
from saccade.discovery.items import ItemRow
from saccade.discovery.looks import Looks, TableLooks
from saccade.discovery.looks_columns import Placed
from saccade.discovery.looks_picture import Asked, Picture, owners_of
from saccade.discovery.query import MAX_K
from saccade.discovery.shop_names import ANYTHING
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import All, Equals, Filter, Range
from saccade.index.protocol import Hit
from saccade.vision.boxes import Box

OBJECTS = "objects"  # name of the index, unless the user chose another
FIRST, FURTHER = 3, 4  # times k: objects asked for at first, and each time again
_MOST = 8192  # objects that one query looks at


@dataclass(frozen=True)
class ObjectQuery:
    """A thing: an object of the catalogue, or a picture with the thing's `box`, a `tap` on it, or all of it.

    `k` scenes; of things that are a `category` (`None`: that of the query's thing, where it has one; "": any)
    and have at least `score`, in pictures that `filter` keeps.
    `fold` shows near-duplicate scenes once. `exact` compares with every object. Raises `InputError`.
    """

    object_id: str | None = None
    asked: Asked | None = None
    box: Box | None = None
    tap: tuple[float, float] | None = None
    k: int = 20
    category: str | None = None
    filter: Filter | None = None
    score: float = 0.0
    fold: bool = True
    exact: bool = False

    def __post_init__(self) -> None:
        if (self.object_id is None) == (self.asked is None):
            raise InputError("expected an object_id or a picture, one of the two")
        if (self.object_id is not None or self.tap is not None) and self.box is not None:
            raise InputError("expected an object_id, a box or a tap, found two of them")
        if self.tap is not None:
            checked_tap(self.tap)
        if not 1 <= self.k <= MAX_K:
            raise InputError(f"k is 1 to {MAX_K}, found {self.k}")


@dataclass(frozen=True)
class Match:
    """A part of a scene that looks like the query; `score` is their cosine."""

    part: Part
    score: float


@dataclass(frozen=True)
class Scene:
    """A picture that contains the thing: its matches, best first, and the items that show it.

    `score` is that of the best match; `folded` counts near-duplicates that the scene stands for.
    """

    rank: int
    score: float
    image_id: str
    width: int | None
    height: int | None
    items: tuple[ItemRow, ...]
    matches: tuple[Match, ...]
    why: Why
    folded: int = 0


@dataclass(frozen=True)
class ObjectAnswer(Timed):
    """Scenes, best first; `part` is what was searched with, None for a whole picture."""

    scenes: tuple[Scene, ...]
    part: Part | None
    notes: tuple[str, ...]
    model_id: str
    index_version: int
    image_id: str
    seconds: Mapping[str, float]


class _Thing(NamedTuple):
    """What is searched for: a vector, and where it was seen."""

    vector: NDArray[np.float32]
    part: Part | None
    image_id: str
    known: bool


class _Found(NamedTuple):
    """Matches by scene, in order of the best one; how many copies it stands for; how many were looked at."""

    scenes: dict[str, list[Match]]
    copies: dict[str, int]
    asked: int


class ObjectSearch:
    """Answers over an engine on the index of objects.

    whole: an engine over the index of pictures of the same model, for the stored vectors of whole pictures.
    """

    def __init__(self, objects: Engine, looks: Looks | None = None, whole: Engine | None = None) -> None:
        self.objects, self.looks = objects, looks or TableLooks(objects.ws)
        self.whole = whole if whole and whole.info.model_id == objects.info.model_id else None

    def search(self, query: ObjectQuery) -> ObjectAnswer:
        """The scenes with the nearest objects. Raises `NotFoundError` for what is not there."""
        watch = Stopwatch()
        thing = self._thing(query, watch)
        if query.category is None:
            query = replace(query, category=self._category(thing))
        with watch.step("search"):
            found = self._found(thing, query)
        with watch.step("hydrate"):
            scenes = self._scenes(found, query)
        notes = () if scenes else (self._nothing(query, found.asked),)
        info = self.objects.info
        return ObjectAnswer(
            scenes, thing.part, notes, info.model_id, info.version, thing.image_id, watch.seconds
        )

    # -- what is searched for --------------------------------------------------------------------

    def _thing(self, query: ObjectQuery, watch: Stopwatch) -> _Thing:
        if query.asked is None:
            return self._stored(query.object_id or "", watch)
        picture = Picture(self.whole or self.objects, query.asked, watch)
        if query.tap is not None:
            return self._under(picture, query.tap)
        if query.box is None and picture.known and self.whole is None:
            vector = self.objects.embedded([picture.rgb()], watch)[0]
        else:
            vector = picture.vector(query.box)
        part = None if query.box is None else Part(query.box)
        return _Thing(vector, part, picture.image_id, picture.known)

    def _stored(self, object_id: str, watch: Stopwatch) -> _Thing:
        with watch.step("objects"):
            placed = self.looks.placed([object_id]).get(object_id)
            if placed is None:
                raise NotFoundError(f"there is no object {object_id!r}")
            try:
                vector = self.objects.index.vector([object_id])[0]
            except NotFoundError:
                raise NotFoundError(
                    f"object {object_id} has no vector in the index yet; run `saccade fingerprint` and "
                    "`saccade index` for objects"
                ) from None
        return _Thing(vector, placed.part, placed.image_id, True)

    def _under(self, picture: Picture, tap: tuple[float, float]) -> _Thing:
        """The stored object under a tap, else what is around it."""
        with picture.watch.step("objects"):
            part = tapped(self.looks.parts([picture.image_id])[0], *tap, DOTS)
        if part is not None and part.object_id is not None:
            return self._stored(part.object_id, picture.watch)
        height, width = picture.rgb().shape[:2]
        box = around(*tap, width, height)
        return _Thing(picture.vector(box), Part(box), picture.image_id, picture.known)

    def _category(self, thing: _Thing) -> str:
        """That of the thing, "" where it has none or it means nothing."""
        known = thing.part is not None and thing.part.category not in (None, ANYTHING)
        return (thing.part.category or "") if thing.part is not None and known else ""

    # -- what is found ---------------------------------------------------------------------------

    def _found(self, thing: _Thing, query: ObjectQuery) -> _Found:
        narrowed, wanted = self._filter(query), FIRST * query.k
        while True:
            (hits,) = self.objects.index.search(
                thing.vector[None], wanted, filter=narrowed, exact=query.exact
            )
            placed = self.looks.placed([hit.id for hit in hits])
            found = self._grouped(hits, placed, thing, query.fold)
            if len(found.scenes) >= query.k or len(hits) < wanted or wanted >= _MOST:
                return found
            wanted = min(wanted * FURTHER, _MOST)

    def _filter(self, query: ObjectQuery) -> Filter | None:
        parts: list[Filter] = [] if query.filter is None else [query.filter]
        if query.category and "object" in self.objects.index.fields:
            parts.append(Equals("object", query.category))
        if query.score > 0:
            parts.append(Range("score", at_least=query.score))
        return All(tuple(parts)) if parts else None

    def _grouped(
        self, hits: Sequence[Hit], placed: Mapping[str, Placed], thing: _Thing, fold: bool
    ) -> _Found:
        """Matches by scene; a near-duplicate of a scene that is there already is only counted."""
        here = [(hit, placed[hit.id]) for hit in hits if hit.id in placed]
        here = [(hit, at) for hit, at in here if not (thing.known and at.image_id == thing.image_id)]
        names = list(dict.fromkeys(at.image_id for _, at in here))
        stands = dict(zip(names, self.looks.copies(names) if fold else names, strict=True))
        firsts: dict[str, str] = {}
        scenes: dict[str, list[Match]] = {}
        copies: dict[str, set[str]] = {}
        for hit, at in here:
            first = firsts.setdefault(stands[at.image_id], at.image_id)
            if first == at.image_id:
                scenes.setdefault(first, []).append(Match(at.part, hit.score))
            else:
                copies.setdefault(first, set()).add(at.image_id)
        return _Found(scenes, {name: len(some) for name, some in copies.items()}, len(hits))

    def _scenes(self, found: _Found, query: ObjectQuery) -> tuple[Scene, ...]:
        shelf, names = self.objects.shelf, list(found.scenes)[: query.k]
        sizes = shelf.sizes(names)
        owners = owners_of(self.objects, names) if names else {}
        rows = shelf.rows({item for items in owners.values() for item in items})
        return tuple(
            Scene(
                rank, matches[0].score, name, *sizes.get(name, (None, None)),
                tuple(rows[item] for item in owners[name] if item in rows), tuple(matches),
                Why("object", matches[0].score, None, _same(matches[0].part, query), matches[0].part),
                found.copies.get(name, 0),
            )
            for rank, (name, matches) in enumerate(((name, found.scenes[name]) for name in names), start=1)
        )  # fmt: skip

    def _nothing(self, query: ObjectQuery, asked: int) -> str:
        if asked:
            return "no other picture contains such a thing"
        if query.category:
            return f"no object in the index is a {query.category}"
        return "the index holds no object that meets the conditions"


def _same(part: Part, query: ObjectQuery) -> tuple[str, ...]:
    return ("category",) if part.category is not None and part.category == query.category else ()
