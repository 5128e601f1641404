"""Click models: which of the results a shopper looks at, and which of those are clicked.

Decided: two models of the literature. `PositionBased`: a result at rank r is looked at with probability
(1 / r) ** eta, whatever else is shown, and clicked if it attracts (the examination hypothesis, Richardson,
Dominowska and Ragno 2007; this curve as in Joachims, Swaminathan and Schnabel 2017). `Cascade`: results are
looked at from the top; a click that satisfies ends the search, and after any other look the shopper goes on
with probability `patience` (the dynamic Bayesian network model of Chapelle and Zhang 2009). The first is the
default: its examination curve is known exactly, so what a method estimates can be checked.

Not here: what attracts whom (`shoppers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from saccade.bazaar.arrays import Doubles
from saccade.errors import InputError

Clicked = NDArray[np.bool_]


class Browsing(Protocol):
    """How a shopper goes through a list of results."""

    def clicked(self, attraction: Doubles, satisfaction: Doubles, dice: np.random.Generator) -> Clicked:
        """Which of k results are clicked.

        attraction: probability of a click when looked at, (k,); satisfaction: probability that a click ends
        the search, (k,).
        """
        ...


@dataclass(frozen=True)
class PositionBased:
    """eta: how fast attention falls, 0 (not at all) or more. 0.7 for a grid of pictures is our own choice."""

    eta: float = 0.7

    def __post_init__(self) -> None:
        if self.eta < 0:
            raise InputError(f"expected eta of 0 or more, found {self.eta}: use 0 for no position bias")

    def examination(self, k: int) -> Doubles:
        """Probability that each of `k` positions is looked at, the first being 1: (k,)."""
        return np.arange(1, k + 1, dtype=np.float64) ** -self.eta

    def clicked(self, attraction: Doubles, satisfaction: Doubles, dice: np.random.Generator) -> Clicked:
        """Every position on its own; satisfaction plays no part."""
        return dice.random(len(attraction)) < self.examination(len(attraction)) * attraction


@dataclass(frozen=True)
class Cascade:
    """patience: probability of going on after a look that did not end the search, 0..1."""

    patience: float = 0.9

    def __post_init__(self) -> None:
        if not 0 <= self.patience <= 1:
            raise InputError(f"expected patience from 0 to 1, found {self.patience}")

    def clicked(self, attraction: Doubles, satisfaction: Doubles, dice: np.random.Generator) -> Clicked:
        """From the top until satisfied or tired."""
        chances = dice.random((3, len(attraction)))
        clicks = chances[0] < attraction
        ends = (clicks & (chances[1] < satisfaction)) | (chances[2] >= self.patience)
        looked = np.concatenate([[True], ~np.logical_or.accumulate(ends)[:-1]])[: len(attraction)]
        return clicks & looked
