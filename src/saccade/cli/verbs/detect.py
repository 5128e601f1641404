"""`saccade detect`: the stage `Detect` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.detection.stage import Detect


def main(argv: list[str]) -> None:
    run_stage(Detect, "detect", argv)
