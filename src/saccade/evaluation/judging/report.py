"""A verdict as Markdown for people, and as a file beside its plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from saccade.evaluation.judging.plan import FOLDER
from saccade.evaluation.judging.verdict import Found, Verdict
from saccade.metrics.agreement import Alpha
from saccade.metrics.intervals import Interval
from saccade.workspace import Workspace


def write(ws: Workspace, found: Verdict) -> str:
    """Write `judging/<name>/verdict.json`; returns its URI."""
    text = json.dumps(found.as_json(), indent=1, default=str)
    return ws.write_bytes(f"{FOLDER}/{found.name}/verdict.json", text.encode())


def markdown(found: Verdict) -> str:
    """The verdict as GitHub Markdown."""
    lines = [f"# Judgements of {found.name}", "", _progress(found)]
    if found.found is None:
        return "\n".join(
            [*lines, "", "Nobody has judged anything yet: open /rate on the page of `saccade serve`.\n"]
        )
    lines += ["", *_part(found.found)]
    if found.flat:
        names = ", ".join(found.flat)
        lines += ["", f"**Flat raters** (always the same answer): {names}."]
    if found.trusted is not None:
        lines += ["", "## Without the flat raters", "", *_part(found.trusted)]
    return "\n".join([*lines, "", "## Raters", "", *_raters(found)]) + "\n"


def _progress(found: Verdict) -> str:
    share = found.done / found.wanted if found.wanted else 1.0
    said = f"{found.done:,} of {found.wanted:,} answers ({share:.0%}), {found.queries:,} queries"
    odd = f"; {found.outside:,} rows with a grade off the scale are left out" if found.outside else ""
    return f"{said}, {len(found.raters)} raters{odd}."


def _part(found: Found) -> list[str]:
    lines: list[str] = []
    if found.measures:
        rows = [(one.run, one.metric, _interval(one.interval), str(one.queries)) for one in found.measures]
        lines += [*_table(("run", "metric", "mean [95%]", "queries"), rows), ""]
    for one in found.compared:
        test = one.test
        lines.append(
            f"- {one.metric}: {one.second} against {one.first}: {_interval(test.difference)}, better on "
            f"{test.wins}, worse on {test.losses} of {test.queries} queries, p {test.p_randomisation:.3g}"
        )
    if found.wins is not None:
        won = found.wins
        lines.append(
            f"- {won.second} against {won.first}: win rate {_interval(won.rate)} (a tie counts half), "
            f"{won.wins} won, {won.losses} lost, {won.ties} ties, sign test p {won.p:.3g}"
        )
    lines.append(f"- agreement: {agreement(found.agreement, found.same)}")
    return [*lines, *_groups(found)]


def agreement(found: Alpha, same: float | None) -> str:
    """Krippendorff's alpha and the share of equal answers, in words."""
    if found.value is None:
        return "not known yet: answers of different people do not overlap, or do not vary"
    bounds = "" if found.low is None or found.high is None else f" [{found.low:.2f}, {found.high:.2f}]"
    share = "" if same is None else f", {same:.0%} of pairs of answers are equal"
    return (
        f"Krippendorff's alpha ({found.level}) {found.value:.2f}{bounds} over {found.units} questions{share}"
    )


def _groups(found: Found) -> list[str]:
    lines: list[str] = []
    for run, groups in found.groups.items():
        rows = [(one.group, _interval(one.accuracy), str(one.count)) for one in groups.scores]
        lines += ["", f"{run} by group:", "", *_table(("group", "mean [95%]", "queries"), rows)]
    return lines


def _raters(found: Verdict) -> list[str]:
    rows = [
        (one.name, f"{one.ratings:,}", f"{one.mean:.2f}", _number(one.distance), "flat" if one.flat else "")
        for one in found.raters
    ]
    return _table(("rater", "answers", "mean", "distance to others", ""), rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _interval(one: Interval) -> str:
    return f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    listed = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in listed]
