"""A marketplace whose scenes are learned from and looked at; boxes and products of held scenes apart.

    rooms = open_rooms(Rooms(seed=10), Path("cache"))
    ws = rooms.copy(Path("cache/cell"))       # products, seller pictures, all scenes; boxes of training alone
    rooms.held                                # the scenes that nobody learned from, with what is in them

Decided: scenes fall on one of two sides by number; the boxes of held ones are in no table. A thing counts
when a quarter of it can be seen, as for the marketplace's own labelling job.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from learn_market import HELD, SELLER, TRAIN, item_id
from numpy.typing import NDArray

from saccade.bazaar import Bazaar
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.tables import PERSON
from saccade.bazaar.truth import SEEN
from saccade.catalog.ingest import Ingest
from saccade.discovery.pictures import read_pictures
from saccade.vision.boxes import Box
from saccade.vision.decode import decode
from saccade.workspace import Workspace

Pixels = NDArray[np.uint8]
NAMES = (*CATEGORIES, PERSON)
_CODE = 1  # changes when the same settings would draw another marketplace


@dataclass(frozen=True)
class Rooms:
    """What is drawn. size: pixels of a seller picture's side; a scene's longer side is twice that. held:
    scenes kept from training, the last ones.
    """

    seed: int = 10
    products: int = 1000
    views: int = 2
    size: int = 160
    scenes: int = 1600
    held: int = 300

    @property
    def market(self) -> Bazaar:
        """The marketplace of these settings."""
        return Bazaar(
            seed=self.seed, products=self.products, size=self.size, views=self.views, photos=1,
            scenes=self.scenes,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """Of the folder: equal for equal settings."""
        text = json.dumps([_CODE, asdict(self)], sort_keys=True)
        return f"rooms-{hashlib.blake2b(text.encode(), digest_size=5).hexdigest()}"


@dataclass(frozen=True)
class Thing:
    """Something that can be seen: its box, category, and item where it is a product."""

    box: Box
    category: str
    item: str | None


@dataclass(frozen=True)
class HeldScene:
    """A scene that nobody learned from."""

    image_id: str
    things: tuple[Thing, ...]

    @property
    def products(self) -> list[Thing]:
        """What can be bought."""
        return [thing for thing in self.things if thing.item is not None]


@dataclass(frozen=True)
class OpenedRooms:
    """A marketplace that has been drawn, in `folder`."""

    rooms: Rooms
    folder: Path

    @property
    def workspace(self) -> Workspace:
        """All of it; trainings take copies."""
        return Workspace(self.folder / "catalogue.saccade")

    @property
    def truth(self) -> Path:
        """COCO file of the held scenes."""
        return self.folder / f"{HELD}.json"

    @property
    def held_list(self) -> Path:
        """Ids of the held scenes, one a line: `file=` of a selection."""
        return self.folder / f"{HELD}.txt"

    @cached_property
    def held(self) -> list[HeldScene]:
        """The held scenes, in their order."""
        rows = [json.loads(line) for line in (self.folder / f"{HELD}.jsonl").read_text().splitlines()]
        names = {
            Path(row["uri"]).name: row["image_id"]
            for row in self.workspace.table("sources").read(["uri", "image_id"]).to_pylist()
        }
        return [HeldScene(names[f"{row['scene']}.jpg"], tuple(_things(row))) for row in rows]

    def copy(self, folder: Path) -> Workspace:
        """A workspace of its own; the pictures stay where they are."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(Path(self.workspace.uri), folder)
        return Workspace(folder)

    def picture(self, image_id: str) -> Pixels:
        """uint8 [H, W, 3]."""
        content = read_pictures(self.workspace, [image_id])[image_id]
        rgb = decode(content.data or b"").rgb
        assert rgb is not None
        return rgb

    @cached_property
    def gallery(self) -> tuple[list[str], list[str]]:
        """Image ids of the seller pictures and the items that they show."""
        rows = self.workspace.table("item_images").read(["image_id", "item_id"], f"role = '{SELLER}'")
        return rows["image_id"].to_pylist(), rows["item_id"].to_pylist()

    @cached_property
    def category_of(self) -> dict[str, str]:
        """Of each item."""
        market = self.rooms.market
        return {item_id(number): market.product(number).category for number in range(self.rooms.products)}


def open_rooms(rooms: Rooms, cache: Path, workers: int = 1) -> OpenedRooms:
    """The marketplace of these settings: drawn and ingested unless it is there already."""
    folder = cache / rooms.name
    opened = OpenedRooms(rooms, folder)
    if not (folder / "done").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        rooms.market.write(folder / "market", workers=workers)
        rows = [json.loads(line) for line in (folder / "market/truth/scenes.jsonl").read_text().splitlines()]
        rows.sort(key=lambda row: row["number"])
        cut = len(rows) - rooms.held
        _list(folder, TRAIN, rows[:cut])
        _list(folder, HELD, rows[cut:])
        _fill(opened, rows[cut:])
        (folder / "done").touch()
    return opened


def _fill(opened: OpenedRooms, held: list[dict[str, Any]]) -> None:
    """The workspace: products, scenes of both sides, boxes of training."""
    folder = opened.folder
    ws = Workspace(folder / "catalogue.saccade", create=True)
    Ingest(str(folder / "market/catalogue/items.jsonl")).run(ws)
    Ingest(str(folder / f"{TRAIN}.json"), role="scene", pictures_only=True).run(ws)
    listed = folder / "market" / "scenes" / "held.jsonl"
    listed.write_text("".join(json.dumps({"image": f"{row['scene']}.jpg"}) + "\n" for row in held))
    Ingest(str(listed), role="scene", pictures_only=True).run(ws)
    opened.held_list.write_text("\n".join(scene.image_id for scene in opened.held) + "\n")


def _list(folder: Path, side: str, rows: list[dict[str, Any]]) -> None:
    """Truth rows as they are, and as a COCO file."""
    (folder / f"{side}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    images: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        wide, tall = row["width"], row["height"]
        name = f"market/scenes/{row['scene']}.jpg"
        images.append({"id": number, "file_name": name, "width": wide, "height": tall})
        for thing in _things(row):
            box = [thing.box.x * wide, thing.box.y * tall, thing.box.width * wide, thing.box.height * tall]
            note = {"id": len(notes) + 1, "image_id": number, "category_id": NAMES.index(thing.category) + 1}
            notes.append({**note, "bbox": box, "area": box[2] * box[3], "iscrowd": 0})
    names = [{"id": place, "name": name} for place, name in enumerate(NAMES, 1)]
    found = {"images": images, "annotations": notes, "categories": names}
    (folder / f"{side}.json").write_text(json.dumps(found))


def _things(row: dict[str, Any]) -> list[Thing]:
    return [
        Thing(Box(*thing["box"]), thing["category"], thing["item_id"])
        for thing in row["things"]
        if thing["visible"] >= SEEN
    ]
