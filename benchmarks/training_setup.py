"""What both sides of the training benchmark share: sizes, and the pictures on disk as each side wants them.

Decided: pictures of the marketplace at 256 px, as a catalogue on disk. saccade ingests them and reads its
tables; timm's ImageFolder gets a folder for each class with links to the same files.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from saccade.bazaar.bazaar import Bazaar
from saccade.catalog.ingest import Ingest
from saccade.workspace.workspace import Workspace

GPU_MODELS = {"mfu_vit_b16": "vit_base_patch16_224", "mfu_vit_s16": "vit_small_patch16_224"}
PIXELS = 256
EVERY_LOG = 50  # steps
LR, DECAY = 1e-3, 0.05
VIEWS = 3  # pictures of a product


@dataclass(frozen=True)
class Setup:
    """Sizes of a run. steps: measured, after `warm` others."""

    model: str
    size: int
    batch: int
    precision: str
    workers: int
    threads: int
    device: str
    warm: int
    steps: int
    rounds: int
    seed: int

    @property
    def pictures(self) -> int:
        """Enough that no epoch ends."""
        return (self.warm + self.steps + 8) * self.batch

    def of(self, model: str) -> Setup:
        """The same with another model."""
        return replace(self, model=model)


def setup_for(quick: bool, seed: int) -> Setup:
    """For this machine."""
    cores = os.cpu_count() or 1
    steps, rounds = (12, 2) if quick else (50, 5)
    if torch.cuda.is_available():
        workers = max(2, cores - 2)
        return Setup(
            "vit_small_patch16_224", 224, 256, "bf16", workers, cores, "cuda", 10, steps, rounds, seed
        )
    return Setup("mobilenetv3_small_100", 224, 32, "no", 2, min(cores, 2), "cpu", 4, steps, rounds, seed)


def prepare(setup: Setup, folder: Path) -> None:
    """Draw the pictures and ingest them."""
    products = -(-setup.pictures // VIEWS)
    market = Bazaar(setup.seed, products=products, size=PIXELS, views=VIEWS, photos=0)
    market.write(folder / "market", workers=os.cpu_count() or 1)
    catalogue = folder / "market" / "catalogue"
    for line in (catalogue / "items.jsonl").read_text().splitlines():
        row = json.loads(line)
        place = folder / "classes" / row["category"].replace("/", "-")
        place.mkdir(parents=True, exist_ok=True)
        for image in row["images"]:
            os.link(catalogue / image["path"], place / Path(image["path"]).name)
    Ingest(str(catalogue / "items.jsonl")).run(Workspace(folder / "shop", create=True))
