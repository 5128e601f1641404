"""`log.jsonl`: a line every few steps, and the same numbers for the trackers.

Decided: a line is one JSON object, written and flushed at once by the first process. What a resumed run will
write again is cut off first, so no step occurs twice. A line killed halfway is cut off as well.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from saccade.training.loop.trackers import Tracker
from saccade.workspace.storage import replace_file

NAME = "log.jsonl"


@dataclass(frozen=True)
class Line:
    """What is known after `step` steps.

    step: steps done. epoch: passes over the largest task, None where the feed does not say. loss: mean over
    the steps since the last line that were not skipped; losses: the same by task. lr: peak over the groups at
    the last step. grad_norm: of the last step, before clipping. images_per_second: over all processes.
    wait_share: of the time, spent waiting for data (an upper bound on a GPU, which may compute meanwhile).
    mfu: see `flops`; None where unknown. memory_gib: the most used by the first process. skipped_pictures,
    skipped_steps: since the run began. seconds: since this start.
    """

    step: int
    epoch: float | None
    loss: float
    losses: Mapping[str, float]
    lr: float
    grad_norm: float
    images_per_second: float
    wait_share: float
    mfu: float | None
    memory_gib: float
    skipped_pictures: int
    skipped_steps: int
    seconds: float

    def flat(self) -> dict[str, float]:
        """Numbers by name, losses as `loss/task`, for trackers."""
        values = {k: v for k, v in asdict(self).items() if k not in ("step", "losses") and v is not None}
        return values | {f"loss/{name}": value for name, value in self.losses.items()}


class Log:
    """Writes lines to the file and to trackers.

    Args:
        folder: of the run. step: lines beyond it are cut off.
    """

    def __init__(self, folder: Path, step: int, trackers: Sequence[Tracker]) -> None:
        self.trackers = trackers
        kept = [line for line in read_log(folder) if line.step <= step]
        replace_file(folder / NAME, "".join(_text(line) for line in kept).encode())
        self.file = (folder / NAME).open("a")

    def write(self, line: Line) -> None:
        """One more."""
        self.file.write(_text(line))
        self.file.flush()
        for tracker in self.trackers:
            tracker.log(line.step, line.flat())

    def close(self) -> None:
        """Finish the trackers too."""
        self.file.close()
        for tracker in self.trackers:
            tracker.close()


def read_log(folder: Path) -> list[Line]:
    """The lines of a run's log, in order; none if there is no log. A torn last line is left out."""
    path = folder / NAME
    if not path.is_file():
        return []
    whole, _, _ = path.read_text().rpartition("\n")
    return [Line(**_numbers(json.loads(text))) for text in whole.splitlines()]


def _text(line: Line) -> str:
    """JSON without NaN, which it has no word for."""
    return json.dumps(_without_nan(asdict(line))) + "\n"


def _without_nan(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    """ "nan" and "inf" as numbers again."""
    return {
        key: _numbers(inner) if isinstance(inner, dict) else float(inner) if isinstance(inner, str) else inner
        for key, inner in values.items()
    }
