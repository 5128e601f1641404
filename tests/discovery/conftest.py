"""A small shop that is ingested, fingerprinted and indexed once: plain shapes in known colours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from saccade.catalog.ingest import Ingest
from saccade.discovery.engine import Engine
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.stage import BuildIndex
from saccade.training.handmade import handmade_model
from saccade.workspace import Workspace

if TYPE_CHECKING:
    from tests.discovery.scenery import Gallery

COLOURS = {"red": (200, 30, 30), "green": (20, 150, 60), "blue": (30, 60, 210), "yellow": (235, 200, 30)}
SHAPES = ("disc", "box", "cross")


def draw(shape: str, colour: str, size: int, side: int = 96) -> np.ndarray:
    """A shape on light paper, uint8 [side, side, 3]."""
    picture = np.full((side, side, 3), 240, np.uint8)
    ink, middle = COLOURS[colour], side // 2
    if shape == "disc":
        cv2.circle(picture, (middle, middle), size, ink, -1)
    elif shape == "box":
        cv2.rectangle(picture, (middle - size, middle - size), (middle + size, middle + size), ink, -1)
    else:
        cv2.rectangle(picture, (middle - size, middle - 6), (middle + size, middle + 6), ink, -1)
        cv2.rectangle(picture, (middle - 6, middle - size), (middle + 6, middle + size), ink, -1)
    return picture


def write_shop(folder: Path) -> Path:
    """Twelve items, two pictures each, as JSONL; returns the list."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (shape, colour) in enumerate((s, c) for s in SHAPES for c in COLOURS):
        names = []
        for view, size in enumerate((30, 36)):
            names.append(f"{shape}-{colour}-{view}.png")
            Image.fromarray(draw(shape, colour, size)).save(folder / names[-1])
        images = [{"path": name, "role": "seller", "position": view} for view, name in enumerate(names)]
        rows.append({"item_id": f"{shape}-{colour}", "title": f"{colour} {shape}", "category": shape,
                     "price": 10.0 + number, "colour": colour, "images": images})  # fmt: skip
    list_ = folder / "items.jsonl"
    list_.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list_


def build(folder: Path) -> Workspace:
    """The shop, from files to index."""
    ws = Workspace(folder / "ws", create=True)
    Ingest(str(write_shop(folder / "shop"))).run(ws)
    groups = [(f"{s}-{c}", [draw(s, c, 30), draw(s, c, 36)]) for s in SHAPES for c in COLOURS]
    handmade_model(groups, folder / "model")
    model_id = keep_model(ws, folder / "model")
    Fingerprint(model_id).run(ws)
    BuildIndex(model_id).run(ws)
    return ws


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Read-only for tests."""
    return build(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def engine(shop: Workspace) -> Engine:
    return Engine(shop)


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """Read-only for tests: the shop with scenes, objects, annotations, copies, tasks and colours."""
    from tests.discovery.scenery import made

    return made(tmp_path_factory.mktemp("gallery"))
