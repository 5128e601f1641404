"""`saccade assess-detector`: the stage `AssessDetector`, and its table on standard output."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.evaluation.detection import AssessDetector, table


def main(argv: list[str]) -> None:
    done = run_stage(AssessDetector, "assess-detector", argv)
    if done is not None:
        ws, stage = done
        print(table(ws, stage.label))
