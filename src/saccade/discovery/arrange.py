"""From candidates to results: copies go, disagreement goes, narrowed, folded, in another order, with chips.

The order of the steps, each of which may only take candidates away but the last:
1. the query's own picture, and its near-duplicates unless they are wanted;
2. candidates whose metadata agree too little (`arrange_agreement`);
3. candidates that lack what the results were narrowed by (`narrow`);
4. near-duplicates among the rest: the best scored stays and stands for the others;
5. re-ranking for diversity (MMR) and for groups (`diversity`); weights of zero leave the order alone.
Chips and colours are those of everything that is left after step 4, not only of the k that are shown.

Decided: 200 candidates, 1,000 where something is taken away by steps 2 and 3: our own choice, a compromise
of time and of how deep a narrowed list reaches. A picture that came as a file or an address is not "own": who
photographs a lamp that the catalogue has wants to see that lamp.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Result, Why
from saccade.discovery.arrange_agreement import Agreement, Facts, agreement
from saccade.discovery.arrange_pool import Mask, Pool
from saccade.discovery.chips import Chip, chips
from saccade.discovery.diversity import Effect, effect_of, mmr, spread
from saccade.discovery.engine import Engine, to_result
from saccade.discovery.looks_picture import Picture
from saccade.discovery.narrow import Narrow, Swatch, masks, swatches
from saccade.discovery.query import MAX_K
from saccade.errors import InputError

CANDIDATES, DEEP = 200, MAX_K
MOST_CHIPS = 50


@dataclass(frozen=True)
class Arrange:
    """How results are arranged.

    agreement: least agreement of metadata, 0..1, 0 for any. fold: show near-duplicates once. copies: show
    near-duplicates of the query's own picture. diversity: weight of MMR, 0..1. spread: an attribute,
    `category` or a task whose groups are to be shown in equal shares, as far as `spread_weight` (0..1) goes.
    chips: how many, 0 for none; `language` of their phrases, None for any. palette: whether colours are
    counted. candidates: how many neighbours are arranged, up to 1,000; by default as many as the steps need.
    Raises `InputError`.
    """

    agreement: float = 0.0
    fold: bool = True
    copies: bool = False
    narrow: Narrow = field(default_factory=Narrow)
    diversity: float = 0.0
    spread: str | None = None
    spread_weight: float = 0.5
    chips: int = 10
    language: str | None = None
    palette: bool = True
    candidates: int | None = None

    def __post_init__(self) -> None:
        for name in ("agreement", "diversity", "spread_weight"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is a number in 0..1, found {getattr(self, name)}")
        if not 0 <= self.chips <= MOST_CHIPS:
            raise InputError(f"expected 0 to {MOST_CHIPS} chips, found {self.chips}")
        if self.candidates is not None and not 1 <= self.candidates <= DEEP:
            raise InputError(f"expected 1 to {DEEP} candidates, found {self.candidates}")

    def depth(self, k: int) -> int:
        """How many neighbours to ask for when `k` results are wanted."""
        wanted = DEEP if self.agreement or self.narrow else CANDIDATES
        return min(max(self.candidates or wanted, k), DEEP)


@dataclass(frozen=True)
class Step:
    """One step that takes candidates away: how many there were, how many are left."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Arranged:
    """Results, best first, each with its `why`.

    chips, palette: of everything that was left after narrowing. steps: what was taken away, in order.
    coverage: share of the candidates that agreed enough, 1 without a threshold. effect: what another order
    cost and gained, None where there was none. notes: sentences for a person.
    """

    results: tuple[Result, ...]
    chips: tuple[Chip, ...]
    palette: tuple[Swatch, ...]
    steps: tuple[Step, ...]
    coverage: float
    effect: Effect | None
    notes: tuple[str, ...]


class Arranger:
    """Arranges the candidates of one query.

    `source` says what of the query was compared: `picture`, `crop` or `object`.
    """

    def __init__(self, engine: Engine, picture: Picture, pool: Pool, how: Arrange, source: str) -> None:
        self.engine, self.picture, self.pool, self.how, self.source = engine, picture, pool, how, source
        self.kept: Mask = np.ones(len(pool), np.bool_)
        self.steps = [Step("found", len(pool), len(pool))]
        self.notes: list[str] = []
        self.folded: dict[int, int] = {}
        self.coverage = 1.0
        self._facts: Facts | None = None

    def run(self, k: int) -> Arranged:
        """The first `k` results and the rest of the answer."""
        watch = self.picture.watch
        with watch.step("arrange"):
            self._own()
            self._agreeing()
            self._narrowed()
            if self.how.fold:
                self._fold()
            order, effect = self._ordered(k)
            results = self._results(order)
        with watch.step("chips"):
            how = self.how
            chosen = chips(self.pool, self.kept, how.chips, how.narrow.chips, how.language)
            palette = swatches(self.pool, self.kept) if self.how.palette and len(self.pool) else ()
        return Arranged(results, chosen, palette, tuple(self.steps), self.coverage, effect, tuple(self.notes))

    # -- what is taken away ----------------------------------------------------------------------

    def _keep(self, name: str, mask: Mask) -> None:
        before = int(self.kept.sum())
        self.kept &= mask
        self.steps.append(Step(name, before, int(self.kept.sum())))

    def _own(self) -> None:
        if not self.picture.known or not len(self.pool):
            return
        mine = self.picture.image_id
        other = np.array([image != mine for image in self.pool.images], np.bool_)
        if not self.how.copies:
            (stands,) = self.pool.looks.copies([mine])
            other &= np.array([group != stands for group in self.pool.copies], np.bool_)
        if not other.all():
            self._keep("copies", other)

    def _agreeing(self) -> None:
        if not self.how.agreement:
            return
        if not self.facts():
            self.notes.append("nothing is known of this picture but how it looks: agreement was left out")
            return
        before = int(self.kept.sum())
        self._keep("agreement", agreement(self.facts(), self.pool).scores >= self.how.agreement)
        self.coverage = int(self.kept.sum()) / before if before else 0.0
        if before and not self.kept.any():
            self.notes.append(
                f"none of {before} candidates agrees by {self.how.agreement:g}: lower the threshold"
            )

    def _narrowed(self) -> None:
        for name, mask in masks(self.pool, self.how.narrow):
            self._keep(name, mask)
        if self.how.narrow and not self.kept.any():
            self.notes.append(f"none of the {len(self.pool)} nearest has all of that: take a condition away")

    def _fold(self) -> None:
        firsts: dict[str, int] = {}
        for place in np.flatnonzero(self.kept).tolist():
            group = self.pool.copies[place]
            first = firsts.setdefault(group, place)
            if first != place:
                self.folded[first] = self.folded.get(first, 0) + 1
        if self.folded:
            mask = np.zeros(len(self.pool), np.bool_)
            mask[list(firsts.values())] = True
            self._keep("folded", mask)

    # -- what is shown ---------------------------------------------------------------------------

    def _ordered(self, k: int) -> tuple[NDArray[np.int64], Effect | None]:
        """Places of the results among the candidates, and what another order than that of scores cost."""
        left = np.flatnonzero(self.kept)
        if not len(left) or not (self.how.diversity or (self.how.spread and self.how.spread_weight)):
            return left[:k], None
        left = left[: max(CANDIDATES, k)]
        scores, order = self.pool.scores[left], np.arange(len(left))
        vectors = groups = None
        if self.how.diversity:
            vectors = self.picture.stored([self.pool.images[place] for place in left])
            order = mmr(vectors, scores, self.how.diversity, None if self.how.spread else k)
        if self.how.spread:
            groups = self._groups(self.how.spread, left)
            ranks = -np.arange(len(order), dtype=np.float64)
            order = order[spread([groups[row] for row in order], ranks, self.how.spread_weight, k).order]
        return left[order[:k]], effect_of(order[:k], scores, groups=groups, vectors=vectors)

    def _groups(self, name: str, places: NDArray[np.int64]) -> list[str | None]:
        """The group of each place: its label for a task of that name, else the value of the attribute."""
        found = self.pool.labels(name) if name in self.pool.looks.tasks() else self.pool.values(name)
        if all(found[place] is None for place in places):
            self.notes.append(f"no result has a value of {name}: there is nothing to spread over")
        return [found[place] for place in places.tolist()]

    def _results(self, order: NDArray[np.int64]) -> tuple[Result, ...]:
        places = order.tolist()
        agreeing = self._agreement(places)
        return tuple(
            to_result(rank, self.pool.rows[place], self.folded.get(place, 0), self._why(place, row, agreeing))
            for rank, (row, place) in enumerate(enumerate(places), start=1)
        )

    def _agreement(self, places: list[int]) -> Agreement | None:
        """Of the results alone, told in words."""
        if not places or not self.facts():
            return None
        shown = Pool([self.pool.rows[place] for place in places], self.pool.looks)
        return agreement(self.facts(), shown, range(len(places)))

    def _why(self, place: int, row: int, agreeing: Agreement | None) -> Why:
        score = self.pool.rows[place].score
        if agreeing is None:
            return Why(self.source, score)
        return Why(self.source, score, float(agreeing.scores[row]), agreeing.agreed(row))

    def facts(self) -> Facts:
        """What is known of the query."""
        if self._facts is None:
            item = self.picture.item()
            row = None if item is None else self.engine.shelf.rows([item]).get(item)
            self._facts = Facts.of(row, self.picture.image_id, self.pool.looks)
        return self._facts
