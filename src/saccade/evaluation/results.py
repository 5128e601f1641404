"""Answers to results: the tables of retrieval, classification and groups, together as Markdown and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.catalog.catalogue import ITEM, Catalogue
from saccade.evaluation import tables
from saccade.evaluation.answers import Answer, Answers
from saccade.evaluation.classified import AVERAGE, Classified, classified
from saccade.evaluation.classify import METHODS
from saccade.evaluation.grouped import Grouped, grouped, grouped_retrieval
from saccade.evaluation.questions import IN, Asked, Questions
from saccade.evaluation.report import Evaluation, side_by_side, summarise
from saccade.evaluation.retrieval import Task
from saccade.metrics.columns import lookup


@dataclass(frozen=True)
class Results:
    """All numbers. `evaluations` are those of retrieval by domain, empty without retrieval."""

    evaluations: Mapping[str, Evaluation]
    classified: Classified | None
    grouped: tuple[Grouped, ...]
    facts: Mapping[str, str | int]

    def markdown(self) -> str:
        """What `table.md` holds below its title."""
        parts: list[str] = []
        if self.evaluations:
            parts.append(side_by_side(self.evaluations).markdown().rstrip())
        else:
            parts.append("\n".join(f"- {name}: {value}" for name, value in self.facts.items()))
        if self.classified:
            parts.append(tables.classification(self.classified))
        if self.grouped:
            parts.append(tables.groups(self.grouped))
        return "\n\n".join(parts) + "\n"

    def as_json(self) -> dict[str, object]:
        """Plain values; the keys of retrieval are there, and empty, without retrieval too."""
        plain: dict[str, object] = {"facts": dict(self.facts), "lines": [], "comparisons": []}
        if self.evaluations:
            plain = side_by_side(self.evaluations).as_json()
        return plain | tables.as_json(self.classified, self.grouped)

    def headline(self) -> dict[str, float]:
        """In domain, of the first model's floats: the metrics of retrieval, the averages over tasks."""
        shown: dict[str, float] = {}
        if self.evaluations:
            first = self.evaluations[IN]
            means = zip(first.metrics, first.lines[0].intervals, strict=True)
            shown |= {metric: interval.mean for metric, interval in means}
        if self.classified:
            model = self.classified.scores[0].model
            scores = {m: self.classified.find(IN, AVERAGE, model, "float", m) for m in METHODS}
            shown |= {f"AP@1 {method}": one.ap1.mean for method, one in scores.items() if one}
        return shown


def results(catalogue: Catalogue, questions: Questions, asked: Asked, answers: Answers) -> Results:
    """Intervals, tests and groups of all answers."""
    evaluations = {
        domain: _evaluation(catalogue, questions, domain, task, answers)
        for domain, task in asked.retrieval.items()
    }
    found = None
    if answers.predicted:
        found = classified(answers.predicted, asked.domains, questions.clusters, questions.seed)
    by_group = _grouped(catalogue, questions, asked, answers)
    return Results(evaluations, found, tuple(by_group), facts(questions, asked))


def _evaluation(
    catalogue: Catalogue, questions: Questions, domain: str, task: Task, answers: Answers
) -> Evaluation:
    groups = hang_together(catalogue, questions, task)
    mine = [answer for answer in answers.found if answer.domain == domain]
    lines = [(answer.model, answer.form, answer.scores) for answer in mine]
    return summarise(lines, groups, _task_facts(questions, domain, task, groups), seed=questions.seed)


def hang_together(catalogue: Catalogue, questions: Questions, task: Task) -> npt.NDArray[np.int64] | None:
    """A number for the label of each query; None where no two queries share one, or nobody asked."""
    if not questions.clusters:
        return None
    labels = catalogue.labels_of_images(questions.relevant or ITEM)
    row = lookup(labels["image_id"].combine_chunks(), task.queries)
    code = np.asarray(labels["label"].combine_chunks().dictionary_encode().indices)
    groups = -1 - np.arange(len(task.queries))
    groups[row[row >= 0]] = code[row >= 0]
    return groups if len(np.unique(groups)) < len(groups) else None


def _grouped(catalogue: Catalogue, questions: Questions, asked: Asked, answers: Answers) -> list[Grouped]:
    found = grouped(answers.predicted, asked.domains, questions.groups, asked.groups, questions.seed)
    if not questions.groups:
        return found
    floats = [answer for answer in answers.found if answer.form == "float"]
    made = [_found_by_group(catalogue, questions, asked, answer) for answer in floats]
    return found + [one for one in made if one]


def _found_by_group(
    catalogue: Catalogue, questions: Questions, asked: Asked, answer: Answer
) -> Grouped | None:
    task = asked.retrieval[answer.domain]
    names = [asked.groups[row] for row in lookup(task.queries, asked.queries).tolist()]
    if not any(names):
        return None
    metric = str(answer.scores.metrics[0])
    what = "qrels" if questions.qrels else f"same {questions.relevant}"
    clusters = hang_together(catalogue, questions, task)
    return grouped_retrieval(
        answer.domain, what, questions.groups, answer.model, metric, answer.scores[metric], names, clusters,
        questions.seed,
    )  # fmt: skip


def facts(questions: Questions, asked: Asked) -> dict[str, str | int]:
    """Settings and counts of a classification, for its report."""
    domains = {name: int(keep.sum()) for name, keep in asked.domains.items()}
    chosen: dict[str, str | int] = {
        "queries": f"{domains[IN]} ({questions.queries or 'all'})",
        "gallery": f"{len(asked.gallery)} ({questions.gallery or 'all'})",
    }
    if questions.out_of_domain:
        chosen["out of domain"] = f"{sum(domains.values()) - domains[IN]} ({questions.out_of_domain})"
    drawn = "products" if questions.clusters else "pictures"
    return {
        **chosen,
        "left out": ", ".join(questions.leave_out) or "nothing",
        "intervals": f"95%, {drawn} drawn",
    }


def _task_facts(
    questions: Questions, domain: str, task: Task, groups: npt.NDArray[np.int64] | None
) -> dict[str, str | int]:
    drawn = "each query by itself" if groups is None else f"{len(np.unique(groups))} groups of queries"
    selection = questions.queries if domain == IN else questions.out_of_domain
    chosen: dict[str, str | int] = {
        "queries": f"{len(task.queries)} ({selection or 'all'})",
        "gallery": f"{len(task.gallery)} ({questions.gallery or 'all'})",
        "ranked": f"{len(task.ids)} {questions.by}s",
        "relevant": questions.qrels or f"same {questions.relevant}",
        "left out": ", ".join(questions.leave_out) or "nothing",
        "depth": questions.depth,
        "intervals": f"95%, {drawn}",
    }
    return {**chosen, **{name: count for name, count in task.counts.items() if count}}
