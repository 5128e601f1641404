"""`saccade run`: every stage of the workspace's recipe, in order; what did not change costs nothing."""

from __future__ import annotations

from typing import Annotated

from saccade.cli.common import FLAT, Dry, console, parse
from saccade.pipeline.recipe import bring_up_to_date, steps
from saccade.workspace import Workspace


def main(argv: list[str]) -> None:
    common = parse(_options, "run", argv, "Bring everything in the workspace up to date.")
    ws, out = Workspace(common.workspace), console()
    if common.dry_run:
        for stage in steps(ws):
            out.print(stage.plan(ws).line())
        return
    for report in bring_up_to_date(ws, common.progress()):
        out.print(report.line())
        for note in report.notes:
            out.print(f"  note: {note}")


def _options(common: Annotated[Dry, FLAT]) -> Dry:
    return common
