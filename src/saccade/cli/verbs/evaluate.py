"""`saccade evaluate`: the stage `Evaluate`, and its table as Markdown on standard output."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.evaluation.stage import Evaluate, table


def main(argv: list[str]) -> None:
    done = run_stage(Evaluate, "evaluate", argv)
    if done is not None:
        ws, stage = done
        print(table(ws, stage.label))
