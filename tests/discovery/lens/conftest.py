"""Photos of the shop's shapes, and the shop with annotations and objects."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from saccade.discovery.engine import Engine
from saccade.fingerprints.stage import Fingerprint
from saccade.index.stage import BuildIndex
from saccade.workspace import Workspace

INKS = {"red": (200, 30, 30), "green": (20, 150, 60), "blue": (30, 60, 210), "yellow": (235, 200, 30)}
Photo = Callable[..., bytes]


def png(rgb: np.ndarray) -> bytes:
    """A picture as the bytes of a PNG file."""
    sink = io.BytesIO()
    Image.fromarray(rgb).save(sink, "PNG")
    return sink.getvalue()


def shape(colour: str, kind: str = "disc", size: int = 30, side: int = 96) -> np.ndarray:
    """A shape on light paper, uint8 [side, side, 3]."""
    picture, middle, ink = np.full((side, side, 3), 240, np.uint8), side // 2, INKS[colour]
    if kind == "disc":
        cv2.circle(picture, (middle, middle), size, ink, -1)
    else:
        cv2.rectangle(picture, (middle - size, middle - size), (middle + size, middle + size), ink, -1)
    return picture


@pytest.fixture(scope="session")
def photo() -> Photo:
    """`photo("red", "disc", 30)`: the bytes of a picture of a shape."""
    return lambda *about: png(shape(*about))


@pytest.fixture(scope="session")
def labelled(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shop where every picture is annotated with its colour and its shape, and has one object."""
    folder = tmp_path_factory.mktemp("labelled") / "ws"
    shutil.copytree(Path(shop.uri), folder)
    ws = Workspace(folder)
    links = ws.table("item_images").read(["item_id", "image_id"]).to_pylist()
    words = sorted({word for link in links for word in link["item_id"].split("-")})
    phrases = [{"phrase_id": f"p-{word}", "phrase": word, "language": "en"} for word in words]
    ws.table("phrases").upsert(pa.Table.from_pylist(phrases))
    said = [
        {"image_id": link["image_id"], "phrase_id": f"p-{word}", "score": 0.9}
        for link in links
        for word in link["item_id"].split("-")
    ]
    ws.table("annotations").upsert(pa.Table.from_pylist(said, _plain(ws, "annotations")))
    box = {"x": 0.15, "y": 0.15, "width": 0.7, "height": 0.7, "score": 0.9}
    objects = [
        {"object_id": link["image_id"][::-1], "image_id": link["image_id"], "category": "shape", **box}
        for link in links
    ]
    ws.table("objects").upsert(pa.Table.from_pylist(objects))
    model = ws.models_with_fingerprints()[0]
    Fingerprint(model, store="objects").run(ws)
    BuildIndex(model, index="objects", store="objects").run(ws)
    return ws


@pytest.fixture(scope="session")
def asking(labelled: Workspace) -> Engine:
    """An engine over the labelled shop."""
    return Engine(labelled)


def _plain(ws: Workspace, name: str) -> pa.Schema:
    kept = ("image_id", "phrase_id", "score")
    return pa.schema([field for field in ws.table(name).schema if field.name in kept])
