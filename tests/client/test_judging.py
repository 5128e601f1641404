"""Raters that are programs: what is sent, and what is made of the answer."""

from __future__ import annotations

import json

import httpx
import pytest

from saccade.client import Client
from saccade.errors import InputError

PLAN = {
    "name": "main", "kind": "sides", "depth": 2, "queries": 3, "questions": 3, "done": 1, "wanted": 9,
    "raters": 1,
}  # fmt: skip


def played(answer: object, sent: list[httpx.Request]) -> httpx.MockTransport:
    def reply(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=answer)

    return httpx.MockTransport(reply)


def test_what_is_asked_for() -> None:
    sent: list[httpx.Request] = []
    answer = {"plan": PLAN, "questions": [], "mine": 1, "left": 2}
    with Client(transport=played(answer, sent)) as client:
        found = client.next_questions("a/b", "ann & bob", count=3, skip=["x", "y"])
    assert (found.plan.kind, found.mine, found.left) == ("sides", 1, 2)
    assert sent[0].url.raw_path == b"/v1/judging/a%2Fb/next?rater=ann+%26+bob&count=3&skip=x&skip=y"


@pytest.mark.parametrize("said", [{"grade": 0}, {"side": "tie"}, {}])
def test_what_is_said(said: dict) -> None:
    sent: list[httpx.Request] = []
    answer = {"question": "q", "stored": bool(said)}
    with Client(transport=played(answer, sent), key="a key of mine only") as client:
        assert client.judge("main", "ann", "q", **said).stored == bool(said)
    assert json.loads(sent[0].content) == {"plan": "main", "rater": "ann", "question": "q", **said}
    assert sent[0].headers["authorization"] == "Bearer a key of mine only"
    with Client(transport=played(answer, sent)) as client, pytest.raises(InputError, match="both"):
        client.judge("main", "ann", "q", grade=1, side="left")
