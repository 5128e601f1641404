"""Results of a model beside its baseline, as the rows of its card.

Decided: the card has every retrieval metric and every task in both forms and both domains, the baseline on
the same queries in the same form, and the p value of the paired randomisation test between the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saccade.catalog.catalogue import Catalogue
from saccade.evaluation.answers import Answer, Answers
from saccade.evaluation.classified import classified
from saccade.evaluation.classify import Predicted
from saccade.evaluation.grouped import Grouped
from saccade.evaluation.questions import Asked, Questions
from saccade.evaluation.results import hang_together
from saccade.evaluation.vectors import FORMS
from saccade.metrics.compare import paired
from saccade.metrics.intervals import mean_interval
from saccade.models.card import Domain, Gap, GroupResult, Result


def result_rows(
    catalogue: Catalogue, questions: Questions, asked: Asked, mine: Answers, base: Answers | None
) -> list[Result]:
    """Every number of the card; `base` are the baseline's answers to the same questions."""
    found: list[Result] = []
    for answer in mine.found:
        other = base and next(
            one for one in base.found if (one.domain, one.form) == (answer.domain, answer.form)
        )
        found += _retrieval(catalogue, questions, asked, answer, other or None)
    for form in FORMS:
        ours = [one for one in mine.predicted if one.form == form]
        theirs = [one for one in base.predicted if one.form == form] if base else []
        found += _classification(questions, asked, ours, theirs)
    return found


def _retrieval(
    catalogue: Catalogue, questions: Questions, asked: Asked, answer: Answer, base: Answer | None
) -> Iterator[Result]:
    task = asked.retrieval[answer.domain]
    groups = hang_together(catalogue, questions, task)
    what = "judged" if questions.qrels else f"same {questions.relevant}"
    for metric in answer.scores.metrics:
        values = answer.scores[metric]
        own = mean_interval(values, groups, seed=questions.seed)
        row = Result(
            _domain(answer.domain), what, str(metric), answer.form, len(values), own.mean, own.low, own.high
        )
        if base is None:
            yield row
            continue
        theirs = base.scores[metric]
        other = mean_interval(theirs, groups, seed=questions.seed)
        p = paired(theirs, values, groups, seed=questions.seed).p_randomisation
        yield _with_base(row, other.mean, other.low, other.high, p)


def _classification(
    questions: Questions, asked: Asked, ours: Sequence[Predicted], theirs: Sequence[Predicted]
) -> Iterator[Result]:
    if not ours:
        return
    both = classified([*ours, *theirs], asked.domains, questions.clusters, questions.seed)
    model, form = ours[0].model, ours[0].form
    counts = {(one.domain, one.task): one.counts["test"] for one in both.facts}
    ps = {(one.domain, one.task, one.method): one.p for one in both.differences}
    for score in both.scores:
        if score.model != model:
            continue
        count = counts.get(
            (score.domain, score.task), sum(n for (d, _), n in counts.items() if d == score.domain)
        )
        ap1 = score.ap1
        row = Result(
            _domain(score.domain),
            score.task,
            f"AP@1 {score.method}",
            form,
            count,
            ap1.mean,
            ap1.low,
            ap1.high,
        )
        base = both.find(score.domain, score.task, theirs[0].model, form, score.method) if theirs else None
        if base is None:
            yield row
            continue
        p = ps[score.domain, score.task, score.method]
        yield _with_base(row, base.ap1.mean, base.ap1.low, base.ap1.high, p)


def _with_base(row: Result, mean: float, low: float, high: float, p: float) -> Result:
    return Result(
        row.domain,
        row.task,
        row.metric,
        row.vectors,
        row.count,
        row.value,
        row.low,
        row.high,
        mean,
        low,
        high,
        p,
    )


def group_rows(found: Sequence[Grouped], model: str) -> list[GroupResult]:
    """The groups of one model."""
    return [
        GroupResult(
            _domain(one.domain), one.task, one.by, score.group, score.count, score.accuracy.mean,
            score.accuracy.low, score.accuracy.high, score.precision, score.recall,
        )
        for one in found if one.model == model for score in one.groups.scores
    ]  # fmt: skip


def gap_rows(found: Sequence[Grouped], model: str) -> list[Gap]:
    """The largest gaps of one model."""
    return [
        Gap(_domain(one.domain), one.task, one.by, gap.metric, gap.gap, gap.worst, gap.best, one.groups.small)
        for one in found if one.model == model for gap in one.groups.gaps
    ]  # fmt: skip


def _domain(name: str) -> Domain:
    return "out" if name == "out" else "in"
