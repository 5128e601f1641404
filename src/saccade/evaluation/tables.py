"""Classification and groups as Markdown and as JSON.

Decided: a table for each model with a row for each task and domain, and the average below; the cells are
AP@1 with half the width of its 95 % interval. Every number stands in `metrics.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from saccade.evaluation.classified import AVERAGE, Classified, Score
from saccade.evaluation.classify import METHODS
from saccade.evaluation.grouped import CLASSES, Grouped
from saccade.evaluation.vectors import FORMS
from saccade.models.readme import DOMAINS, interval, table

MOST_ROWS = 30
"""Groups that a table shows; metrics.json has them all."""


def classification(found: Classified) -> str:
    """A table for each model, then the comparisons of the averages."""
    models = dict.fromkeys(one.model for one in found.scores)
    parts = ["## Classification: AP@1", *(_of_model(found, model) for model in models)]
    averages = [one for one in found.differences if one.task == AVERAGE]
    if averages:
        header = ("average over tasks", "domain", "way", "difference", "p randomisation")
        rows = [
            (f"{one.other} against {one.base}", DOMAINS[one.domain], one.method,
             gain(one.difference.mean, one.difference.low, one.difference.high), f"{one.p:.4f}")
            for one in averages
        ]  # fmt: skip
        parts.append(table(header, rows))
    return "\n\n".join(parts)


def _of_model(found: Classified, model: str) -> str:
    both = len({one.domain for one in found.facts}) > 1
    header = ["task", *(["domain"] if both else []), "classes", "pictures", "majority"]
    header += [f"{method} ({form})" for form in FORMS for method in METHODS]
    rows: list[list[str]] = []
    for task in dict.fromkeys(one.task for one in found.facts):
        for facts in (one for one in found.facts if one.task == task):
            counts = facts.counts
            classes = f"{counts['classes']}" + _lacking(counts["untaught_classes"])
            about = [classes, f"{counts['test']:,}", f"{facts.majority:.3f}"]
            rows.append(
                [task, *_domain(facts.domain, both), *about, *_cells(found, facts.domain, task, model)]
            )
    for domain in dict.fromkeys(one.domain for one in found.facts):
        mine = [one.majority for one in found.facts if one.domain == domain]
        about = ["", "", f"{sum(mine) / len(mine):.3f}"]
        name = f"**{AVERAGE} of {len(mine)}**"
        rows.append([name, *_domain(domain, both), *about, *_cells(found, domain, AVERAGE, model)])
    return f"### {model}\n\n{table(header, rows)}"


def _lacking(count: int) -> str:
    return f" (+{count} untaught)" if count else ""


def _domain(name: str, shown: bool) -> list[str]:
    return [DOMAINS[name]] if shown else []


def _cells(found: Classified, domain: str, task: str, model: str) -> list[str]:
    scores = (found.find(domain, task, model, form, method) for form in FORMS for method in METHODS)
    return [_cell(score) for score in scores]


def _cell(score: Score | None) -> str:
    if score is None:
        return ""
    mean, low, high = score.ap1.mean, score.ap1.low, score.ap1.high
    return f"{mean:.3f} ± {max(high - mean, mean - low):.3f}"


def groups(found: Sequence[Grouped]) -> str:
    """Tables of groups, then the largest gaps. Classes as groups have a table only where they are few."""
    parts = ["## Groups"]
    for one in found:
        if one.by != CLASSES or len(one.groups.scores) <= MOST_ROWS // 2:
            parts.append(_groups(one))
    parts.append(_gaps(found))
    return "\n\n".join(parts)


def _groups(one: Grouped) -> str:
    title = f"### {one.task} by {one.by}, {DOMAINS[one.domain]}, {one.metric}, {one.model}"
    rows = [
        (score.group, f"{score.count:,}",
         interval(score.accuracy.mean, score.accuracy.low, score.accuracy.high),
         _number(score.precision), _number(score.recall))
        for score in one.groups.scores[:MOST_ROWS]
    ]  # fmt: skip
    return f"{title}\n\n{table((one.by, 'queries', one.metric, 'precision', 'recall'), rows)}"


def _gaps(found: Sequence[Grouped]) -> str:
    header = ("model", "domain", "task", "by", "metric", "largest gap", "between", "too small to count")
    rows = [
        (one.model, DOMAINS[one.domain], one.task, one.by,
         one.metric if gap.metric == "accuracy" else gap.metric,
         f"{gap.gap:.3f}", f"{gap.worst} to {gap.best}", f"{len(one.groups.small)}")
        for one in found for gap in one.groups.gaps
    ]  # fmt: skip
    return f"### Largest gaps\n\n{table(header, rows)}"


def gain(mean: float, low: float, high: float) -> str:
    """A difference with its sign: `+0.021 [+0.004, +0.038]`."""
    return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def as_json(found: Classified | None, by_group: Sequence[Grouped]) -> dict[str, object]:
    """Plain values for `metrics.json`."""
    values: dict[str, object] = {"groups": [asdict(one) for one in by_group]}
    if found:
        values["classification"] = [asdict(one) for one in found.scores]
        values["classification_facts"] = [asdict(one) for one in found.facts]
        values["classification_comparisons"] = [asdict(one) for one in found.differences]
    return values
