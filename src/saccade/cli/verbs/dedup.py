"""`saccade dedup`: the stage `Deduplicate` with its fields as options."""

from __future__ import annotations

from saccade.catalog.dedup import Deduplicate
from saccade.cli.common import run_stage


def main(argv: list[str]) -> None:
    run_stage(Deduplicate, "dedup", argv)
