"""`saccade assess`: the stage `Assess`, and its table as Markdown on standard output."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.evaluation.assess import Assess
from saccade.evaluation.stage import table


def main(argv: list[str]) -> None:
    done = run_stage(Assess, "assess", argv)
    if done is not None:
        ws, stage = done
        print(table(ws, f"card-{stage.model}"))
