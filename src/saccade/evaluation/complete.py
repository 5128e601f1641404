"""Fill in the blank: which of four things of one category was in the look?

    found = fill_in(looks, seed=0)
    found["bilinear"].mean, found["bilinear"].low      # against 0.25 by chance

The protocol of Li et al. 2020: a member of a look is taken out, three others of its category from other looks
are put beside it, and whoever knows what goes together picks it by the rest of the look. Looks are parted
into those that teach and those that ask; the question's rest is never of the missing member's category.

Decided: ties share the point, so a scorer that knows only categories gets exactly a quarter, which is what
category co-occurrence alone is worth here. `popularity` (in how many teaching looks a choice is) and
`likeness` (cosine) are shown beside it, since either could explain an accuracy without any compatibility.
Intervals are bootstrapped over looks. `fill_category` asks for the missing category instead, which is all
that data without pictures can ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.complete.bilinear import FitSettings, learned_form
from saccade.discovery.complete.looks import Ints, Looks
from saccade.discovery.complete.prior import Prior, count_categories
from saccade.errors import InputError
from saccade.metrics.compare import PairedTest, paired
from saccade.metrics.intervals import Interval, bootstrap

CHOICES = 4
CHANCE = 1 / CHOICES
Doubles = NDArray[np.float64]
Scorer = Callable[[Ints, Ints], Doubles]
"""(rest, choices), both members, to a score of each choice, larger is better."""


@dataclass(frozen=True, eq=False)
class Question:
    """A look without one member. rest: int64 [n]; choices: int64 [CHOICES], the right one first."""

    look: int
    rest: Ints
    choices: Ints


@dataclass(frozen=True, eq=False)
class FilledIn:
    """points: of each line and question, 0..1, float64 [Q]; looks: int64 [Q], which look asked."""

    points: dict[str, Doubles]
    looks: Ints

    def __getitem__(self, line: str) -> Interval:
        """The accuracy of a line with its 95% interval."""
        return bootstrap(self.points[line], self.looks)

    def against(self, base: str, line: str = "bilinear") -> PairedTest:
        """One line against another."""
        return paired(self.points[base], self.points[line], self.looks)


def fill_in(
    looks: Looks, settings: FitSettings | None = None, share: float = 0.2, each: int = 3, seed: int = 0
) -> FilledIn:
    """Learn from some looks and ask about the others, `each` questions a look at most.

    share: of looks that ask. Raises `InputError` where there is nothing to ask.
    """
    dice = np.random.default_rng(seed)
    order = dice.permutation(len(looks))
    asking = order[: max(1, round(share * len(looks)))].tolist()
    taught = looks.select(sorted(order[len(asking) :].tolist()))
    asked = questions(looks, asking, each, dice)
    if not asked:
        raise InputError("expected looks with four things of one category to choose from, found none")
    lines = scorers(taught, settings or FitSettings(seed=seed))
    points = {name: np.array([_points(one, scorer) for one in asked]) for name, scorer in lines.items()}
    return FilledIn(points, np.array([one.look for one in asked], np.int64))


def questions(looks: Looks, asking: Sequence[int], each: int, dice: np.random.Generator) -> list[Question]:
    """Questions about these looks."""
    made: list[Question] = []
    for look in asking:
        members = looks[look]
        for missing in dice.permutation(members)[:each].tolist():
            kind = looks.category[missing]
            rest = members[looks.category[members] != kind]
            others = np.setdiff1d(np.flatnonzero(looks.category == kind), members)
            if len(rest) and len(others) >= CHOICES - 1:
                wrong = dice.choice(others, CHOICES - 1, replace=False)
                made.append(Question(look, rest, np.concatenate(([missing], wrong)).astype(np.int64)))
    return made


def scorers(taught: Looks, settings: FitSettings) -> dict[str, Scorer]:
    """What is compared: learned compatibility, likeness, popularity, co-occurrence of categories."""
    best = learned_form(taught, settings)
    learned = best.projected(taught.vectors, taught.category).astype(np.float64)
    popular = np.bincount(taught.members, minlength=len(taught.keys)).astype(np.float64)
    pmi = np.log(count_categories(taught).lift)
    plain, kinds = taught.vectors.astype(np.float64), taught.category
    return {
        "bilinear": lambda rest, choices: learned[choices] @ learned[rest].mean(0),
        "likeness": lambda rest, choices: plain[choices] @ plain[rest].mean(0),
        "popularity": lambda rest, choices: popular[choices],
        "categories": lambda rest, choices: pmi[np.ix_(kinds[choices], kinds[rest])].mean(1),
    }


def fill_category(groups: Sequence[Sequence[str]], share: float = 0.2, seed: int = 0) -> FilledIn:
    """Which of four categories is missing from a look, where only categories are known.

    groups: the categories of each look's members. Lines: `categories`, the sum of the pointwise mutual
    information with the rest plus the log of how frequent a category is; `popularity`, the latter alone.
    """
    names = sorted({name for group in groups for name in group})
    if len(names) < CHOICES:
        raise InputError(f"expected {CHOICES} categories or more to choose from, found {len(names)}")
    dice, place = np.random.default_rng(seed), {name: at for at, name in enumerate(names)}
    order: list[int] = dice.permutation(len(groups)).tolist()
    cut = max(1, round(share * len(groups)))
    counted = _counted([[place[name] for name in groups[at]] for at in order[cut:]], len(names))
    pmi, frequent = np.log(counted.lift), np.log(np.diag(counted.counts) + 1.0)
    asked: list[Question] = []
    for look in order[:cut]:
        members = np.array([place[name] for name in dict.fromkeys(groups[look])], np.int64)
        others = np.setdiff1d(np.arange(len(names)), members)
        if len(members) > 1 and len(others) >= CHOICES - 1:
            missing = int(dice.integers(len(members)))
            wrong = dice.choice(others, CHOICES - 1, replace=False)
            choices = np.concatenate((members[missing : missing + 1], wrong)).astype(np.int64)
            asked.append(Question(look, np.delete(members, missing), choices))
    lines: dict[str, Scorer] = {
        "categories": lambda rest, choices: (
            pmi[np.ix_(choices, rest)].mean(1) * len(rest) + frequent[choices]
        ),
        "popularity": lambda rest, choices: frequent[choices],
    }
    points = {name: np.array([_points(one, scorer) for one in asked]) for name, scorer in lines.items()}
    return FilledIn(points, np.array([one.look for one in asked], np.int64))


def _counted(groups: Sequence[Sequence[int]], width: int) -> Prior:
    held = np.zeros((len(groups), width), bool)
    for look, group in enumerate(groups):
        held[look, list(group)] = True
    return Prior(held.T.astype(np.int64) @ held.astype(np.int64), len(groups))


def _points(asked: Question, score: Scorer) -> float:
    """1 where the right choice is best; a share of it where several are."""
    scores = score(asked.rest, asked.choices)
    best = scores >= scores.max() - 1e-12
    return float(best[0]) / float(best.sum())
