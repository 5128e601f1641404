"""The small shop of `conftest` with scenes and their objects, annotations, copies, tasks and colours."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from PIL import Image

from saccade.catalog.ingest import Ingest
from saccade.discovery.engine import Engine
from saccade.fingerprints.colours import Colours
from saccade.fingerprints.stage import Fingerprint
from saccade.index.stage import BuildIndex
from saccade.vision.boxes import MARGIN, Box
from saccade.vision.identity import image_id, object_id
from saccade.workspace import Workspace
from tests.discovery.conftest import COLOURS, SHAPES, build, draw

SCENES = (  # what each shows, from left to right
    ("disc-red", "box-blue", "cross-green"), ("cross-yellow", "disc-red", "box-green"),
    ("box-yellow", "cross-blue", "disc-green"), ("cross-red", "disc-blue", "box-red"),
)  # fmt: skip
WALLS = ((60, 10, 70), (10, 70, 80), (90, 80, 10), (20, 20, 20))
WORDS = {
    "disc": ("round", "shape"),
    "box": ("square", "corners", "shape"),
    "cross": ("cross stitch", "shape"),
}


def png(rgb: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


def scene(number: int) -> np.ndarray:
    """Three drawings on a wall that looks like none of them, uint8 [240, 640, 3]."""
    wall = np.empty((240, 640, 3), np.uint8)
    wall[:] = WALLS[number]
    for place, name in enumerate(SCENES[number]):
        shape, colour = name.split("-")
        wall[72:168, 100 + 180 * place : 196 + 180 * place] = draw(shape, colour, 30)
    return wall


def place_of(number: int) -> Box:
    """Where the n-th thing of a scene is: with its margin it is the whole drawing."""
    side = 96 / (1 + 2 * MARGIN)
    inset = MARGIN * side
    return Box((100 + 180 * number + inset) / 640, (72 + inset) / 240, side / 640, side / 240)


class Gallery(NamedTuple):
    """A workspace with its two engines and the ids of its scenes."""

    ws: Workspace
    engine: Engine
    objects: Engine
    scenes: tuple[str, ...]

    def picture(self, item_id: str) -> str:
        return self.engine.shelf.picture(item_id)

    def object_of(self, number: int, thing: int) -> str:
        return object_id(self.scenes[number], place_of(thing))


def made(folder: Path) -> Gallery:
    ws = build(folder)
    walls = folder / "scenes"
    walls.mkdir()
    data = [png(scene(number)) for number in range(len(SCENES))]
    for number, one in enumerate(data):
        (walls / f"{number}.png").write_bytes(one)
    Ingest(str(walls), kind="folder", role="scene", pictures_only=True).run(ws)
    scenes = tuple(map(image_id, data))
    _objects(ws, scenes)
    _said(ws)
    _copied(ws)
    model = ws.models_with_fingerprints()[0]
    Fingerprint(model).run(ws)
    Fingerprint(model, store="objects").run(ws)
    BuildIndex(model).run(ws)
    BuildIndex(model, index="objects", store="objects").run(ws)
    Colours().run(ws)
    return Gallery(ws, Engine(ws), Engine(ws, "objects"), scenes)


def _objects(ws: Workspace, scenes: tuple[str, ...]) -> None:
    rows = [
        {"object_id": object_id(image, place_of(thing)), "image_id": image,
         "category": SCENES[number][thing].split("-")[0], "score": None if number == 0 else 0.9,
         **{name: getattr(place_of(thing), name) for name in ("x", "y", "width", "height")}}
        for number, image in enumerate(scenes)
        for thing in range(3)
    ]  # fmt: skip
    ws.table("objects").upsert(pa.Table.from_pylist(rows))


def _said(ws: Workspace) -> None:
    """Annotations: the words of the shape and the colour's name; what is below one half is not believed."""
    words = {*COLOURS, *(word for some in WORDS.values() for word in some), "doubtful"}
    phrases = [{"phrase_id": f"p-{word}", "phrase": word, "language": "en", "key": word} for word in words]
    phrases.append({"phrase_id": "p-rund", "phrase": "rund", "language": "de", "key": "rund"})
    ws.table("phrases").upsert(pa.Table.from_pylist(phrases))
    links = ws.table("item_images").read(["item_id", "image_id"]).to_pylist()
    rows = list[dict[str, object]]()
    for link in links:
        shape, colour = link["item_id"].split("-")[:2]
        said = [*WORDS[shape], colour] + (["rund"] if shape == "disc" else [])
        rows += [{"image_id": link["image_id"], "phrase_id": f"p-{word}", "score": 0.9} for word in said]
        rows.append({"image_id": link["image_id"], "phrase_id": "p-doubtful", "score": 0.3})
    ws.table("annotations").upsert(pa.Table.from_pylist(rows))


def _copied(ws: Workspace) -> None:
    """The pictures of `disc-green` and `box-green` pass for copies; tones of the first pictures of discs."""
    firsts = {
        row["item_id"]: row["image_id"]
        for row in ws.table("item_images").read(filter="position = 0").to_pylist()
    }
    every = ws.table("item_images").read(filter="item_id IN ('disc-green', 'box-green')")["image_id"]
    rows = [{"image_id": one, "group_id": firsts["disc-green"], "distance": 0} for one in every.to_pylist()]
    ws.table("duplicates").upsert(pa.Table.from_pylist(rows))
    links = ws.table("item_images").read(["item_id", "image_id"]).to_pylist()
    tones = [
        {"task": "skin_tone", "image_id": link["image_id"], "label": str(1 + list(COLOURS).index(colour))}
        for link in links
        for shape, colour in [link["item_id"].split("-")]
        if shape in SHAPES[:2]
    ]
    ws.table("tasks").upsert(pa.Table.from_pylist(tones))
