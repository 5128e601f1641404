"""What all training runs share besides their settings: launches, the loop's settings, the note of being done.

Decided: a finished run leaves `done.json` with what it made in its folder of the workspace, so that the same
run asked for again is nothing to do.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Collection

import torch

from saccade.errors import InputError, NotFoundError
from saccade.progress import SILENT, Progress
from saccade.training.loop.devices import launched
from saccade.training.loop.settings import LoopSettings
from saccade.training.settings import Running
from saccade.workspace import Clock, Report, Stage, Workspace

WARM = 0.05  # share of the steps in which the learning rate rises
DONE = "done.json"


class Launched(Stage):
    """A stage that every process of a launch runs, and the first one alone locks, writes and records."""

    def run(self, ws: Workspace, progress: Progress = SILENT) -> Report:
        """As every stage; a process that is not the first of its launch neither locks nor records."""
        if not launched()[0]:
            return super().run(ws, progress)
        clock, start = Clock(), time.perf_counter()
        counts = self._run(ws, clock, SILENT)
        return Report(self.name, counts, dict(clock.seconds), time.perf_counter() - start, False)


def loop_settings(own: Running, steps: int, rate: float, frozen_norm: bool) -> LoopSettings:
    """The loop's settings of a run of `steps` at the peak learning rate `rate`; see `LoopSettings`."""
    precision = own.precision
    if precision == "auto":
        precision = "bf16" if torch.cuda.is_available() else "no"
    return LoopSettings(
        steps=steps, seed=own.seed, lr=rate, optimiser=own.optimiser, weight_decay=own.weight_decay,
        warmup_steps=min(steps - 1, round(WARM * steps)), clip=own.clip or None, accumulate=own.accumulate,
        precision=precision, compile=own.compile, checkpoint_activations=own.checkpoint_activations,
        ema=own.ema or None, every_seconds=60 * own.every, every_log=max(1, min(50, steps // 20)),
        shard=own.shard, frozen_norm=frozen_norm, trackers=own.trackers,
    )  # fmt: skip


def made_by(ws: Workspace, folder: str, kept: Collection[str]) -> str | None:
    """The model that a finished run made, where it is among those that are kept still."""
    try:
        model_id = str(json.loads(ws.read_bytes(f"{folder}/{DONE}"))["model"])
    except NotFoundError:
        return None
    except (ValueError, KeyError) as error:
        raise InputError(f"{ws.path(folder)}/{DONE} is broken: delete it") from error
    return model_id if model_id in kept else None


def note_done(ws: Workspace, folder: str, model_id: str) -> None:
    """Say what a run has made."""
    ws.write_bytes(f"{folder}/{DONE}", json.dumps({"model": model_id}).encode())


def hardware() -> str:
    """In words: processor, cores, GPUs."""
    cores = f"{platform.machine()}, {os.cpu_count()} cores"
    if not torch.cuda.is_available():
        return cores
    return f"{torch.cuda.device_count()} × {torch.cuda.get_device_name(0)}, {cores}"
