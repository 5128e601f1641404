"""Do the metadata of two things agree? 0..1, beside how alike they look (after Jing et al. 2015, whose rule
is not published; this one is ours).

Decided:
- A weighted mean of parts that the query has: category (weight 3), price (1), labels (2), each attribute (1).
- Category and attributes: 1 where equal (case does not matter), else 0. Price: 1 where equal, falling with
  the ratio to 0 at twice or half. Labels: the share of what is said of the query, rare phrases counting
  more (by log2 of their share), that is said of the candidate too.
- What a candidate lacks counts one half: neither for nor against it. What the query lacks is no part.
- So the score of a candidate does not depend on the threshold, and what a higher threshold keeps is a part
  of what a lower one keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.arrange_pool import Pool
from saccade.discovery.items import ItemRow
from saccade.discovery.looks import Looks

CATEGORY, PRICE, LABELS, ATTRIBUTE = 3.0, 1.0, 2.0, 1.0
NEUTRAL = 0.5
AGREES = 0.7  # from which a price is said to agree
_NAMED = 3  # labels that are told
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of a query: any of it may be missing. `labels`: weight by phrase_id."""

    category: str | None
    price: float | None
    attributes: Mapping[str, str]
    labels: Mapping[str, float]

    @staticmethod
    def of(item: ItemRow | None, image_id: str, looks: Looks) -> Facts:
        """Those of an item and of what is said of its picture."""
        said = looks.annotations([image_id])
        rare = -np.log2(np.clip(said.phrases.shares[said.codes], 1e-6, 0.99))
        weights = (rare * said.scores).tolist()
        ids = said.phrases.ids.take(said.codes).to_pylist() if len(said.codes) else []
        labels = dict(zip(ids, weights, strict=True))
        if item is None:
            return Facts(None, None, {}, labels)
        return Facts(item.category, item.price, item.attributes, labels)

    def __bool__(self) -> bool:
        return bool(self.category or self.price or self.attributes or self.labels)


class _Part(NamedTuple):
    """One comparison: what it is called, its weight, 0..1 for each candidate, NaN where it lacks it."""

    name: str
    weight: float
    values: Floats


@dataclass(frozen=True, eq=False)
class Agreement:
    """`scores` [N] 0..1, and for each candidate what agrees."""

    scores: Floats
    parts: tuple[_Part, ...]
    shared: Mapping[int, Sequence[str]]

    def agreed(self, place: int) -> tuple[str, ...]:
        """What agrees, in words."""
        names = [part.name for part in self.parts if part.values[place] >= AGREES and part.name != "labels"]
        labels = self.shared.get(place, ())
        return (*names, f"labels: {', '.join(labels)}") if labels else tuple(names)


def agreement(facts: Facts, pool: Pool, told: Sequence[int] = ()) -> Agreement:
    """How well each candidate agrees; labels in common are named for the places in `told`."""
    parts = tuple(_parts(facts, pool))
    total = sum(part.weight for part in parts)
    scores = np.full(len(pool), NEUTRAL)
    if total:
        filled = [part.weight * np.nan_to_num(part.values, nan=NEUTRAL) for part in parts]
        scores = np.sum(filled, axis=0) / total
    return Agreement(scores, parts, _shared(facts, pool, told))


def _parts(facts: Facts, pool: Pool) -> Iterator[_Part]:
    if facts.category is not None:
        yield _Part("category", CATEGORY, _equal(facts.category, pool.values("category")))
    if facts.price:
        yield _Part(
            "price", PRICE, _near(facts.price, [row.item.price if row.item else None for row in pool.rows])
        )
    for name, value in facts.attributes.items():
        yield _Part(name, ATTRIBUTE, _equal(value, pool.values(name)))
    if facts.labels:
        yield _Part("labels", LABELS, _covered(facts.labels, pool))


def _equal(wanted: str, found: Sequence[str | None]) -> Floats:
    word = wanted.casefold()
    return np.array([np.nan if one is None else float(one.casefold() == word) for one in found], np.float64)


def _near(wanted: float, found: Sequence[float | None]) -> Floats:
    prices = np.array([np.nan if not one or one < 0 else one for one in found], np.float64)
    return np.maximum(0, 1 - np.abs(np.log2(prices / wanted))) if wanted > 0 else np.full(len(found), np.nan)


def _covered(labels: Mapping[str, float], pool: Pool) -> Floats:
    """The share of the query's labels that each candidate has; NaN where nothing is said of it."""
    said = pool.said
    weights = np.zeros(len(said.phrases.ids) + 1)
    for name, weight in labels.items():
        weights[said.phrases.ids.index(name).as_py()] = weight  # -1, the spare place, where nobody has it
    weights[-1] = 0
    common = np.bincount(said.which, weights[said.codes], len(pool))
    silent = np.bincount(said.which, minlength=len(pool)) == 0
    return np.where(silent, np.nan, common / sum(labels.values()))


def _shared(facts: Facts, pool: Pool, told: Sequence[int]) -> dict[int, list[str]]:
    """For these places the weightiest labels in common."""
    if not facts.labels or not len(told):
        return {}
    said, found = pool.said, dict[int, list[str]]()
    starts = np.searchsorted(said.which, np.arange(len(pool) + 1))
    for place in told:
        codes = said.codes[starts[place] : starts[place + 1]].tolist()
        named = [(facts.labels.get(said.phrases.ids[code].as_py(), 0.0), code) for code in codes]
        best = sorted((pair for pair in named if pair[0] > 0), reverse=True)
        texts = dict.fromkeys(said.phrases.texts[code].as_py() for _, code in best[: 2 * _NAMED])
        if texts:
            found[place] = list(texts)[:_NAMED]
    return found
