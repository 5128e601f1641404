"""What raters said of a plan's questions: from and to the table `judgements`.

Decided: `judgements` may hold more than a plan (imports, other plans), so only rows count whose query and
item a question asks for and whose grade lies on its scale; the others are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.evaluation.judging.grades import FIRST, SECOND, TOP
from saccade.evaluation.judging.plan import JudgingPlan
from saccade.metrics.trec import Qrels
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of

TABLE = "judgements"
SIDES = "sides:"  # how `item_id` of a side-by-side verdict begins
_PART = 1000
_RATER = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


@dataclass(frozen=True, eq=False)
class Ratings:
    """grades: float64 [R, Q], NaN where a rater said nothing; `raters` R names, ascending; columns are the
    plan's questions. outside: rows of these questions whose grade is not on the scale."""

    plan: JudgingPlan
    raters: tuple[str, ...]
    grades: npt.NDArray[np.float64]
    outside: int = 0

    @property
    def given(self) -> dict[str, dict[str, int]]:
        """Question id → rater → grade."""
        found: dict[str, dict[str, int]] = {}
        for rater, at in zip(*np.nonzero(~np.isnan(self.grades)), strict=True):
            mine = found.setdefault(self.plan.questions[at].question_id, {})
            mine[self.raters[rater]] = int(self.grades[rater, at])
        return found

    def without(self, raters: Iterable[str]) -> Ratings:
        """The same without some raters."""
        gone = set(raters)
        keep = [at for at, name in enumerate(self.raters) if name not in gone]
        return Ratings(self.plan, tuple(self.raters[at] for at in keep), self.grades[keep], self.outside)


def read(ws: Workspace, plan: JudgingPlan) -> Ratings:
    """Everything that was said of the plan's questions."""
    queries, table = sorted({one.query_id for one in plan.questions}), ws.table(TABLE)
    rows: list[dict[str, object]] = []
    for start in range(0, len(queries), _PART):
        part = any_of("query_id", queries[start : start + _PART])
        rows += table.read(["query_id", "item_id", "rater", "grade"], part).to_pylist()
    place = {one.question_id: at for at, one in enumerate(plan.questions)}
    said = [
        (str(row["rater"]), place[plan.by_key[key]], row["grade"])
        for row in rows
        if (key := (str(row["query_id"]), str(row["item_id"]))) in plan.by_key
    ]
    known = [(rater, at, grade) for rater, at, grade in said if on_scale(plan, grade)]
    raters = sorted({rater for rater, _, _ in known})
    grades = np.full((len(raters), len(plan.questions)), np.nan)
    number = {rater: at for at, rater in enumerate(raters)}
    for rater, at, grade in known:
        grades[number[rater], at] = float(grade)  # pyright: ignore[reportArgumentType]
    return Ratings(plan, tuple(raters), grades, len(said) - len(known))


def rows(plan: JudgingPlan, answers: Iterable[tuple[str, str, int]], at: datetime | None = None) -> pa.Table:
    """Rows of `judgements` from (question id, rater, grade); InputError for what the plan does not ask."""
    moment = at or datetime.now(UTC)
    made: list[dict[str, object]] = []
    for question, rater, grade in answers:
        if question not in plan.by_id:
            raise InputError(f"plan {plan.name} has no question {question[:40]!r}")
        if not on_scale(plan, grade):
            raise InputError(f"expected a grade from {bounds(plan)[0]} to {bounds(plan)[1]}, found {grade}")
        query, item = plan.key(plan.by_id[question])
        made.append({"query_id": query, "item_id": item, "rater": checked_rater(rater), "grade": grade,
                     "time": moment})  # fmt: skip
    kinds = [("query_id", pa.string()), ("item_id", pa.string()), ("rater", pa.string()),
             ("grade", pa.int32()), ("time", pa.timestamp("us", tz="UTC"))]  # fmt: skip
    return pa.Table.from_pylist(made, schema=pa.schema(kinds))


def bounds(plan: JudgingPlan) -> tuple[int, int]:
    """The least and the greatest grade."""
    return (FIRST, SECOND) if plan.kind == "sides" else (0, TOP)


def on_scale(plan: JudgingPlan, grade: object) -> bool:
    """Whether a grade is one of the plan's."""
    low, high = bounds(plan)
    return isinstance(grade, int) and low <= grade <= high


def checked_rater(name: str) -> str:
    """A rater's name without blanks around it; InputError for an empty or a long one."""
    name = name.strip()
    if not _RATER.fullmatch(name):
        raise InputError(f"expected a rater's name of 1 to 60 characters, found {name[:60]!r}")
    return name


def qrels(ratings: Ratings, least: int = 1) -> Qrels:
    """One relevance a pair, for `saccade evaluate --qrels`: the median of its raters, halves rounded down.

    `least` is the lowest grade that is relevant: it becomes 1, what lies below 0, the top grade most.
    """
    if not 1 <= least <= TOP:
        raise InputError(f"the least grade that is relevant is 1 to {TOP}, found {least}")
    if ratings.plan.kind != "grades":
        raise InputError(f"plan {ratings.plan.name} compares lists; only a plan of grades becomes qrels")
    judged = np.flatnonzero((~np.isnan(ratings.grades)).any(axis=0))
    if not len(judged):
        raise InputError(f"nobody has judged plan {ratings.plan.name} yet")
    keys = [ratings.plan.key(ratings.plan.questions[at]) for at in judged]
    middle = np.floor(np.nanmedian(ratings.grades[:, judged], axis=0))
    return Qrels.of(
        [query for query, _ in keys],
        [item for _, item in keys],
        np.maximum(middle - (least - 1), 0).astype(np.int32),
    )
