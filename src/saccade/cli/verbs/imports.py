"""`saccade import`: the stage `Import` with its fields as options."""

from __future__ import annotations

from saccade.catalog.imports import Import
from saccade.cli.common import run_stage


def main(argv: list[str]) -> None:
    run_stage(Import, "import", argv)
