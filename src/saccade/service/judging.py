"""Plans and answers of raters, for many at once.

Decided:
- Plans and what was said of them are kept in memory while their file and the version of `judgements` stay.
- One thread writes answers, under the workspace's lock, all that wait together: one commit for a crowd. An
  answer is on disk when it is acknowledged.
- While another process holds the lock for more than `PATIENCE` seconds, `LockedError` says so, and the page
  keeps the answer and comes back.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from saccade.errors import InputError, LockedError, NotFoundError
from saccade.evaluation.judging import order, ratings
from saccade.evaluation.judging import plan as plans
from saccade.evaluation.judging.order import Given
from saccade.evaluation.judging.plan import JudgingPlan, Question
from saccade.service.writer import Busy
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of

PATIENCE, RETRY = 5.0, 0.05  # seconds
TIDY = 50  # groups of answers between two tidyings of the table
MOST = 1000  # answers that may wait
_log = logging.getLogger("saccade.service")


@dataclass(frozen=True)
class Answer:
    """What a rater said; a grade of None takes it back."""

    plan: JudgingPlan
    question: Question
    rater: str
    grade: int | None


@dataclass(frozen=True, eq=False)
class _Job:
    answer: Answer
    future: Future[None] = field(default_factory=Future)


@dataclass(frozen=True)
class State:
    """A plan and what was said of it so far."""

    plan: JudgingPlan
    given: Given

    @property
    def done(self) -> int:
        """Answers that count."""
        return order.done(self.plan, self.given)

    @property
    def raters(self) -> int:
        """People who answered."""
        return len({rater for said in self.given.values() for rater in said})

    def mine(self, rater: str) -> int:
        """Answers of one rater."""
        return sum(rater in said for said in self.given.values())


class Judging:
    """The plans of a workspace. Safe to use from any thread."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = Workspace(ws.uri, storage_options=ws.options)  # with a lock of its own
        self._guard = threading.Lock()
        self._hand = ThreadPoolExecutor(1, "judging")  # starts with the first answer
        self._plans: dict[str, tuple[bytes, JudgingPlan]] = {}
        self._given: dict[str, tuple[JudgingPlan, int, Given]] = {}
        self._waiting: list[_Job] = []
        self._groups = 0

    def states(self) -> list[State]:
        """Every plan that can be read; the log tells of the others."""
        found: list[State] = []
        for name in plans.names(self.ws):
            try:
                found.append(self.state(name))
            except (InputError, NotFoundError) as error:
                _log.warning("a judging plan is passed over: %s", error)
        return found

    def state(self, name: str) -> State:
        """A plan as it is now; `NotFoundError` for none."""
        made, version = self._plan(name), self.ws.table(ratings.TABLE).version
        with self._guard:
            kept = self._given.get(name)
        if kept is not None and kept[0] is made and kept[1] == version:
            return State(made, kept[2])
        given = ratings.read(self.ws, made).given
        with self._guard:
            self._given[name] = made, version, given
        return State(made, given)

    def question(self, plan: str, question: str) -> tuple[JudgingPlan, Question]:
        """A question of a plan; `NotFoundError` where it does not ask it."""
        made = self._plan(plan)
        if question not in made.by_id:
            raise NotFoundError(f"plan {plan} has no question {question!r}; it may have been made anew")
        return made, made.by_id[question]

    def upcoming(self, state: State, rater: str, count: int, skip: Collection[str]) -> list[Question]:
        """The next questions of a rater."""
        return order.upcoming(state.plan, state.given, rater, count, skip)

    def submit(self, answer: Answer) -> Future[None]:
        """Store an answer, or take one back; done when it is on disk. Raises `Busy` where too many wait.

        The future raises `LockedError` and `StorageError`.
        """
        job = _Job(answer)
        with self._guard:
            if len(self._waiting) >= MOST:
                raise Busy("more answers are waiting than this service takes")
            self._waiting.append(job)
        self._hand.submit(self._write_waiting)
        return job.future

    def close(self) -> None:
        """Write what waits, and end."""
        self._hand.shutdown()

    def _plan(self, name: str) -> JudgingPlan:
        data = plans.read(self.ws, name)
        digest = hashlib.blake2b(data, digest_size=16).digest()
        with self._guard:
            kept = self._plans.get(name)
        if kept is not None and kept[0] == digest:
            return kept[1]
        made = plans.parse(data, f"plan {name}")
        with self._guard:
            self._plans[name] = digest, made
        return made

    def _write_waiting(self) -> None:
        with self._guard:
            group, self._waiting = self._waiting, []
        if not group:  # an earlier turn took it along
            return
        try:
            self._written([one.answer for one in group])
        except Exception as error:
            for one in group:
                one.future.set_exception(error)
        else:
            for one in group:
                one.future.set_result(None)

    def _written(self, answers: Sequence[Answer]) -> None:
        last = {(one.plan.key(one.question), one.rater): one for one in answers}
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with self.ws.lock("saccade serve"):
                    self._commit(list(last.values()))
                return
            except LockedError:
                if time.monotonic() > until:
                    raise
            time.sleep(RETRY)

    def _commit(self, answers: Sequence[Answer]) -> None:
        table = self.ws.table(ratings.TABLE)
        for one in answers:
            if one.grade is None:
                query, item = one.plan.key(one.question)
                same = (("query_id", query), ("item_id", item), ("rater", one.rater))
                table.delete(" AND ".join(any_of(name, [value]) for name, value in same))
        for plan in {id(one.plan): one.plan for one in answers}.values():
            said = [
                (one.question.question_id, one.rater, one.grade)
                for one in answers
                if one.plan is plan and one.grade is not None
            ]
            if said:
                table.upsert(ratings.rows(plan, said))
        self._groups += 1
        if self._groups % TIDY == 0:
            table.optimize()
