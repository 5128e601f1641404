"""An evaluation as numbers, as a table for people, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

from saccade.metrics.compare import PairedTest, paired
from saccade.metrics.intervals import Interval, mean_interval
from saccade.metrics.names import Metric
from saccade.metrics.ranking import Scores
from saccade.models.readme import DOMAINS


@dataclass(frozen=True)
class Line:
    """One model in one form (`float` or `binary`): an interval for each metric, in the order asked.

    domain: `in` or `out` where both stand in one table, else "".
    """

    model: str
    form: str
    intervals: tuple[Interval, ...]
    domain: str = ""

    @property
    def label(self) -> str:
        return f"{self.model} ({self.form})"


@dataclass(frozen=True)
class Comparison:
    """A line against the first line, by one metric."""

    base: str
    other: str
    metric: str
    test: PairedTest
    domain: str = ""


@dataclass(frozen=True)
class Evaluation:
    """The whole result. `facts` are settings and counts, in the order in which they are shown."""

    metrics: tuple[str, ...]
    lines: tuple[Line, ...]
    comparisons: tuple[Comparison, ...]
    facts: dict[str, str | int]

    def rows(self) -> list[tuple[str, ...]]:
        """A header row and a row for each line: model, form, then `mean [low, high]` of each metric."""
        shown = [
            (line.model, line.form, *_domain(line), *map(_interval, line.intervals)) for line in self.lines
        ]
        both = any(line.domain for line in self.lines)
        return [("model", "vectors", *(["domain"] if both else []), *self.metrics), *shown]

    def test_rows(self) -> list[tuple[str, ...]]:
        """A header row and a row for each comparison."""
        header = (
            "compared",
            "metric",
            "difference",
            "better / worse",
            "p randomisation",
            "p t",
            "p Wilcoxon",
        )
        return [header, *map(_comparison, self.comparisons)]

    def markdown(self) -> str:
        """Both tables and the facts as GitHub Markdown."""
        parts = [_markdown(self.rows())]
        if self.comparisons:
            parts.append(_markdown(self.test_rows()))
        parts.append("\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in self.facts.items()))
        return "\n\n".join(parts) + "\n"

    def as_json(self) -> dict[str, object]:
        """Plain numbers, lists and texts for `metrics.json`."""
        lines = [
            {"model": line.model, "vectors": line.form, "domain": line.domain or "in",
             "metrics": {name: asdict(one) for name, one in zip(self.metrics, line.intervals, strict=True)}}
            for line in self.lines
        ]  # fmt: skip
        return {"facts": self.facts, "lines": lines, "comparisons": [asdict(one) for one in self.comparisons]}


def summarise(
    scores: Sequence[tuple[str, str, Scores]],
    groups: npt.NDArray[np.int64] | None,
    facts: dict[str, str | int],
    tested: str | None = None,
    seed: int = 0,
) -> Evaluation:
    """Intervals for every (model, form, scores), and paired tests of each against the first.

    Args:
        scores: all over the same queries and metrics.
        groups: int64 [Q] labels of queries that hang together, None if each stands alone.
        facts: printed with the table.
        tested: the metric of the paired tests; None: the first.
        seed: of bootstrap and randomisation.
    """
    metrics: tuple[Metric, ...] = scores[0][2].metrics
    lines = [
        Line(model, form, tuple(mean_interval(found[metric], groups, seed=seed) for metric in metrics))
        for model, form, found in scores
    ]
    metric = tested or str(metrics[0])
    base = scores[0][2][metric]
    comparisons = [
        Comparison(lines[0].label, line.label, metric, paired(base, found[metric], groups, seed=seed))
        for line, (_, _, found) in zip(lines[1:], scores[1:], strict=True)
    ]
    return Evaluation(tuple(map(str, metrics)), tuple(lines), tuple(comparisons), facts)


def side_by_side(parts: Mapping[str, Evaluation]) -> Evaluation:
    """Evaluations of the same models in several domains as one, the domains of a line below each other."""
    if len(parts) == 1:
        return next(iter(parts.values()))
    placed = {name: [replace(line, domain=name) for line in part.lines] for name, part in parts.items()}
    lines = [line for row in zip(*placed.values(), strict=True) for line in row]
    tests = [replace(one, domain=name) for name, part in parts.items() for one in part.comparisons]
    first = next(iter(parts.values()))
    facts = dict(first.facts)
    for name, part in list(parts.items())[1:]:
        facts |= {f"{DOMAINS[name]}: {key}": v for key, v in part.facts.items() if facts.get(key) != v}
    return Evaluation(first.metrics, tuple(lines), tuple(tests), facts)


def _domain(line: Line) -> tuple[str, ...]:
    return (DOMAINS[line.domain],) if line.domain else ()


def _interval(found: Interval) -> str:
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _comparison(found: Comparison) -> tuple[str, ...]:
    test, gap = found.test, found.test.difference
    return (
        f"{found.other} against {found.base}" + (f", {DOMAINS[found.domain]}" if found.domain else ""),
        found.metric, f"{gap.mean:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]", f"{test.wins} / {test.losses}",
        f"{test.p_randomisation:.4f}", f"{test.p_t:.4f}", f"{test.p_wilcoxon:.4f}",
    )  # fmt: skip


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
