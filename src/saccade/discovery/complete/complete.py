"""What goes with it: items of other categories, grouped by category, the best first.

Decided: a bilinear form is a search. For each other category, what was asked becomes one vector whose inner
product orders that category's items, so the index answers with its own filters and nothing is scored twice.
Several items (or a half-furnished room) ask with the mean of theirs. Which categories come, and in which
order, is the prior's to say; the category of what was asked never comes. A picture takes the category that
its nearest items have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Result, Stopwatch, Timed
from saccade.discovery.complete.model import Compatibility
from saccade.discovery.engine import Engine
from saccade.discovery.items import ItemRow
from saccade.discovery.owners import Size
from saccade.discovery.query import MAX_K, Query
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import All, Equals, Filter
from saccade.index.groups import search_groups
from saccade.vision.boxes import Box

_VOTERS = 15
_MOST_ITEMS = 50
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class CompleteQuery:
    """What is there already: exactly one of `item_id`, `items` (1 to 50) and `image` (bytes of a picture
    file).

    box: the part that is meant, of an item's picture or of the image. category: of what the image shows,
    where it is known. k: results a group; categories: groups, at most. Raises `InputError`.
    """

    item_id: str | None = None
    items: tuple[str, ...] = ()
    image: bytes | None = None
    box: Box | None = None
    category: str | None = None
    filter: Filter | None = None
    k: int = 12
    categories: int = 6

    def __post_init__(self) -> None:
        given = [name for name in ("item_id", "items", "image") if getattr(self, name)]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise InputError(f"expected exactly one of item_id, items and image, found {found}")
        if self.box is not None and self.items:
            raise InputError("a box belongs to one picture; several items have several")
        if len(self.items) > _MOST_ITEMS:
            raise InputError(f"expected at most {_MOST_ITEMS} items, found {len(self.items)}")
        if not 1 <= self.k <= MAX_K or not 1 <= self.categories <= 100:
            raise InputError(f"k is 1 to {MAX_K}, categories 1 to 100, found {self.k} and {self.categories}")


@dataclass(frozen=True)
class CompleteResult:
    """An item that goes with it. result.score: 0..1, compatibility; together: looks that hold both items."""

    result: Result
    together: int
    why: str


@dataclass(frozen=True)
class CompleteGroup:
    """Items of one category. lift: times as often together as by chance; looks: that hold both categories."""

    category: str
    lift: float
    looks: int
    results: tuple[CompleteResult, ...]


@dataclass(frozen=True)
class CompleteAnswer(Timed):
    """Groups, the category that goes best first. category: of what was asked; notes: sentences for a
    person.
    """

    category: str | None
    groups: tuple[CompleteGroup, ...]
    notes: tuple[str, ...]
    model_id: str
    index_version: int
    label: str
    seconds: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class _Asked:
    """vectors [n, D] of what is there, their categories and items, and the looks that hold one of them."""

    vectors: Floats
    kinds: tuple[str | None, ...]
    items: tuple[str, ...]
    looks: frozenset[int]


class Complete:
    """Answers over an engine's index. known: a model of the same embedding. One serves many threads."""

    def __init__(self, engine: Engine, known: Compatibility, label: str = "main") -> None:
        if known.model_id != engine.info.model_id:
            raise InputError(
                f"what goes together was learned with {known.model_id}, the index is of "
                f"{engine.info.model_id}: run FitComplete with the model of the index"
            )
        self.engine, self.known, self.label = engine, known, label

    @staticmethod
    def open(engine: Engine, label: str = "main") -> Complete:
        """With what the workspace learned; `NotFoundError` where it did not."""
        return Complete(engine, Compatibility.load(engine.ws, label), label)

    def ask(self, query: CompleteQuery) -> CompleteAnswer:
        """What goes with it. Raises `NotFoundError` for unknown items, `InputError` for unusable pictures."""
        watch = Stopwatch()
        asked = self._asked(query, watch)
        own = set(asked.kinds)
        with watch.step("search"):
            chosen = self._categories(asked, query.categories)
            found = [self._search(asked, query, other) for other, _, _ in chosen]
        with watch.step("hydrate"):
            groups = self._groups(chosen, found, asked, query.k)
        notes = [] if groups else ["Nothing of another category was found."]
        if own <= {None} or all(self.known.place(kind) < 0 for kind in own):
            notes.append("No board or scene shows this category; what looks alike was taken to go together.")
        kinds = [kind for kind in asked.kinds if kind]
        category = Counter(kinds).most_common(1)[0][0] if kinds else None
        info = self.engine.info
        return CompleteAnswer(
            category, groups, tuple(notes), info.model_id, info.version, self.label, watch.seconds
        )

    def _asked(self, query: CompleteQuery, watch: Stopwatch) -> _Asked:
        names = (query.item_id,) if query.item_id is not None else query.items
        if query.image is not None or query.box is not None:
            one = Query(item_id=query.item_id, image=query.image, box=query.box)
            prepared = self.engine.prepare(one)
            for step, seconds in prepared.watch.seconds.items():
                watch.add(step, seconds)
            assert prepared.vector is not None
            kind = query.category or self._kind(names[0] if names else None, prepared.vector)
            return _Asked(prepared.vector[None], (kind,), tuple(names), self._looks(names))
        with watch.step("search"):
            rows = self.engine.shelf.rows(names)
            pictures = [_picture(rows, name) for name in names]
            vectors = self.engine.index.vector(pictures)
        kinds = tuple(rows[name].category for name in names)
        return _Asked(vectors, kinds, tuple(names), self._looks(names))

    def _kind(self, item_id: str | None, vector: Floats) -> str | None:
        """The category of an item, or what the items nearest to a picture mostly are."""
        shelf = self.engine.shelf
        if item_id is not None:
            return shelf.rows([item_id])[item_id].category
        groups = search_groups(self.engine.index, vector[None], _VOTERS, shelf.owners, first=shelf.first)[0]
        rows = shelf.rows([item for item, _ in groups])
        kinds = Counter(kind for row in rows.values() if (kind := row.category))
        return kinds.most_common(1)[0][0] if kinds else None

    def _looks(self, items: Sequence[str]) -> frozenset[int]:
        return frozenset[int]().union(*(self.known.looks_of(item) for item in items))

    def _categories(self, asked: _Asked, most: int) -> list[tuple[str, float, int]]:
        """Other categories with their lift (the mean over what is there) and looks, the best first."""
        rows: list[tuple[str, float, int]] = []
        for other in self.known.categories:
            if other not in asked.kinds:
                pairs = [self.known.lift(kind, other) for kind in asked.kinds]
                lift = float(np.exp(np.mean([np.log(lift) for lift, _ in pairs])))
                rows.append((other, lift, min(looks for _, looks in pairs)))
        return sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))[:most]

    def _search(self, asked: _Asked, query: CompleteQuery, other: str) -> list[tuple[str, str, float]]:
        """(item, picture, score) of a category, best first."""
        form, place = self.known.form, self.known.place(other)
        kinds = np.array([self.known.place(kind) for kind in asked.kinds], np.int64)
        vector, offset = form.asked(form.projected(asked.vectors, kinds).mean(0), place)
        length = float(np.linalg.norm(vector))
        if not length:
            return []
        same = Equals("category", other)
        filter = same if query.filter is None else All((same, query.filter))
        groups = search_groups(
            self.engine.index, (vector / length)[None], query.k + len(asked.items), self.engine.shelf.owners,
            filter=filter, first=self.engine.shelf.first,
        )[0]  # fmt: skip
        return [
            (item, hit.id, float(hit.score) * length - offset)
            for item, hit in groups
            if item not in asked.items
        ]

    def _groups(
        self, chosen: Sequence[tuple[str, float, int]], found: Sequence[Sequence[tuple[str, str, float]]],
        asked: _Asked, k: int,
    ) -> tuple[CompleteGroup, ...]:  # fmt: skip
        shelf = self.engine.shelf
        rows = shelf.rows({item for hits in found for item, _, _ in hits})
        sizes = shelf.sizes({picture for hits in found for _, picture, _ in hits})
        made: list[CompleteGroup] = []
        for (other, lift, looks), hits in zip(chosen, found, strict=True):
            # a picture of several items may bring items of other categories
            there = [hit for hit in hits if hit[0] in rows and rows[hit[0]].category == other][:k]
            results = tuple(
                self._result(rank, hit, rows[hit[0]], sizes, asked, (lift, looks))
                for rank, hit in enumerate(there, start=1)
            )
            made += [CompleteGroup(other, lift, looks, results)] if results else []
        return tuple(made)

    def _result(
        self, rank: int, hit: tuple[str, str, float], row: ItemRow, sizes: Mapping[str, Size], asked: _Asked,
        pair: tuple[float, int],
    ) -> CompleteResult:  # fmt: skip
        item, picture, score = hit
        chance = float(1 / (1 + np.exp(-np.clip(score, -30, 30))))
        together = len(self.known.looks_of(item) & asked.looks)
        result = Result(
            rank, chance, picture, item, row.title, row.category, row.price, row.url, row.attributes,
            *sizes.get(picture, (None, None)),
        )  # fmt: skip
        return CompleteResult(result, together, _why(row.category or "", asked, pair, together))


def _picture(rows: Mapping[str, ItemRow], item_id: str) -> str:
    row = rows.get(item_id)
    if row is None or row.image_id is None:
        raise NotFoundError(f"there is no item {item_id!r} with a picture")
    return row.image_id


def _why(category: str, asked: _Asked, pair: tuple[float, int], together: int) -> str:
    """One sentence: how often the categories go together, and whether these two did."""
    lift, looks = pair
    mine = asked.kinds[0] if len(set(asked.kinds)) == 1 and asked.kinds[0] else "this"
    said = f"{category} and {mine} are together in {looks} looks, {lift:.1f} times as often as by chance"
    return said + (f"; these very items in {together}." if together else ".")
