"""Which task fills which part of a batch.

| mixing | share of task k with N_k pictures | source |
|---|---|---|
| `Uniform` | 1 / K | Zhai et al. 2019 (arXiv 1908.01707); the default |
| `Proportional` | N_k / sum of N | pictures as if they were one pile |
| `Temperature(T)` | N_k^(1/T) / sum of N^(1/T) | Arivazhagan et al. 2019 (arXiv 1907.05019) |
| `Annealed(steps)` | N_k^a / sum of N^a, a from 1 towards 0 | Stickland and Murray 2019 (arXiv 1902.02671) |

Annealed sampling has a = 1 - fall × (e - 1) / (E - 1) in epoch e of E, with fall = 0.8: large tasks teach the
trunk first and small ones are not overfitted; towards the end none is neglected. Ours has E = 64 equal
stretches of the run in place of epochs; fall = 1 ends uniform. After the run the last shares hold.

Decided:
- Nothing is drawn by chance. A run is cut into stages in which shares stand still. At the end of each stage
  a task has had all its shares up to then, rounded: less than one place away from them after any number of
  steps. No task gets less than a place in a stage.
- Within a stage places go one by one to the task that would fall behind its part of it first (the chairman
  assignment problem, Tijdeman 1980), less than one place away from that part, and every batch is full.
- Uniform stages are as many steps as there are tasks, all alike, and less than one place away throughout.
- A stage is computed from its number, so any step costs the same.
Not here: which pictures (`within`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
from numba import njit

from saccade.errors import InputError
from saccade.training.batch import Ints

Floats = npt.NDArray[np.float64]

STEPS = 256  # of a stage with constant shares
STAGES = 64  # of an annealed run


class Mixing(Protocol):
    """Shares of tasks, by stage."""

    def length(self, tasks: int) -> int:
        """Steps of a stage."""
        ...

    @property
    def stages(self) -> int:
        """Stages that differ; the last one goes on for ever."""
        ...

    def shares(self, sizes: Sequence[int], stage: int) -> Floats:
        """float64 [K], of sum 1."""
        ...


@dataclass(frozen=True)
class Uniform:
    """The same for every task; what remains of a batch goes round."""

    stages: int = field(default=1, init=False)

    def length(self, tasks: int) -> int:
        """In as many steps as there are tasks all have the same."""
        return tasks

    def shares(self, sizes: Sequence[int], stage: int) -> Floats:
        """1 / K."""
        return np.full(len(sizes), 1 / len(sizes))


@dataclass(frozen=True)
class Temperature:
    """Between proportional (temperature 1) and uniform (infinity); 2 takes square roots."""

    temperature: float = 2.0
    stages: int = field(default=1, init=False)

    def __post_init__(self) -> None:
        if self.temperature < 1:
            raise InputError(f"the temperature of mixing is 1 or more, found {self.temperature:g}")

    def length(self, tasks: int) -> int:
        """Whatever the tasks."""
        return STEPS

    def shares(self, sizes: Sequence[int], stage: int) -> Floats:
        """N^(1/T), of sum 1."""
        return _powers(sizes, 1 / self.temperature)


@dataclass(frozen=True)
class Proportional(Temperature):
    """By the number of pictures."""

    temperature: float = field(default=1.0, init=False)


@dataclass(frozen=True)
class Annealed:
    """From proportional towards uniform over a run.

    steps: of the run. fall: of the exponent over it, 0..1.
    """

    steps: int
    fall: float = 0.8

    def __post_init__(self) -> None:
        if self.steps < 1 or not 0 <= self.fall <= 1:
            raise InputError(
                f"annealed mixing needs steps of 1 or more and fall in 0..1, found {self.steps}, {self.fall}"
            )

    @property
    def stages(self) -> int:
        """Fewer in a run shorter than that."""
        return -(-self.steps // self.length(0))

    def length(self, tasks: int) -> int:
        """Steps of a stage."""
        return -(-self.steps // STAGES)

    def shares(self, sizes: Sequence[int], stage: int) -> Floats:
        """N^a, of sum 1."""
        gone = min(stage, self.stages - 1) / max(1, self.stages - 1)
        return _powers(sizes, 1 - self.fall * gone)


MIXINGS = ("uniform", "proportional", "temperature", "annealed")


def mixing_for(name: str, steps: int, temperature: float = 2.0, fall: float = 0.8) -> Mixing:
    """A mixing by its name.

    steps: of the run, for annealed. temperature: of temperature. fall: of annealed.
    """
    made: dict[str, Mixing] = {
        "uniform": Uniform(), "proportional": Proportional(),
        "temperature": Temperature(temperature), "annealed": Annealed(max(1, steps), fall),
    }  # fmt: skip
    if name not in made:
        raise InputError(f"a mixing is {', '.join(MIXINGS)}, found {name!r}")
    return made[name]


def at_least_one(shares: Floats, places: int) -> Floats:
    """float64 [K] of sum `places`: what each task gets of so many places, 1 or more."""
    wanted, poor = shares * places, np.zeros(len(shares), bool)
    while (wanted < 1 - 1e-9).any():
        poor |= wanted < 1 - 1e-9
        wanted = np.where(poor, 1.0, shares * ((places - poor.sum()) / shares[~poor].sum()))
    return wanted


def rounded(exact: Floats) -> Ints:
    """int64 [K]: whole numbers with the sum of `exact`, each less than 1 away from its own.

    Where every task grows by 1 or more from one call to the next, so does no whole number shrink.
    """
    edges = np.floor(np.cumsum(exact) + 0.5).astype(np.int64)
    return np.diff(edges, prepend=0)


@njit(cache=True)
def dealt(counts: Ints, steps: int) -> Ints:
    """int64 [steps + 1, K]: places that each task has had before each step of a stage, `counts` in the end.

    counts: int64 [K], their sum a multiple of `steps`.
    """
    total = counts.sum()
    batch = total // steps
    had = np.zeros((steps + 1, len(counts)), np.int64)
    now = np.zeros(len(counts), np.int64)
    slack = 1 / max(1, 2 * len(counts) - 2)
    for place in range(1, total + 1):
        best, soonest = 0, np.inf
        for task in range(len(counts)):
            if counts[task] * place - now[task] * total >= slack * total:
                due = (now[task] + 1 - slack) / counts[task]
                if due < soonest:
                    best, soonest = task, due
        now[best] += 1
        if place % batch == 0:
            had[place // batch] = now
    return had


def _powers(sizes: Sequence[int], power: float) -> Floats:
    logs = np.log(np.asarray(sizes, np.float64)) * power
    raised = np.exp(logs - logs.max())
    return raised / raised.sum()
