"""`/v1/judging` and `/v1/judgements`: what raters are asked, and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from saccade.discovery.owners import Size
from saccade.evaluation.judging.grades import GRADES
from saccade.evaluation.judging.plan import JudgingPlan, Question
from saccade.evaluation.judging.sides import grade_of, laid_out
from saccade.service.bodies import body_of, read_body
from saccade.service.context import Context, context
from saccade.service.errors import ApiError, busy, responses
from saccade.service.judging import Answer, State
from saccade.service.rendering import picture_url
from saccade.service.routes.items import may_write
from saccade.service.wire import WirePicture
from saccade.service.wire_judging import (
    GradeInfo,
    JudgementAnswer,
    JudgementBody,
    JudgingAnswer,
    NextAnswer,
    PlanInfo,
    PlanName,
    QuestionId,
    RaterName,
    WireQuestion,
)
from saccade.service.writer import Busy

router = APIRouter(tags=["judging"])
MOST, SKIPS = 20, 200  # questions of one answer, and ids of questions that are not wanted now
Skip = Annotated[
    list[QuestionId] | None,
    Query(max_length=SKIPS, description="questions that are not to come now: shown or passed over already"),
]
_WRITE: dict[str, Any] = {"dependencies": [Depends(may_write)]}
_KEY = {"security": [{"writeKey": []}]}


@router.get("/v1/judging", response_model=JudgingAnswer, responses=responses(400, 429))
async def judging(request: Request) -> JudgingAnswer:
    """The plans that raters can work on, how far they are, and what the grades mean."""
    found = context(request)
    states = await found.waiting(found.judging.states)
    return JudgingAnswer(
        plans=[_info(state) for state in states],
        grades=[GradeInfo(value=one.value, name=one.name, meaning=one.meaning) for one in GRADES],
        writable=bool(found.settings.keys),
    )


@router.get(
    "/v1/judging/{plan}/next", response_model=NextAnswer, responses=responses(400, 404, 422, 429)
)  # fmt: skip
async def upcoming(
    request: Request,
    plan: PlanName,
    rater: Annotated[RaterName, Query(description="who judges")],
    count: Annotated[int, Query(ge=1, le=MOST)] = 6,
    skip: Skip = None,
) -> NextAnswer:
    """The next questions of a rater, blind: no source, no rank, sides and order drawn anew for each rater."""
    found = context(request)
    return await found.waiting(_next, found, plan, rater.strip(), count, frozenset(skip or ()))


@router.post(
    "/v1/judgements",
    response_model=JudgementAnswer,
    responses=responses(400, 401, 403, 404, 408, 409, 413, 415, 422, 429),
    openapi_extra=_KEY | body_of(JudgementBody),
    **_WRITE,
)
async def judge(request: Request) -> JudgementAnswer:
    """Store what a rater says of a question; saying it again replaces it, saying nothing takes it back."""
    found, body = context(request), await read_body(request, JudgementBody)
    answer = await found.waiting(_answer, found, body)
    try:
        written = found.judging.submit(answer)
    except Busy:
        raise busy("more answers are waiting than this service takes; try again shortly") from None
    await asyncio.wrap_future(written)
    return JudgementAnswer(question=body.question, stored=answer.grade is not None)


def _answer(found: Context, body: JudgementBody) -> Answer:
    plan, question = found.judging.question(body.plan, body.question)
    rater = body.rater.strip()
    return Answer(plan, question, rater, _grade(plan, question, rater, body))


def _grade(plan: JudgingPlan, question: Question, rater: str, body: JudgementBody) -> int | None:
    wanted, other = ("side", "grade") if plan.kind == "sides" else ("grade", "side")
    if getattr(body, other) is not None:
        raise ApiError(422, f"plan {plan.name} asks for a {wanted}, found a {other}", field=other)
    if body.side is not None:
        return grade_of(plan, question, rater, body.side)
    return body.grade


def _next(found: Context, name: str, rater: str, count: int, skip: frozenset[str]) -> NextAnswer:
    state = found.judging.state(name)
    left = found.judging.upcoming(state, rater, len(state.plan.questions), skip)
    shown: list[WireQuestion] = []
    for start in range(0, len(left), MOST):
        shown += _shown(found, state.plan, rater, left[start : start + MOST])
        if len(shown) >= count:
            break
    return NextAnswer(plan=_info(state), questions=shown[:count], mine=state.mine(rater), left=len(left))


def _shown(
    found: Context, plan: JudgingPlan, rater: str, questions: Sequence[Question]
) -> list[WireQuestion]:
    """The questions whose pictures are still there; sides as this rater sees them."""
    made: list[WireQuestion] = []
    for one in questions:
        lists = laid_out(plan, one, rater) if plan.kind == "sides" else one.shown
        names = [[plan.picture(result) for result in part] for part in lists]
        sizes = found.live.shelf.sizes([one.query_id, *(name for part in names for name in part)])
        if one.query_id in sizes and all(name in sizes for part in names for name in part):
            pictures = [wire_pictures(part, sizes) for part in names]
            (query,) = wire_pictures([one.query_id], sizes)
            made.append(WireQuestion(question=one.question_id, query=query, lists=pictures))
    return made


def wire_pictures(names: Iterable[str], sizes: dict[str, Size]) -> list[WirePicture]:
    """Pictures with their place and size."""
    return [
        WirePicture(image_id=name, url=picture_url(name), width=sizes[name][0], height=sizes[name][1])
        for name in names
    ]


def _info(state: State) -> PlanInfo:
    plan = state.plan
    return PlanInfo(
        name=plan.name, kind=plan.kind, depth=plan.depth, queries=len(plan.queries),
        questions=len(plan.questions), done=state.done, wanted=plan.wanted, raters=state.raters,
    )  # fmt: skip
