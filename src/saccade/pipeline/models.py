"""A model for a catalogue without a download: trained on its own items, or fitted by hand-made features.

Decided: with two or more pictures an item for enough items, a small network learns to tell items apart; with
less there is nothing to learn identity from, and hand-made features (colour, edges) are fitted to the
pictures instead.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.pictures import read_pictures
from saccade.errors import InputError
from saccade.progress import Progress
from saccade.vision.decode import decode
from saccade.workspace import Workspace

Pixels = NDArray[np.uint8]
Groups = list[tuple[str, list[Pixels]]]
MOST_PICTURES = 6000  # held in memory while a model is made; a sample is enough for a demo
LEAST_ITEMS = 50  # with two pictures each, to train on
SIDE = 160  # pixels of the shorter side that are kept


def picture_groups(ws: Workspace) -> Groups:
    """Pictures by item, of at most `MOST_PICTURES` pictures, items with several first."""
    by_item: dict[str, list[str]] = defaultdict(list)
    for row in ws.table("item_images").read(["item_id", "image_id"]).to_pylist():
        by_item[row["item_id"]].append(row["image_id"])
    chosen = sorted(by_item.items(), key=lambda pair: (len(pair[1]) < 2, pair[0]))
    groups: Groups = []
    count = 0
    for item, images in chosen:
        if count >= MOST_PICTURES:
            break
        pictures = _decoded(ws, images)
        count += len(pictures)
        if pictures:
            groups.append((item, pictures))
    return groups


def train_or_fit(groups: Groups, folder: Path, seconds: float, seed: int, progress: Progress) -> str:
    """Write a model folder; returns how it was made, for a person."""
    several = [group for group in groups if len(group[1]) > 1]
    if len(several) >= LEAST_ITEMS:
        from saccade.training.quick import train_demo_model

        made = train_demo_model(several, folder, seconds=seconds, seed=seed, progress=progress)
        rate = f"{made.images_per_second:.0f} pictures/s"
        return f"trained on {len(several):,} items for {made.seconds:.0f} s ({rate})"
    from saccade.models.handmade import handmade_model

    if sum(len(pictures) for _, pictures in groups) < 2:
        raise InputError("at least two pictures are needed to fit a model; ingest some first")
    handmade_model(folder, [picture for _, pictures in groups for picture in pictures])
    return "hand-made features fitted to the pictures (too few items have two pictures to train on)"


def _decoded(ws: Workspace, images: list[str]) -> list[Pixels]:
    contents = read_pictures(ws, images).values()
    found = [decode(content.data, draft=SIDE).rgb for content in contents if content.data is not None]
    return [rgb for rgb in found if rgb is not None]
