"""`saccade judge plan|verdict|qrels NAME`: what raters are asked, what follows, and TREC judgements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from saccade.catalog.catalogue import Catalogue
from saccade.cli.common import FLAT, Common, parse
from saccade.errors import InputError
from saccade.evaluation.judging import plan as plans
from saccade.evaluation.judging import ratings, report
from saccade.evaluation.judging.making import Wanted, effort, make_plan
from saccade.evaluation.judging.verdict import verdict
from saccade.workspace import Workspace

ABOUT = """usage: saccade judge ACTION NAME [options]

  plan     draw queries and write the questions that raters get
  verdict  rates with intervals, agreement of the raters
  qrels    write the grades as TREC judgements, for `saccade evaluate --qrels`

`saccade judge ACTION --help` lists the options of an action. Raters open /rate on the page of
`saccade serve`."""


@dataclass(frozen=True)
class Named:
    """Name of the plan."""

    name: str
    """Of the plan, under judging/."""


@dataclass(frozen=True)
class Replace:
    """Whether a plan may be written anew."""

    replace: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Write over a plan of this name; what was said of questions that stay is kept."""


@dataclass(frozen=True)
class Out:
    """Where the judgements go."""

    out: Path
    """A file; .parquet for Parquet, else TREC lines."""
    least: int = 1
    """Lowest grade that counts as relevant; 4 for extremely similar alone."""


def main(argv: list[str]) -> None:
    actions = {"plan": _plan, "verdict": _verdict, "qrels": _qrels}
    if not argv or argv[0] in ("-h", "--help"):
        print(ABOUT)
        raise SystemExit(0)
    if argv[0] not in actions:
        raise InputError(f"expected one of {', '.join(actions)} after `saccade judge`, found {argv[0]!r}")
    actions[argv[0]](argv[1:])


def _plan(argv: list[str]) -> None:
    about = "Draw queries, get the results of one or two runs, and write the questions that raters get."
    named, wanted, common, more = parse(_plan_options, "judge plan", argv, about)
    ws, name = Workspace(common.workspace), plans.check_name(named.name)
    if name in plans.names(ws) and not more.replace:
        raise InputError(f"there is a plan {name!r} already: name another, or add --replace")
    made = make_plan(Catalogue(ws), name, wanted)
    place = plans.save(ws, made)
    print(
        f"judge plan: {effort(made)}\n  {place}\n"
        f"  raters open /rate?plan={name} on the page of `saccade serve`"
    )


def _verdict(argv: list[str]) -> None:
    about = "Rates with intervals, one run against the other, and how far the raters agree."
    named, common = parse(_options, "judge verdict", argv, about)
    ws = Workspace(common.workspace)
    found = verdict(ratings.read(ws, plans.load(ws, named.name)))
    print(report.markdown(found))
    print(f"judge verdict: {report.write(ws, found)}")


def _qrels(argv: list[str]) -> None:
    about = "Write the median grade of every judged pair as TREC judgements."
    named, out, common = parse(_qrels_options, "judge qrels", argv, about)
    ws = Workspace(common.workspace)
    found = ratings.qrels(ratings.read(ws, plans.load(ws, named.name)), out.least)
    try:
        found.write(out.out)
    except OSError as error:
        raise InputError(f"cannot write {out.out}: {error.strerror or error}") from error
    print(f"judge qrels: {len(found):,} pairs of {len(found.queries):,} queries to {out.out}")


def _options(named: Annotated[Named, FLAT], common: Annotated[Common, FLAT]) -> tuple[Named, Common]:
    return named, common


def _plan_options(
    named: Annotated[Named, FLAT], wanted: Annotated[Wanted, FLAT], common: Annotated[Common, FLAT],
    more: Annotated[Replace, FLAT],
) -> tuple[Named, Wanted, Common, Replace]:  # fmt: skip
    return named, wanted, common, more


def _qrels_options(
    named: Annotated[Named, FLAT], out: Annotated[Out, FLAT], common: Annotated[Common, FLAT]
) -> tuple[Named, Out, Common]:
    return named, out, common
