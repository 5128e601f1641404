"""A judging plan: which questions raters get, and where it is kept (`judging/<name>/plan.json`).

A plan of kind `grades` asks "how similar is this result to the query?" once for each pair; one of kind
`sides` asks "which of the two lists is better?" once for each query.

Decided:
- A plan is written once and is all that the service needs; runs and models may be gone by then.
- What people say goes to the table `judgements`, one row a rater and question, so that saying it again
  replaces it:
  - grades: `query_id` the query's picture, `item_id` the result, `grade` 0..4. Two plans that ask for one
    pair share its grades.
  - sides: `query_id` the query's picture, `item_id` `sides:<plan>:<second run>`, `grade` 1 where the second
    run was better, -1 where the first was, 0 for a tie.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from saccade.errors import InputError, NotFoundError
from saccade.evaluation.judging.grades import Kind
from saccade.workspace import Workspace

FOLDER = "judging"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Asked:
    """A query of the plan: a picture, and the group that it is counted in ("" for none)."""

    query_id: str
    group: str = ""


@dataclass(frozen=True)
class Question:
    """One question to raters.

    shown: lists of results; one list of one result for grades, the lists of both runs for sides. ranks: for
    grades, the result's place from 1 in each run of the plan, 0 where the run has not got it. raters: how
    many people shall answer.
    """

    question_id: str
    query_id: str
    shown: tuple[tuple[str, ...], ...]
    ranks: tuple[int, ...] = ()
    raters: int = 1


@dataclass(frozen=True)
class JudgingPlan:
    """What is asked.

    pictures: of items that are shown, where results are items. answered: how many results a query has in each
    run, so that a missing one counts as a miss. same: queries whose two lists are equal, which are ties
    without asking.
    """

    name: str
    kind: Kind
    runs: tuple[str, ...]
    by: Literal["image", "item"]
    depth: int
    seed: int
    queries: tuple[Asked, ...]
    questions: tuple[Question, ...]
    pictures: Mapping[str, str] = field(default_factory=dict[str, str])
    answered: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    same: tuple[str, ...] = ()
    created: str = ""

    def picture(self, result: str) -> str:
        """The picture that stands for a result."""
        return self.pictures.get(result, result)

    def key(self, question: Question) -> tuple[str, str]:
        """(query_id, item_id) of the rows of `judgements` that answer a question."""
        if self.kind == "sides":
            return question.query_id, f"sides:{self.name}:{self.runs[1]}"
        return question.query_id, question.shown[0][0]

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """Questions by id."""
        return {one.question_id: one for one in self.questions}

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], str]:
        """Question ids by the key of their answers."""
        return {self.key(one): one.question_id for one in self.questions}

    @property
    def wanted(self) -> int:
        """Answers that complete the plan."""
        return sum(one.raters for one in self.questions)


def question_id(*parts: str) -> str:
    """A short id that says nothing about which run a result came from."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


def drawn(seed: int, *parts: str) -> int:
    """A number of 64 bits that the seed and the texts decide alone."""
    text = "\0".join((str(seed), *parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def check_name(name: str) -> str:
    """The name, or InputError for one that is no file name."""
    if not _NAME.fullmatch(name):
        raise InputError(f"a plan's name has letters, digits, '.', '_', '-', found {name[:100]!r}")
    return name


def save(ws: Workspace, plan: JudgingPlan) -> str:
    """Write the plan; returns its URI."""
    return ws.write_bytes(_place(check_name(plan.name)), json.dumps(asdict(plan), indent=1).encode())


def load(ws: Workspace, name: str) -> JudgingPlan:
    """The plan of that name; `NotFoundError` that says which there are."""
    return parse(read(ws, name), ws.path(_place(name)))


def read(ws: Workspace, name: str) -> bytes:
    """The plan's file; `NotFoundError` that says which plans there are."""
    try:
        return ws.read_bytes(_place(check_name(name)))
    except NotFoundError:
        have = ", ".join(names(ws)) or "none; make one with `saccade judge plan`"
        raise NotFoundError(f"there is no judging plan {name!r}; there are {have}") from None


def parse(data: bytes, place: str = "this file") -> JudgingPlan:
    """A plan from its file; InputError for what is none."""
    try:
        found: dict[str, Any] = json.loads(data)
        return _parsed(found)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{place} is no judging plan: {type(error).__name__} {error}") from error


def names(ws: Workspace) -> list[str]:
    """Names of the plans, sorted."""
    try:
        ws.fs.invalidate_cache()
        found = ws.fs.ls(ws.path(FOLDER), detail=False)
    except FileNotFoundError:
        return []
    return sorted(name for one in found if _NAME.fullmatch(name := str(one).rstrip("/").rsplit("/", 1)[-1]))


def _place(name: str) -> str:
    return f"{FOLDER}/{name}/plan.json"


def _parsed(found: dict[str, Any]) -> JudgingPlan:
    found["queries"] = tuple(Asked(**one) for one in found["queries"])
    found["questions"] = tuple(_question(one) for one in found["questions"])
    found["answered"] = {name: tuple(one) for name, one in found["answered"].items()}
    for name in ("runs", "same"):
        found[name] = tuple(found[name])
    return JudgingPlan(**found)


def _question(one: dict[str, Any]) -> Question:
    shown = tuple(tuple(part) for part in one["shown"])
    return Question(one["question_id"], one["query_id"], shown, tuple(one["ranks"]), one["raters"])
