"""A model for a catalogue without a download: hand-made features, fitted to its own pictures.

Decided: colour and edge features with a closed-form projection that learns, from simulated photos of the
catalogue's pictures, what a camera changes and a product does not. It beat a small network trained for
several times as long (docs/decisions/demo-model.md), needs no torch, and gives the same model every time.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.pictures import read_pictures
from saccade.errors import InputError
from saccade.progress import SILENT, Progress
from saccade.training.handmade import handmade_model
from saccade.vision.decode import decode
from saccade.workspace import Workspace

Pixels = NDArray[np.uint8]
Groups = list[tuple[str, list[Pixels]]]
MOST_PICTURES = 3000  # held in memory while the model is fitted; more improve it little
SIDE = 192  # pixels of the shorter side that are kept


def fit_to_catalogue(ws: Workspace, folder: Path, seed: int = 0, progress: Progress = SILENT) -> str:
    """Write a model folder fitted to the pictures of a workspace; returns how it was made, for a person.

    Raises `InputError` when the workspace has pictures of less than two items.
    """
    groups = picture_groups(ws)
    if len(groups) < 2:
        raise InputError(f"{ws.uri} has pictures of {len(groups)} items: ingest at least two, then fit")
    handmade_model(groups, folder, seed=seed, progress=progress)
    count = sum(len(pictures) for _, pictures in groups)
    return f"hand-made features, fitted to {count:,} pictures of {len(groups):,} items"


def picture_groups(ws: Workspace) -> Groups:
    """Pictures by item, at most about `MOST_PICTURES` in all, items with several first."""
    by_item: dict[str, list[str]] = defaultdict(list)
    for row in ws.table("item_images").read(["item_id", "image_id"]).to_pylist():
        by_item[row["item_id"]].append(row["image_id"])
    groups: Groups = []
    count = 0
    for item, images in sorted(by_item.items(), key=lambda pair: (len(pair[1]) < 2, pair[0])):
        if count >= MOST_PICTURES:
            break
        pictures = _decoded(ws, images)
        count += len(pictures)
        if pictures:
            groups.append((item, pictures))
    return groups


def _decoded(ws: Workspace, images: list[str]) -> list[Pixels]:
    contents = read_pictures(ws, images).values()
    found = [decode(content.data, draft=SIDE).rgb for content in contents if content.data is not None]
    return [rgb for rgb in found if rgb is not None]
