"""How many pictures a second the loader gives to a loop that does nothing else."""

from __future__ import annotations

import time
from dataclasses import dataclass

from saccade.training.data.loader import Loader


@dataclass(frozen=True)
class LoaderSpeed:
    """pictures: in `seconds` of wall time, the start of the workers not counted."""

    pictures: int
    seconds: float

    @property
    def images_per_second(self) -> float:
        """Of all workers together."""
        return self.pictures / self.seconds if self.seconds else 0.0


def loader_speed(loader: Loader, steps: int, warm: int = 2) -> LoaderSpeed:
    """Walk `steps` steps, after `warm` steps that are not counted."""
    pictures, start = 0, time.perf_counter()
    for step, parts in enumerate(loader.batches(0, warm + steps)):
        if step < warm:
            start = time.perf_counter()
        else:
            pictures += sum(len(part) for part in parts)
    return LoaderSpeed(pictures, time.perf_counter() - start)
