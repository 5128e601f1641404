"""`saccade colours`: the stage `Colours` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.fingerprints.colours import Colours


def main(argv: list[str]) -> None:
    run_stage(Colours, "colours", argv)
