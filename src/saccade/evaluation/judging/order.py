"""Which questions a rater gets next.

Decided:
- Nobody gets a question twice, nor one that enough people have answered.
- What others have begun comes first, so that answers overlap early and agreement is known early.
- Otherwise the order is drawn from the seed and the rater: results of one query and places of one ranking do
  not follow each other, and two raters who work at the same time do not tread on each other's heels.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from saccade.evaluation.judging.plan import JudgingPlan, Question, drawn

Given = Mapping[str, Mapping[str, int]]
"""What was said: question id → rater → grade."""


def upcoming(
    plan: JudgingPlan, given: Given, rater: str, count: int, skip: Collection[str] = ()
) -> list[Question]:
    """The next `count` questions for a rater; `skip` are ids of those not to be shown now."""
    left = [one for one in plan.questions if one.question_id not in skip and _open(one, given, rater)]

    def place(one: Question) -> tuple[int, int]:
        return -len(given.get(one.question_id, ())), drawn(plan.seed, rater, one.question_id)

    return sorted(left, key=place)[:count]


def remaining(plan: JudgingPlan, given: Given, rater: str) -> int:
    """Questions that are left for a rater."""
    return sum(_open(one, given, rater) for one in plan.questions)


def done(plan: JudgingPlan, given: Given) -> int:
    """Answers that count towards the plan's `wanted`."""
    return sum(min(len(given.get(one.question_id, ())), one.raters) for one in plan.questions)


def _open(one: Question, given: Given, rater: str) -> bool:
    said = given.get(one.question_id, {})
    return rater not in said and len(said) < one.raters
