"""The shop as a workspace, its rooms as questions, and the library's own ways to ask with them.

Decided: products are items with one picture; their type is the category, and a product line is a name with a
type. Rooms are files from outside. Everything is asked through `Engine`, as the service does; boxes and
vectors of the same pixels are computed once (`real_memory`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from real_memory import KeptBoxes, KeptVectors
from real_packs import Row, lines, made, published, searchable, write_lines, yolox
from real_rooms_rules import GATES, PADS, SHOWN, Room, Seen, Shop

from saccade.catalog.dedup import Deduplicate
from saccade.catalog.ingest import Ingest
from saccade.detection.detector import open_detector
from saccade.discovery.answer import Part, Result
from saccade.discovery.arrange import Arrange
from saccade.discovery.engine import Engine
from saccade.discovery.flashlight import Flashlight, FlashlightQuery
from saccade.discovery.flashlight_dots import DotRule, gated, parts_of
from saccade.discovery.lens.lens import Lens
from saccade.discovery.lens.shapes import LensQuery
from saccade.discovery.looks_memory import MemoryLooks
from saccade.discovery.looks_picture import Asked
from saccade.discovery.shelf import MemoryShelf
from saccade.discovery.shop import ShopQuery, ShopTheLook
from saccade.vision.boxes import Box, clip, crop
from saccade.vision.decode import decode
from saccade.workspace import Workspace

PLAIN = Arrange(chips=0, palette=False)


@dataclass(frozen=True, eq=False)
class Asking:
    """A shop, its rooms, and what answers."""

    engine: Engine
    detector: KeptBoxes
    looks: MemoryLooks
    shop: Shop
    rooms: tuple[Room, ...]
    photos: Lens

    def flashlight(self, room: Room) -> list[str]:
        """A tap on every dot of every picture."""
        light = Flashlight(self.engine, self.looks, self.detector)
        found: list[Result] = []
        for data in room.files:
            for dot in light.dots(Asked(image=data)).parts:
                tap = (dot.x, dot.y)
                query = FlashlightQuery(Asked(image=data), tap=tap, k=SHOWN, arrange=PLAIN, dots=False)
                found += light.search(query).results
        return ten(found)

    def shop_the_look(self, room: Room) -> list[str]:
        """Every group of every picture, its certain product too."""
        shop = ShopTheLook(self.engine, self.looks, self.detector)
        answers = [shop.search(ShopQuery(Asked(image=data), k=SHOWN)) for data in room.files]
        groups = [group for answer in answers for group in answer.groups]
        certain = [group.exact for group in groups if group.exact is not None]
        return ten([*certain, *(one for group in groups for one in group.results)])

    def lens(self, room: Room) -> list[str]:
        """The blend of each picture."""
        answers = [self.photos.ask(LensQuery(data, k=SHOWN)) for data in room.files]
        return ten([one.result for answer in answers for one in answer.results])

    def close(self) -> None:
        """Keep what was computed, and release the index."""
        self.detector.kept.save()
        runner = self.engine.runner()
        assert isinstance(runner, KeptVectors)
        runner.kept.save()
        self.photos.close()
        self.engine.close()


def ten(results: Iterable[Result]) -> list[str]:
    """The first ten products by their best score, each once."""
    order = sorted(results, key=lambda one: -one.score)
    return list(dict.fromkeys(one.item_id for one in order if one.item_id is not None))[:SHOWN]


def open_asking(data: Path, cache: Path, most: int) -> Asking:
    """The shop and the first `most` rooms with a picture; a small shop has those rooms' products alone."""
    rooms = [row for row in lines(data / "ikea" / "scenes_train.jsonl") if row["images"]]
    small = most < len(rooms)
    rooms = rooms[:most]
    rows = lines(data / "ikea" / "products.jsonl")
    if small:
        wanted = {name for room in rooms for name in room["product_ids"]}
        rows = [row for row in rows if row["product_id"] in wanted]
    folder = cache / f"shop-{len(rows)}"
    model = published(data, cache / "mobilenetv2")
    ws = made(folder, lambda ws: fill(ws, data / "ikea", folder.with_suffix(".jsonl"), rows, model))
    detector = open_detector(yolox(data, cache / "yolox"), threads=1, threshold=min(GATES))
    engine = Engine(ws, shelf=MemoryShelf(ws))
    engine = Engine(
        ws, opened=(engine.index, engine.info), shelf=engine.shelf,
        runner=KeptVectors(engine.runner(), cache / "vectors.npz"),
    )  # fmt: skip
    boxes, looks = KeptBoxes(detector, cache / "boxes.npz"), MemoryLooks(ws)
    seen = tuple(_room(row, data / "ikea", engine, boxes) for row in rooms)
    return Asking(engine, boxes, looks, shop_of(engine, looks, rows), seen, Lens.open(engine, boxes))


def fill(ws: Workspace, pack: Path, file: Path, rows: Sequence[Row], model: Path) -> None:
    """Products as items, their near-duplicates, vectors and index."""
    listed = [
        {"item_id": row["product_id"], "image": row["image"], "title": f"{row['name']} {row['type']}",
         "category": row["type"], "description": row["description"], "line": line(row)}
        for row in rows
    ]  # fmt: skip
    Ingest(str(write_lines(file, listed)), root=str(pack), threads=1).run(ws)
    Deduplicate().run(ws)
    searchable(ws, model)


def line(row: Row) -> str:
    """What a product is one version of."""
    return f"{row['name']} {row['type']}".casefold()


def shop_of(engine: Engine, looks: MemoryLooks, rows: Sequence[Row]) -> Shop:
    """The products that have a vector, as arrays."""
    found = engine.ws.table("item_images").read(["item_id", "image_id"]).to_pydict()
    pictures = dict(zip(found["item_id"], found["image_id"], strict=True))
    kept = [row for row in rows if row["product_id"] in pictures]
    images = [pictures[row["product_id"]] for row in kept]
    return Shop(
        [row["product_id"] for row in kept], engine.index.vector(images), [row["type"] for row in kept],
        list(looks.copies(images)), [line(row) for row in kept],
    )  # fmt: skip


def _room(row: Row, pack: Path, engine: Engine, detector: KeptBoxes) -> Room:
    files = tuple((pack / name).read_bytes() for name in row["images"])
    seen = tuple(_seen(data, engine, detector) for data in files)
    return Room(row["scene_id"], seen, files, frozenset(row["product_ids"]))


def _seen(data: bytes, engine: Engine, detector: KeptBoxes) -> Seen:
    rgb = decode(data).rgb
    assert rgb is not None
    parts = _things(parts_of(detector.detect([rgb])[0], detector.categories))
    runner = engine.runner()
    boxes = {pad: [grown(part.box, pad) for part in parts] for pad in PADS}
    found = runner.embed([rgb, *(crop(rgb, box) for some in boxes.values() for box in some)])
    count = len(parts)
    return Seen(
        tuple(parts),
        {pad: found[1 + at * count : 1 + (at + 1) * count] for at, pad in enumerate(PADS)},
        found[0],
    )


def _things(parts: Sequence[Part]) -> list[Part]:
    """Those that get a dot at any of the gates, each once."""
    kept = [part for gate in GATES for part in gated(parts, DotRule(score=gate))]
    return list(dict.fromkeys(kept))


def grown(box: Box, pad: float) -> Box:
    """The box, larger by a share of its sides on each side, cut at the picture's edge."""
    times = 1 + 2 * pad
    left, top = box.x - pad * box.width, box.y - pad * box.height
    return clip(left, top, times * box.width, times * box.height)
