"""`saccade index`: the stage `BuildIndex` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.index.stage import BuildIndex


def main(argv: list[str]) -> None:
    run_stage(BuildIndex, "index", argv)
