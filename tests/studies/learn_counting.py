"""Work for the tests of the grid: counts how often it is done, and is killed where it is told to be."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sum:
    """A cell. options makes it one that cannot be hashed, as a recipe's are."""

    one: int
    seed: int = 0
    options: dict[str, float] = field(default_factory=dict)


def work(cell: Sum, scratch: Path) -> dict[str, object]:
    scratch.mkdir(parents=True)
    log = scratch.parent / f"done-{cell.one}-{cell.seed}"
    (scratch / "big").write_text("x" * 100)
    if cell.one == 13:
        raise ValueError("thirteen")
    if cell.one == 99 and not (scratch.parent / "calm").exists():
        os._exit(9)  # as a killed process does
    log.write_text(log.read_text() + "x" if log.exists() else "x")
    return {"twice": 2 * cell.one}
