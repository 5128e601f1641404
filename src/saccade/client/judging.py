"""Calls for raters: which plans there are, what comes next, and what somebody says of it.

A rater that is a program (another model, a script over a crowd's answers) works as a person does on the page:

    for question in client.next_questions("main", "ann").questions:
        client.judge("main", "ann", question.question, grade=3)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import httpx

from saccade.client.answers import Picture
from saccade.client.calls import Calls, Request, Steps, answered
from saccade.client.items import encoded
from saccade.errors import InputError

Side = Literal["left", "tie", "right"]


@dataclass(frozen=True)
class PlanState:
    """A plan and how far it is. kind: `grades` or `sides`; depth: results of a query."""

    name: str
    kind: str
    depth: int
    queries: int
    questions: int
    done: int
    wanted: int
    raters: int


@dataclass(frozen=True)
class Plans:
    """The plans, and whether the service takes ratings."""

    plans: tuple[PlanState, ...]
    writable: bool


@dataclass(frozen=True)
class Question:
    """A query and what is judged: one list of one picture for grades, (left, right) for sides."""

    question: str
    query: Picture
    lists: tuple[tuple[Picture, ...], ...]


@dataclass(frozen=True)
class Questions:
    """The next questions of a rater, who gave `mine` answers and has `left` questions to go."""

    plan: PlanState
    questions: tuple[Question, ...]
    mine: int
    left: int


@dataclass(frozen=True)
class Judged:
    """Whether there is an answer of the rater to the question now."""

    question: str
    stored: bool


def plans(calls: Calls) -> Steps[Plans]:
    """What can be rated, and how far it is: `client.plans().plans[0].done`."""
    return answered(Plans, (yield from _asked(calls, Request("GET", "/v1/judging"))))


def next_questions(
    calls: Calls, plan: str, rater: str, *, count: int = 6, skip: Sequence[str] = ()
) -> Steps[Questions]:
    """The next questions of a rater, blind; `skip` are ids not to come now. Raises `NotFound`.

    client.next_questions("main", "ann", count=3).questions[0].query.url
    """
    given = [("rater", rater), ("count", str(count)), *(("skip", one) for one in skip)]
    path = f"/v1/judging/{quote(plan, safe='')}/next"
    return answered(Questions, (yield from _asked(calls, Request("GET", path, {"params": given}))))


def judge(
    calls: Calls, plan: str, rater: str, question: str, *, grade: int | None = None, side: Side | None = None
) -> Steps[Judged]:
    """Say something of a question: a grade (0 to 4) or a side; with neither, take it back. Needs a key.

    client.judge("main", "ann", question.question, grade=3)
    """
    if grade is not None and side is not None:
        raise InputError("an answer is a grade or a side, found both")
    said = {"plan": plan, "rater": rater, "question": question, "grade": grade, "side": side}
    content = encoded({name: value for name, value in said.items() if value is not None})
    given = {"content": content, "headers": {"content-type": "application/json"}}
    return answered(Judged, (yield from _asked(calls, Request("POST", "/v1/judgements", given))))


def _asked(calls: Calls, request: Request) -> Steps[httpx.Response]:
    return calls._ask(request)  # pyright: ignore[reportPrivateUsage]
