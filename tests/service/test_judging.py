"""Raters over the wire: what they get, what they say, and what becomes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from saccade.catalog.catalogue import Catalogue
from saccade.client import AsyncClient, Client, NotAllowed, NotFound
from saccade.errors import LockedError
from saccade.evaluation.judging import plan as plans
from saccade.evaluation.judging import ratings
from saccade.evaluation.judging.making import Wanted, make_plan, pooled
from saccade.evaluation.judging.plan import JudgingPlan
from saccade.service import judging
from saccade.service.judging import Answer, Judging
from saccade.service.writer import Busy
from saccade.workspace import Workspace
from tests.service.running import KEY, WRITES, Checked, in_thread, settings


@pytest.fixture(scope="module")
def judged(copied: Callable[[], str]) -> Workspace:
    """A copy of the shop with a plan of grades and one of sides."""
    ws = Workspace(copied())
    (model,) = ws.models_with_fingerprints()
    catalogue = Catalogue(ws)
    plans.save(ws, make_plan(catalogue, "one", Wanted((model,), depth=2, count=6, raters=2)))
    other = make_plan(catalogue, "two", Wanted((model,), depth=4, count=6))
    plans.save(ws, _sided(other))
    return ws


def _sided(graded: JudgingPlan) -> JudgingPlan:
    """Two lists for each query: ranks 1 and 2 against ranks 3 and 4."""
    places: dict[str, dict[int, str]] = {}
    for one in graded.questions:
        places.setdefault(one.query_id, {})[one.ranks[0]] = one.shown[0][0]
    found = [{query: (at[first], at[first + 1]) for query, at in places.items()} for first in (1, 3)]
    wanted = Wanted(("near", "far"), kind="sides", depth=2)
    return pooled("two", wanted, ("near", "far"), graded.queries, found, graded.pictures)


@pytest.fixture(scope="module")
def judging_address(judged: Workspace) -> Iterator[str]:
    with in_thread(settings(judged.uri)) as url:
        yield url


@pytest.fixture
def raters(judging_address: str) -> Iterator[Checked]:
    with Checked(judging_address) as client:
        yield client


def upcoming(client: Checked, plan: str, rater: str, **more: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/judging/{plan}/next", params={"rater": rater, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def say(client: Checked, plan: str, rater: str, question: str, **said: Any) -> Any:
    body = {"plan": plan, "rater": rater, "question": question, **said}
    return client.post("/v1/judgements", json=body, headers=WRITES)


def test_plans_are_listed_with_the_scale(raters: Checked) -> None:
    found = raters.get("/v1/judging").json()
    assert [(one["name"], one["kind"], one["queries"]) for one in found["plans"]] == [
        ("one", "grades", 6), ("two", "sides", 6),
    ]  # fmt: skip
    assert [one["value"] for one in found["grades"]] == [0, 1, 2, 3, 4]
    assert found["grades"][4]["name"] == "extremely similar"
    assert found["writable"] is True


def test_a_rater_works_through_a_plan(raters: Checked, judged: Workspace) -> None:
    seen: list[str] = []
    while found := upcoming(raters, "one", "ann", count=5)["questions"]:
        for one in found:
            assert [len(part) for part in one["lists"]] == [1]
            assert one["query"]["width"] == 96
            assert raters.get(one["query"]["url"]).status_code == 200
            assert say(raters, "one", "ann", one["question"], grade=len(seen) % 5).json()["stored"]
            seen.append(one["question"])
    assert len(seen) == len(set(seen)) == 12
    state = upcoming(raters, "one", "ann")
    assert (state["mine"], state["left"], state["plan"]["done"], state["plan"]["wanted"]) == (12, 0, 12, 24)
    kept = ratings.read(judged, plans.load(judged, "one"))
    assert kept.raters == ("ann",)
    assert sorted(kept.given) == sorted(seen)


def test_nothing_tells_where_a_result_came_from(raters: Checked, judged: Workspace) -> None:
    for plan in ("one", "two"):
        answer = raters.get(f"/v1/judging/{plan}/next", params={"rater": "spy", "count": 20})
        for word in ("near", "far", "rank", "run", "index:", *judged.models_with_fingerprints()):
            assert word not in answer.text


def test_an_answer_is_replaced_and_taken_back(raters: Checked, judged: Workspace) -> None:
    (one,) = upcoming(raters, "one", "bob", count=1)["questions"]
    plan = plans.load(judged, "one")
    for said, expected in (({"grade": 1}, 1), ({"grade": 4}, 4), ({}, None)):
        assert say(raters, "one", " bob ", one["question"], **said).json()["stored"] == bool(said)
        given = ratings.read(judged, plan).given.get(one["question"], {})
        assert given.get("bob") == expected
    assert upcoming(raters, "one", "bob", count=1)["questions"][0] == one


def test_sides_come_back_as_runs(raters: Checked, judged: Workspace) -> None:
    plan, sides = plans.load(judged, "two"), set()
    for rater in ("ann", "bob", "eve"):
        for one in upcoming(raters, "two", rater, count=20)["questions"]:
            question = plan.by_id[one["question"]]
            left = [picture["image_id"] for picture in one["lists"][0]]
            near_is_left = left == [plan.picture(result) for result in question.shown[0]]
            sides.add(near_is_left)
            answer = say(raters, "two", rater, one["question"], side="left" if near_is_left else "right")
            assert answer.status_code == 200
    assert sides == {True, False}
    given = ratings.read(judged, plan).given
    assert {grade for said in given.values() for grade in said.values()} == {-1}


def test_what_is_shown_already_does_not_come_again(raters: Checked) -> None:
    first = upcoming(raters, "one", "kim", count=3)["questions"]
    skip = [one["question"] for one in first]
    second = upcoming(raters, "one", "kim", count=20, skip=skip)
    assert not {one["question"] for one in second["questions"]} & set(skip)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"grade": 5}, 422, "less than or equal to 4"),
        ({"grade": "good"}, 422, "integer"),
        ({"side": "left"}, 422, "asks for a grade"),
        ({"rater": ""}, 422, "rater"),
        ({"rater": "a\nb"}, 422, "rater"),
        ({"question": "0" * 16}, 404, "no question"),
        ({"plan": "nothing"}, 404, "there are one, two"),
        ({"plan": "../one"}, 422, "plan"),
        ({"grades": 1}, 422, "grades"),
    ],
)
def test_what_is_no_answer_is_refused_in_one_line(
    raters: Checked, body: dict[str, Any], status: int, words: str
) -> None:
    (one,) = upcoming(raters, "one", "zoe", count=1)["questions"]
    whole = {"plan": "one", "rater": "zoe", "question": one["question"], **body}
    answer = raters.post("/v1/judgements", json=whole, headers=WRITES)
    assert answer.status_code == status
    assert words in answer.json()["error"]["message"]


def test_answers_need_a_key(raters: Checked, judged: Workspace) -> None:
    (one,) = upcoming(raters, "one", "zoe", count=1)["questions"]
    body = {"plan": "one", "rater": "zoe", "question": one["question"], "grade": 1}
    assert raters.post("/v1/judgements", json=body).status_code == 401
    with in_thread(settings(judged.uri, keys=())) as url, Checked(url) as closed:
        assert closed.get("/v1/judging").json()["writable"] is False
        assert closed.post("/v1/judgements", json=body, headers=WRITES).status_code == 403


def test_a_plan_that_is_not_there_and_a_workspace_without(raters: Checked, api: Checked) -> None:
    assert raters.get("/v1/judging/none/next?rater=a").status_code == 404
    assert raters.get("/v1/judging/one/next").status_code == 422
    assert api.get("/v1/judging").json()["plans"] == []
    found = api.get("/v1/judging/main/next?rater=a")
    assert "saccade judge plan" in found.json()["error"]["message"]


def test_a_picture_that_is_gone_is_not_asked_about(copied: Callable[[], str]) -> None:
    ws = Workspace(copied())
    (model,) = ws.models_with_fingerprints()
    made = make_plan(Catalogue(ws), "one", Wanted((model,), count=4))
    plans.save(ws, made)
    gone = made.questions[0].query_id
    ws.table("images").delete_keys([gone])
    with in_thread(settings(ws.uri)) as url, Checked(url) as client:
        shown = {one["query"]["image_id"] for one in upcoming(client, "one", "a", count=20)["questions"]}
    assert shown == {one.query_id for one in made.questions} - {gone}


def test_a_crowd_is_written_together(judged: Workspace) -> None:
    desk, plan = Judging(judged), plans.load(judged, "two")
    before, names = judged.table("judgements").version, [f"crowd {n}" for n in range(30)]
    asked = plan.questions[0]
    said = []
    with ExitStack() as holding:
        holding.enter_context(Workspace(judged.uri).lock("a test"))
        said += [desk.submit(Answer(plan, asked, name, n % 3 - 1)) for n, name in enumerate(names)]
        time.sleep(0.3)
        assert not any(one.done() for one in said)
    for one in said:
        one.result(10)
    desk.close()
    given = ratings.read(judged, plan).given[asked.question_id]
    assert {name: given[name] for name in names} == {name: n % 3 - 1 for n, name in enumerate(names)}
    assert judged.table("judgements").version - before < 10


def test_a_workspace_that_stays_locked_says_so(judged: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "PATIENCE", 0.1)
    desk, plan = Judging(judged), plans.load(judged, "two")
    answer = Answer(plan, plan.questions[0], "late", 0)
    with Workspace(judged.uri).lock("a long job"), pytest.raises(LockedError, match="a long job"):
        desk.submit(answer).result(10)
    desk.submit(answer).result(10)
    desk.close()
    assert ratings.read(judged, plan).given[plan.questions[0].question_id]["late"] == 0


def test_no_more_answers_wait_than_are_taken(judged: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST", 3)
    desk, plan = Judging(judged), plans.load(judged, "two")
    with Workspace(judged.uri).lock("a long job"):
        waiting = []
        with pytest.raises(Busy):
            while len(waiting) < 20:
                waiting.append(desk.submit(Answer(plan, plan.questions[0], f"late {len(waiting)}", 0)))
        assert 3 <= len(waiting) < 20
    for one in waiting:
        one.result(10)
    desk.close()


def test_a_broken_plan_does_not_hide_the_others(judged: Workspace) -> None:
    judged.write_bytes("judging/broken/plan.json", b"[1, 2]")
    try:
        assert [one.plan.name for one in Judging(judged).states()] == ["one", "two"]
    finally:
        judged.fs.rm(judged.path("judging", "broken"), recursive=True)


def test_a_plan_that_is_made_anew_is_read_anew(judged: Workspace) -> None:
    desk, made = Judging(judged), plans.load(judged, "two")
    assert desk.state("two").plan == made
    assert desk.state("two").plan is desk.state("two").plan
    plans.save(judged, replace(made, questions=made.questions[:2]))
    assert len(desk.state("two").plan.questions) == 2
    plans.save(judged, made)


def test_a_program_rates_a_plan(copied: Callable[[], str]) -> None:
    ws = Workspace(copied())
    (model,) = ws.models_with_fingerprints()
    made = make_plan(Catalogue(ws), "main", Wanted((model,), count=4, raters=1))
    plans.save(ws, made)
    with in_thread(settings(ws.uri)) as url:
        with Client(url, key=KEY) as client:
            while found := client.next_questions("main", "program", count=3).questions:
                for one in found:
                    assert client.picture(one.lists[0][0].image_id)[:2] == b"\xff\xd8"
                    client.judge("main", "program", one.question, grade=2)
            assert (client.plans().writable, client.plans().plans[0].done) == (True, made.wanted)
            with pytest.raises(NotFound, match="no question"):
                client.judge("main", "program", "0" * 16, grade=1)
        with Client(url) as client, pytest.raises(NotAllowed):
            client.judge("main", "program", made.questions[0].question_id, grade=1)

        async def again() -> int:
            async with AsyncClient(url, key=KEY) as client:
                await client.judge("main", "program", made.questions[0].question_id)
                return (await client.next_questions("main", "program")).left

        assert asyncio.run(again()) == 1
    given = ratings.read(ws, made).given
    assert {grade for said in given.values() for grade in said.values()} == {2}
