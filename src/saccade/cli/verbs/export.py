"""`saccade export`: the stage `Export` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.labels.export.stage import Export


def main(argv: list[str]) -> None:
    run_stage(Export, "export", argv)
