"""How the detectors of the study learn: a trunk from seller pictures, then a detector from boxed scenes.

Decided: both trainings are the stages that a user has, `Pretrain` and `TrainDetector`. A trunk is a cell of
its own, so that the detectors of one seed share it. Not here: what is measured (`detection`).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from detector_runs import in_minutes, spent
from learn_cells import Figures, digest
from learn_train import untrained
from scenes_market import OpenedRooms, Rooms, open_rooms

from saccade.fingerprints.store import kept_model
from saccade.training.detection.stage import TrainDetector
from saccade.training.stage import Pretrain
from saccade.workspace import Workspace

CODE = 1
VIT, SSD, AGNOSTIC, CNN = "ViT-FRCNN", "single-shot", "single-shot, no classes", "Faster R-CNN"
KINDS = (VIT, SSD, AGNOSTIC, CNN)
ARCHITECTURE = {VIT: "vit-frcnn", AGNOSTIC: "ssd", CNN: "faster-rcnn", SSD: "ssd"}
LEAN: Mapping[str, Any] = {"neck_width": 64, "box_width": 192, "sampled": 48, "proposals": 60}
DETAILS: Mapping[str, Mapping[str, Any]] = {
    SSD: {"neck_width": 64}, AGNOSTIC: {"neck_width": 64}, VIT: LEAN, CNN: LEAN,
}  # fmt: skip
TIMED = (4, 24)  # steps
EMA = 0.998
TASKS = ("category", "colour@0.5", "pattern@0.5", "item@0.2")  # of the trunk


@dataclass(frozen=True)
class Trunk:
    """A network that learns products from seller pictures. network: as `learn_train.untrained` names it."""

    rooms: Rooms
    network: str
    steps: int
    side: int
    seed: int

    @property
    def transformer(self) -> bool:
        """Networks of tokens take bf16, small batches and a low learning rate."""
        return "xcit" in self.network or "vit" in self.network

    @property
    def precision(self) -> Literal["bf16", "no"]:
        """bf16 doubles the speed of a transformer on a CPU that has it, and slows small convolutions."""
        return "bf16" if self.transformer else "no"

    def folder(self, cache: Path) -> Path:
        """Where its model folder lies."""
        return cache / "trunks" / digest(self, CODE)


@dataclass(frozen=True)
class Cell:
    """One detector."""

    trunk: Trunk
    kind: str
    side: int
    batch: int
    lr: float
    minutes: float
    steps: int

    @property
    def seed(self) -> int:
        """That of its trunk."""
        return self.trunk.seed


def taught(trunk: Trunk, scratch: Path) -> Figures:
    """Train a trunk and keep its model folder."""
    rooms = open_rooms(trunk.rooms, scratch.parents[1] / "shops")
    ws, base = rooms.copy(scratch / "ws"), scratch / "base"
    untrained(base, trunk.network, trunk.side, trunk.seed)
    stage = Pretrain(
        model=str(base), tasks=TASKS, pictures="role=seller", held=f"file={rooms.held_list}",
        steps=trunk.steps, batch=32 if trunk.transformer else 64, lr=1.5e-3 if trunk.transformer else 4e-3,
        augment="camera", size=(trunk.side,), dim=128, workers=0, ema=0.0, trackers=(), every=1e6,
        precision=trunk.precision, seed=trunk.seed,
    )  # fmt: skip
    minutes = spent(stage, ws) / 60
    shutil.copytree(
        kept_model(ws, stage.outcome(ws)[0]), trunk.folder(scratch.parents[1]), dirs_exist_ok=True
    )
    return {"minutes": minutes}


def trained(cell: Cell, rooms: OpenedRooms, ws: Workspace, trunk: Path) -> tuple[TrainDetector, float]:
    """The stage that has run, with its steps, and its minutes of processor time."""
    stage_of = partial(_stage, cell, rooms, trunk)
    return in_minutes(stage_of, ws, cell.minutes, cell.steps, TIMED)


def _stage(cell: Cell, rooms: OpenedRooms, trunk: Path, steps: int) -> TrainDetector:
    return TrainDetector(
        model=str(trunk), architecture=ARCHITECTURE[cell.kind], agnostic=cell.kind == AGNOSTIC,  # type: ignore[arg-type]
        held=f"file={rooms.held_list}", size=cell.side, steps=steps, batch=cell.batch, lr=cell.lr, workers=0,
        trackers=(), every=1e6, seed=cell.seed, details=dict(DETAILS[cell.kind]), ema=EMA, norms="learned",
        precision=cell.trunk.precision,
    )  # fmt: skip
