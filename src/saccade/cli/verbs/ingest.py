"""`saccade ingest`: the stage `Ingest` with its fields as options."""

from __future__ import annotations

from saccade.catalog.ingest import Ingest
from saccade.cli.common import run_stage


def main(argv: list[str]) -> None:
    run_stage(Ingest, "ingest", argv, create=True)
