"""The order of pictures within one task: shuffled passes, balanced classes, or epochs of weak labels.

| order | a pass | when |
|---|---|---|
| `Shuffled` | every labelled picture once | the default |
| `Balanced` | classes without replacement, some pictures of each with replacement | losses over pairs |
| `Weak` | an epoch of `saccade.labels.balance`, where rare labels come more often | weak labels |

Decided: nothing of an order is stored. The picture at any place of any pass is computed from (seed, place),
so a run resumes anywhere, and any step costs the same. `start` counts the pictures that a task has had.
Source of `Balanced`: Zhai and Wu 2018 (arXiv 1811.12649), batches of n classes × images_per_class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError
from saccade.labels.balance.epoch import Epochs
from saccade.labels.balance.permute import permuted
from saccade.labels.hashing import word_hash
from saccade.metrics.columns import offsets_of
from saccade.training.batch import Ints

_KEY = 0x7FFFFFFFFFFFFFFF


@dataclass(frozen=True)
class Turn:
    """What is asked of an order in one step.

    step: its number. start: pictures that the task has had before it. count: pictures wanted now. most:
    pictures that any step of the run wants of it. seed: of this task in this run.
    """

    step: int
    start: int
    count: int
    most: int
    seed: int


class Order(Protocol):
    """Which pictures of a task come when; a pure function of the turn."""

    @property
    def name(self) -> str:
        """Of the task."""
        ...

    @property
    def size(self) -> int:
        """Pictures that walk the task once."""
        ...

    @property
    def group(self) -> int:
        """Counts are multiples of this."""
        ...

    def check(self, most: int) -> None:
        """InputError in one line where a step cannot take `most` pictures."""
        ...

    def take(self, turn: Turn) -> Ints:
        """int64 [count], places in the run's list of pictures."""
        ...


@dataclass(frozen=True, eq=False)
class Shuffled:
    """Every picture once in a pass, each pass in another order.

    name: of the task. rows: int64 [N], places of its labelled pictures in the run's list, each once.
    """

    name: str
    rows: Ints
    group: int = 1

    def __post_init__(self) -> None:
        _some(self.name, len(self.rows))

    @property
    def size(self) -> int:
        """N."""
        return len(self.rows)

    def check(self, most: int) -> None:
        """Any number will do."""

    def take(self, turn: Turn) -> Ints:
        """The next pictures; a step may end one pass and begin the next."""
        parts = _passes(turn.start, turn.count, self.size)
        return self.rows[np.concatenate([permuted(at, self.size, _key(turn.seed, one)) for one, at in parts])]


@dataclass(frozen=True, eq=False)
class Weak:
    """Epochs that balance rare labels against common ones; they have their own seed.

    name: of the task. epochs: over the run's list of pictures.
    """

    name: str
    epochs: Epochs
    group: int = 1

    def __post_init__(self) -> None:
        _some(self.name, self.epochs.size)

    @property
    def size(self) -> int:
        """Draws of an epoch."""
        return self.epochs.size

    def check(self, most: int) -> None:
        """Any number will do."""

    def take(self, turn: Turn) -> Ints:
        """The next draws; a step may end one epoch and begin the next."""
        parts = _passes(turn.start, turn.count, self.size)
        return np.concatenate([self.epochs.epoch(one).at(at) for one, at in parts])


@dataclass(frozen=True, eq=False)
class Balanced:
    """Each step holds exactly `images_per_class` pictures of each class that it draws.

    A pass goes through the classes in a random order, as many in each step as the largest step of the run
    takes; the few that fill no step are left out of this pass, others of the next. Pictures of a class are
    drawn with replacement. In a step the first pictures of all classes come first, then the second ones: a
    step that is dealt out to r ranks and micro-steps keeps classes whole where r divides its classes.

    name: of the task. rows, labels: int64 [P], picture and class; a picture with several labels stands there
    several times. images_per_class: two or more for losses over pairs. pairs: whether the loss needs two
    pictures of a class; then classes with one picture are left out.
    """

    name: str
    rows: Ints
    labels: Ints
    images_per_class: int = 4
    pairs: bool = False
    size: int = field(init=False)
    classes: int = field(init=False)
    _offsets: Ints = field(init=False, repr=False)
    _rows: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _some(self.name, len(self.rows))
        if self.images_per_class < (2 if self.pairs else 1):
            raise InputError(f"task {self.name}: a loss over pairs needs images_per_class of 2 or more")
        counts = np.bincount(self.labels)
        if self.pairs and counts.max() < 2:
            raise InputError(
                f"task {self.name}: no class has two pictures, so there are no positive pairs: "
                "take the loss proxy"
            )
        kept = counts >= (2 if self.pairs else 1)
        if kept.sum() < 2:
            least = "two pictures" if self.pairs else "a picture"
            raise InputError(
                f"task {self.name}: expected two classes or more with {least}, found {kept.sum()}"
            )
        self._hold(kept)

    def _hold(self, kept: npt.NDArray[np.bool_]) -> None:
        """Pictures by class."""
        chosen = kept[self.labels]
        codes = (np.cumsum(kept) - 1)[self.labels[chosen]]
        order = np.argsort(codes, kind="stable")
        held = {
            "size": len(np.unique(self.rows[chosen])), "classes": int(kept.sum()),
            "_offsets": offsets_of(codes[order].astype(np.int32), int(kept.sum())),
            "_rows": self.rows[chosen][order],
        }  # fmt: skip
        for name, value in held.items():
            object.__setattr__(self, name, value)

    @property
    def group(self) -> int:
        """Pictures of a class in a step."""
        return self.images_per_class

    def check(self, most: int) -> None:
        """Every class at most once in a step."""
        if most > self.classes * self.images_per_class:
            fewer = self.classes * self.images_per_class
            raise InputError(
                f"task {self.name}: a step takes {most} pictures, {self.images_per_class} of each class, and "
                f"its {self.classes} classes give {fewer}: take a smaller batch or more images_per_class"
            )

    def take(self, turn: Turn) -> Ints:
        """The classes of this step, and pictures of them."""
        wanted = turn.count // self.images_per_class
        classes = self._classes(turn, wanted)
        sizes = self._offsets[classes + 1] - self._offsets[classes]
        rng = np.random.default_rng([turn.seed, turn.step])
        places = rng.integers(0, sizes, (self.images_per_class, wanted))
        return self._rows[(self._offsets[classes] + places).reshape(-1)]

    def _classes(self, turn: Turn, wanted: int) -> Ints:
        widest = max(1, turn.most // self.images_per_class)
        one, place = divmod(turn.step, self.classes // widest)
        return permuted(place * widest + np.arange(wanted), self.classes, _key(turn.seed, one))


def _some(name: str, count: int) -> None:
    if not count:
        raise InputError(f"task {name}: no picture that trains has a label")


def _passes(start: int, count: int, size: int) -> list[tuple[int, Ints]]:
    """(number, places int64 [n]) of the passes that `count` places from `start` on lie in; one at least."""
    first, last = start // size, max(start, start + count - 1) // size
    ends = [(max(start, one * size), min(start + count, (one + 1) * size)) for one in range(first, last + 1)]
    return [
        (one, np.arange(low, high) - one * size)
        for one, (low, high) in zip(range(first, last + 1), ends, strict=True)
    ]


def _key(seed: int, one: int) -> int:
    return word_hash(f"{seed} {one}") & _KEY
