"""Two lists of results side by side, without telling which run made which.

Decided: which list stands left is drawn from the seed, the rater and the question, so it cannot be learnt, is
the same when a question is shown again, and needs no memory to turn a verdict back.
"""

from __future__ import annotations

from saccade.errors import InputError
from saccade.evaluation.judging.grades import FIRST, SECOND, TIE, Side
from saccade.evaluation.judging.plan import JudgingPlan, Question, drawn

_OF_SIDE = {"left": FIRST, "tie": TIE, "right": SECOND}  # where the first run stands left


def flipped(plan: JudgingPlan, question: Question, rater: str) -> bool:
    """Whether this rater sees the second run on the left."""
    return bool(drawn(plan.seed, "side", rater, question.question_id) & 1)


def laid_out(plan: JudgingPlan, question: Question, rater: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The (left, right) lists that this rater sees."""
    if plan.kind != "sides":
        raise InputError(f"plan {plan.name} asks for grades, not for sides")
    first, second = question.shown
    return (second, first) if flipped(plan, question, rater) else (first, second)


def grade_of(plan: JudgingPlan, question: Question, rater: str, side: Side) -> int:
    """What `judgements` holds for a verdict: 1 the second run, -1 the first, 0 a tie."""
    value = _OF_SIDE[side]
    return -value if flipped(plan, question, rater) else value


def side_of(plan: JudgingPlan, question: Question, rater: str, grade: int) -> Side:
    """The verdict, as this rater saw the lists, that gives `grade`."""
    seen = -grade if flipped(plan, question, rater) else grade
    return next(side for side, value in _OF_SIDE.items() if value == seen)  # pyright: ignore[reportReturnType]
