"""`saccade fingerprint`: the stage `Fingerprint` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import run_stage
from saccade.fingerprints.stage import Fingerprint


def main(argv: list[str]) -> None:
    run_stage(Fingerprint, "fingerprint", argv)
