"""Make a plan: draw queries, get the results of one or two runs, pool them into questions.

Decided:
- Queries are drawn in proportion to their groups, by a seeded hash; how many follows from the half-width that
  is wanted, or is said.
- Grades: the first `depth` results of all runs are pooled, so a pair that two runs found is asked once.
- Every question gets `raters` people, or, to save work, a share `overlap` of the queries does and the rest
  one person; agreement is then measured on that share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

import pyarrow as pa

from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError
from saccade.evaluation.judging.grades import Kind
from saccade.evaluation.judging.plan import Asked, JudgingPlan, Question, check_name, drawn, question_id
from saccade.evaluation.judging.runs import By, Source, source
from saccade.evaluation.judging.sampling import queries_needed, stratified
from saccade.evaluation.labelled import group_names
from saccade.metrics.columns import lookup

Results = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Wanted:
    """Settings of a plan."""

    runs: tuple[str, ...]
    """One or two: a model with fingerprints, index:NAME, or a TREC file."""
    kind: Kind = "grades"
    """grades: one result at a time, 0 to 4. sides: which of two lists is better."""
    depth: int = 1
    """Results of a query: pooled for grades, shown in each list for sides."""
    queries: str = ""
    """Pictures that may ask, such as role=review; empty: all that every run can answer."""
    count: int = 0
    """Queries to draw; 0: as many as half_width needs."""
    half_width: float = 0.07
    """Wanted half-width of the 95% interval of a share over queries."""
    groups: str = ""
    """Label whose values are drawn in proportion and reported apart, such as category."""
    by: By = "item"
    """Results are items, or pictures (image)."""
    raters: int = 3
    """People for each question."""
    overlap: float = 1.0
    """Share of the queries that this many people judge; the others get one."""
    seed: int = 0
    """Of the draw, the order and the sides."""

    def check(self) -> None:
        """InputError for settings that make no plan."""
        most = 2
        if not 1 <= len(self.runs) <= most or len(set(self.runs)) < len(self.runs):
            raise InputError(f"a plan has one or two different runs, found {len(self.runs)}")
        if self.kind == "sides" and len(self.runs) != most:
            raise InputError("side by side needs two runs")
        if not 1 <= self.depth <= 100 or not 1 <= self.raters <= 100 or self.count < 0:
            raise InputError(f"depth and raters are 1 to 100 and count is not below 0, found {self.depth}, "
                             f"{self.raters} and {self.count}")  # fmt: skip
        if not 0 <= self.overlap <= 1:
            raise InputError(f"overlap is a share, 0 to 1, found {self.overlap}")


def make_plan(catalogue: Catalogue, name: str, wanted: Wanted) -> JudgingPlan:
    """The plan; InputError where no query is left or nothing was found."""
    wanted.check()
    sources = [source(catalogue, spec, wanted.by) for spec in wanted.runs]
    able = _able(catalogue, sources, wanted.queries)
    labels = group_names(catalogue, wanted.groups, able) if wanted.groups else [""] * len(able)
    asked = [Asked(query, group) for query, group in zip(able.to_pylist(), labels, strict=True)]
    size = wanted.count or queries_needed(wanted.half_width, population=len(asked))
    drawn_queries = stratified(asked, size, wanted.seed)
    names = [one.query_id for one in drawn_queries]
    found = [one.results(catalogue, names, wanted.depth, wanted.by) for one in sources]
    return pooled(check_name(name), wanted, run_names(sources), drawn_queries, found, _pictures(catalogue))


def pooled(
    name: str, wanted: Wanted, runs: tuple[str, ...], queries: Sequence[Asked], found: Sequence[Results],
    pictures: Mapping[str, str],
) -> JudgingPlan:  # fmt: skip
    """A plan from results at hand: `found` has one mapping a run, `pictures` that of each item."""
    make = _sides if wanted.kind == "sides" else _grades
    questions = [one for query in queries for one in make(name, wanted, query.query_id, found)]
    if not questions:
        raise InputError("the runs found nothing that could be judged, or the same for every query")
    shown = {result for one in questions for part in one.shown for result in part}
    asked = {one.query_id for one in questions}
    same = [one.query_id for one in queries if one.query_id not in asked] if wanted.kind == "sides" else []
    return JudgingPlan(
        name, wanted.kind, runs, wanted.by, wanted.depth, wanted.seed, tuple(queries), tuple(questions),
        {result: pictures[result] for result in sorted(shown)} if wanted.by == "item" else {},
        {one.query_id: tuple(len(run.get(one.query_id, ())) for run in found) for one in queries},
        tuple(same), datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


def run_names(sources: Sequence[Source]) -> tuple[str, ...]:
    """Short names of the runs; two files of one name keep their paths."""
    names = tuple(one.name for one in sources)
    return names if len(set(names)) == len(names) else tuple(one.spec for one in sources)


def _grades(name: str, wanted: Wanted, query: str, found: Sequence[Results]) -> list[Question]:
    lists = [run.get(query, ())[: wanted.depth] for run in found]
    pool = dict.fromkeys(result for part in lists for result in part)
    return [
        Question(
            question_id(name, query, result), query, ((result,),),
            tuple(part.index(result) + 1 if result in part else 0 for part in lists),
            _raters(wanted, query),
        )
        for result in pool
    ]  # fmt: skip


def _sides(name: str, wanted: Wanted, query: str, found: Sequence[Results]) -> list[Question]:
    first, second = (tuple(run.get(query, ())[: wanted.depth]) for run in found)
    if first == second:
        return []
    return [Question(question_id(name, query), query, (first, second), (), _raters(wanted, query))]


def _raters(wanted: Wanted, query: str) -> int:
    chosen = drawn(wanted.seed, "overlap", query) < wanted.overlap * 2**64
    return wanted.raters if chosen else 1


def _able(catalogue: Catalogue, sources: Sequence[Source], queries: str) -> pa.Array:
    """The chosen pictures that every run can be asked for."""
    able = Selection.parse(queries).images(catalogue)
    for one in sources:
        there = one.queries(catalogue)
        able = able.filter(pa.array(lookup(able, there) >= 0))
    if not len(able):
        raise InputError("no picture is left that every run can be asked for: look at queries and runs")
    return able


def _pictures(catalogue: Catalogue) -> dict[str, str]:
    """The first picture of every item."""
    table, first = catalogue.item_images, dict[str, str]()
    for item, image in zip(table["item_id"].to_pylist(), table["image_id"].to_pylist(), strict=True):
        first.setdefault(item, image)
    return first


def effort(plan: JudgingPlan, seconds: float = 4.0) -> str:
    """One line: what the plan asks of people, at `seconds` an answer (our guess)."""
    hours = plan.wanted * seconds / 3600
    return (f"{len(plan.queries)} queries, {len(plan.questions)} questions, {plan.wanted} answers wanted, "
            f"about {ceil(hours * 10) / 10:g} h")  # fmt: skip
