"""Rules by which the things that a detector finds in a room become ten products.

Decided: a rule is a few constants of what the products do anyway.
- A thing is a box whose score is `gate` or more, no person, and that gets a dot (`flashlight_dots`); its crop
  is grown by `pad` of its sides on each side.
- `named`: a thing of which the detector is sure is looked for among products whose type has its name, where
  there are such (`shop_names`).
- `merge`: the lists of the things become one by each product's best score ("best"), or by turns, the thing
  with the best score first ("turns").
- `apart`: what is shown once: a product, the near-duplicates of its picture ("copies"), or a product line,
  such as one shelf in all its colours ("line").
The constants are chosen on one part of the rooms, by the share of rooms with a product of theirs among the
ten, ties by how many of the ten are.
Where nothing is found in any picture of a room, its whole pictures ask, as in shop the look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product as combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Part
from saccade.discovery.flashlight_dots import DotRule, gated
from saccade.discovery.shop_names import SURE, named_alike

Floats = NDArray[np.float32]
SHOWN = 10
GATES, PADS = (0.2, 0.3, 0.5), (0.0, 0.15)
CHOOSING = 3  # one room of so many chooses


@dataclass(frozen=True)
class Rule:
    """Constants; the defaults are those of the figure that was known before."""

    gate: float = 0.3
    pad: float = 0.0
    named: bool = False
    merge: Literal["best", "turns"] = "best"
    apart: Literal["product", "copies", "line"] = "product"

    @property
    def dots(self) -> DotRule:
        """Which things count."""
        return DotRule(score=self.gate)

    @property
    def told(self) -> str:
        """In words, for a table."""
        said = [f"score ≥ {self.gate:g}", f"crops grown by {self.pad:g}" if self.pad else "crops as found"]
        said += ["narrowed by name"] if self.named else []
        said += ["merged by best score" if self.merge == "best" else "merged by turns"]
        return ", ".join([*said, f"each {self.apart} once"])


KNOWN = Rule()


def rules() -> Iterator[Rule]:
    """All that are tried."""
    for values in combinations(GATES, PADS, (False, True), ("best", "turns"), ("product", "copies", "line")):
        yield Rule(*values)


@dataclass(frozen=True, eq=False)
class Shop:
    """Products in one order: their vectors float32 [P, D], types, and what each is a copy and a line of."""

    products: list[str]
    vectors: Floats
    types: list[str]
    copies: list[str]
    lines: list[str]

    def groups(self, apart: str) -> list[str]:
        """What is shown once, for each product."""
        return {"product": self.products, "copies": self.copies, "line": self.lines}[apart]

    def called(self, name: str | None) -> NDArray[np.bool_]:
        """bool [P]: whose type has this name."""
        alike = set(named_alike(name, set(self.types)))
        return np.array([one in alike for one in self.types], np.bool_)


@dataclass(frozen=True, eq=False)
class Seen:
    """One picture of a room: the things in it, and the vectors of their crops by padding, float32 [n, D]."""

    parts: tuple[Part, ...]
    crops: dict[float, Floats]
    whole: Floats


@dataclass(frozen=True, eq=False)
class Room:
    """A room: its pictures, the files' bytes, and the products that the page shows."""

    room: str
    seen: tuple[Seen, ...]
    files: tuple[bytes, ...]
    products: frozenset[str]

    @property
    def chooses(self) -> bool:
        """Whether it is of the part that chooses constants."""
        return hashlib.blake2b(self.room.encode(), digest_size=2).digest()[0] % CHOOSING == 0


def shown(room: Room, shop: Shop, rule: Rule) -> list[str]:
    """The products that a rule shows for a room, best first."""
    lists: list[Floats] = []
    order: list[float] = []
    for seen in room.seen:
        kept = [seen.parts.index(part) for part in gated(seen.parts, rule.dots)]
        for place in kept:
            part = seen.parts[place]
            scores = shop.vectors @ seen.crops[rule.pad][place]
            lists.append(_narrowed(scores, part, shop) if rule.named else scores)
            order.append(part.score or 0.0)
    if not lists:  # as shop the look: then the whole picture asks
        lists, order = [shop.vectors @ seen.whole for seen in room.seen], [0.0] * len(room.seen)
    ranked = [lists[place] for place in np.argsort(-np.array(order), kind="stable").tolist()]
    places = _turns(ranked) if rule.merge == "turns" else _best(ranked)
    return distinct(places, shop, rule.apart)


def distinct(places: Sequence[int], shop: Shop, apart: str = "product") -> list[str]:
    """The first `SHOWN` products at these places, each group once."""
    groups, firsts = shop.groups(apart), dict[str, int]()
    for place in places:
        firsts.setdefault(groups[place], place)
        if len(firsts) == SHOWN:
            break
    return [shop.products[place] for place in firsts.values()]


def _narrowed(scores: Floats, part: Part, shop: Shop) -> Floats:
    alike = shop.called(part.category) if (part.score or 0) >= SURE else np.zeros(len(scores), np.bool_)
    return np.where(alike, scores, np.float32(-1)) if alike.any() else scores


def _best(lists: Sequence[Floats]) -> list[int]:
    """Places by the best score that any list gives."""
    return np.argsort(-np.max(lists, axis=0), kind="stable").tolist()


def _turns(lists: Sequence[Floats]) -> list[int]:
    """Places by turns of the lists."""
    orders = [np.argsort(-scores, kind="stable") for scores in lists]
    return np.stack(orders, 1).reshape(-1).tolist()


def hit(products: Sequence[str], room: Room) -> float:
    """1 where any product of the room is shown."""
    return float(any(one in room.products for one in products))


def chosen(rooms: Sequence[Room], shop: Shop) -> Rule:
    """The best rule on these rooms; of equals the one that comes first."""

    def worth(rule: Rule) -> tuple[float, float]:
        found = [shown(room, shop, rule) for room in rooms]
        right = [sum(one in room.products for one in some) for some, room in zip(found, rooms, strict=True)]
        return float(np.mean([count > 0 for count in right])), float(np.mean(right))

    return max(rules(), key=worth)


def chance(room: Room, shop: Shop) -> float:
    """The chance that ten products drawn from the shop have one of the room's."""
    total, mine = len(shop.products), len(room.products & set(shop.products))
    missed = [1 - mine / (total - drawn) for drawn in range(min(SHOWN, total))]
    return 1 - float(np.prod(np.maximum(missed, 0)))
