"""What the benchmarks share: the two flags, the folder of photographs, and the last line of output."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path


def parse_args(description: str) -> argparse.Namespace:
    """`--quick` keeps the run under a minute; `--seed` makes it repeatable."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a smaller run, under a minute")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def data_dir() -> Path | None:
    """The folder of real photographs, or None: `$SACCADE_DATA`, else `../shared/data` beside the checkout."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SACCADE_DATA", default))
    return folder if folder.is_dir() else None


def emit(figures: dict[str, float | int | None]) -> None:
    """Print the figures as the one JSON line that ends a benchmark."""
    sys.stdout.write(json.dumps(figures) + "\n")
