"""`saccade fit-complete`: the stage `FitComplete` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.discovery.complete.stage import FitComplete


def main(argv: list[str]) -> None:
    run_stage(FitComplete, "fit-complete", argv)
