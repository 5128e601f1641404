"""A shop with all that the products work with: scenes, objects, words, colours, boards, a detector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from saccade.detection.detector import identify
from saccade.detection.imports import import_onnx
from saccade.detection.kept import keep_detector
from saccade.discovery.complete import FitComplete
from tests.detection.conftest import square_graph
from tests.discovery.conftest import COLOURS, SHAPES
from tests.discovery.scenery import Gallery, made
from tests.service.conftest import png

CATEGORIES = ("box", "disc")  # that the detector calls red and blue squares


def furnished(folder: Path) -> Gallery:
    """The gallery with boards of things of one colour, what they taught, and a detector of squares."""
    gallery = made(folder)
    boards = [
        {"board_id": f"{colour}-{number}", "item_id": f"{shape}-{colour}"}
        for colour in COLOURS for number in range(4) for shape in SHAPES
    ]  # fmt: skip
    gallery.ws.table("boards").upsert(
        pa.Table.from_pylist([{"board_id": name} for name in {row["board_id"] for row in boards}])
    )
    gallery.ws.table("board_items").upsert(pa.Table.from_pylist(boards))
    FitComplete(epochs=2).run(gallery.ws)
    keep(gallery, folder)
    return gallery


def keep(gallery: Gallery, folder: Path, name: str = "squares") -> str:
    """Keep a detector of squares in the workspace; its id."""
    graph = folder / f"{name}.onnx"
    graph.write_bytes(square_graph())
    place = import_onnx(graph, "yolox", CATEGORIES, folder / name, name=name, licence="Apache-2.0")
    detector_id = identify(place)
    keep_detector(gallery.ws, place, detector_id)
    return detector_id


def squares(*places: tuple[int, int, tuple[int, int, int]], side: int = 64) -> bytes:
    """A grey picture with squares of an eighth of its side at (column, row, colour), as a file."""
    rgb, cell = np.full((side, side, 3), 114, np.uint8), side // 8
    for column, row, colour in places:
        rgb[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell] = colour
    return png(rgb)
