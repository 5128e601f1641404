"""Simulated raters, to test a plan and a verdict before people spend a day on them.

A rater sees the true grade through a bias and noise, and may be lazy: then some answers are a habit and not a
look. Side by side, a rater compares how good the lists seem and calls close ones a tie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from saccade.evaluation.judging.grades import FIRST, SECOND, TIE, TOP
from saccade.evaluation.judging.order import upcoming
from saccade.evaluation.judging.plan import JudgingPlan, Question

Truth = Callable[[str, str], float]
"""The true grade (0..4) of (query, result)."""
CLOSE = 0.25  # difference of two lists, in grades, that is called a tie


@dataclass(frozen=True)
class Rater:
    """bias: added to every grade. noise: standard deviation, in grades. lazy: share of answers given without
    a look, 0..1; they are the `habit` (a grade, or a side from -1 to 1)."""

    name: str
    bias: float = 0.0
    noise: float = 0.0
    lazy: float = 0.0
    habit: int = 2

    def grade(self, truth: float, rng: np.random.Generator) -> int:
        """0 to 4 for a result of that true grade."""
        if rng.random() < self.lazy:
            return self.habit
        return int(np.clip(np.rint(truth + self.bias + self.noise * rng.normal()), 0, TOP))

    def side(self, first: float, second: float, rng: np.random.Generator) -> int:
        """-1, 0 or 1 for two lists of these true mean grades."""
        if rng.random() < self.lazy:
            return max(FIRST, min(SECOND, self.habit))
        gap = second - first + self.noise * rng.normal()
        return TIE if abs(gap) < CLOSE else SECOND if gap > 0 else FIRST


def judge(
    plan: JudgingPlan, raters: Sequence[Rater], truth: Truth, seed: int = 0
) -> Iterator[tuple[str, str, int]]:
    """(question id, rater, grade) until the plan is complete or every rater has had every question."""
    rng, given = np.random.default_rng(seed), dict[str, dict[str, int]]()
    for rater in raters:
        for one in upcoming(plan, given, rater.name, len(plan.questions)):
            grade = _said(plan, one, rater, truth, rng)
            given.setdefault(one.question_id, {})[rater.name] = grade
            yield one.question_id, rater.name, grade


def _said(plan: JudgingPlan, one: Question, rater: Rater, truth: Truth, rng: np.random.Generator) -> int:
    if plan.kind == "grades":
        return rater.grade(truth(one.query_id, one.shown[0][0]), rng)
    first, second = (
        float(np.mean([truth(one.query_id, result) for result in part] or [0.0])) for part in one.shown
    )
    return rater.side(first, second, rng)
