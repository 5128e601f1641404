"""The marketplace as a workspace that can be learned from, and as arrays that a model is measured on.

    shop = open_shop(Shop(seed=0, products=600), Path("cache"))
    ws = shop.copy(Path("cache/cell"))        # its own workspace for one training: stages lock theirs
    shop.pixels, shop.rows                    # everything, for evaluation

Decided:
- A shop is drawn once for its settings and kept in the cache folder; `done` marks one that is whole.
- Families of products (a design in a category, with all its colourways) and scenes fall on one of two sides,
  and so do files: `pictures/train/...` and `pictures/held/...`, so that `folder=held` selects what no
  training may see. Held products have no texts: no weak label comes from them.
- Labels are mined from the texts of the main pictures and count for all seller pictures of a product, as a
  catalogue's texts do; camera photos have none.
- The true labels of the ten tasks (`learn_tasks`) are rows of the table `tasks`.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from learn_tasks import TASKS, Shown, of_product, of_scene
from marketplace_truth import statements
from numpy.typing import NDArray

from saccade.bazaar import Bazaar
from saccade.catalog.ingest import Ingest
from saccade.labels.stage import Label
from saccade.workspace import Workspace

Pixels = NDArray[np.uint8]
Flags = NDArray[np.bool_]

TRAIN, HELD = "train", "held"
SELLER, PHOTO, SCENE, PERSON = "seller", "photo", "scene", "person"
KEPT = ("images", "sources", "items", "item_images", "tasks", "labels", "image_labels")
"""Tables that a training reads."""
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 92]
_CODE = 1  # changes when the same settings would draw another shop


@dataclass(frozen=True)
class Shop:
    """What is drawn. held: share of families kept from training; weak: whether texts are labelled."""

    seed: int = 0
    products: int = 3000
    size: int = 80
    views: int = 3
    photos: int = 2
    scenes: int = 0
    people: int = 250
    held: float = 0.3
    weak: bool = True

    @property
    def market(self) -> Bazaar:
        """The marketplace of these settings."""
        return Bazaar(
            seed=self.seed, products=self.products, size=self.size, views=self.views, photos=self.photos,
            scenes=self.scenes, people=self.people,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """Of the folder: equal for equal settings."""
        text = json.dumps([_CODE, asdict(self)], sort_keys=True)
        return f"shop-{hashlib.blake2b(text.encode(), digest_size=5).hexdigest()}"

    def side(self, family: str) -> str:
        """`TRAIN` or `HELD`; the same for a family whatever else there is."""
        digest = hashlib.blake2b(f"{self.seed} {family}".encode(), digest_size=6).digest()
        return HELD if int.from_bytes(digest) / 2**48 < self.held else TRAIN


@dataclass(frozen=True)
class Opened:
    """A shop that has been drawn, in `folder`."""

    shop: Shop
    folder: Path

    @cached_property
    def rows(self) -> pa.Table:
        """A row a picture: image_id, file, split, kind, item (number, -1 for scenes), view, tone (0 for
        none) and the label of each task, null where it has none.
        """
        return pq.read_table(self.folder / "rows.parquet")

    @cached_property
    def pixels(self) -> Pixels:
        """uint8 [N, size, size, 3], beside `rows`; mapped from the file."""
        return np.load(self.folder / "pixels.npy", mmap_mode="r")

    @property
    def workspace(self) -> Workspace:
        """All of it, with texts and labels; trainings take copies."""
        return Workspace(self.folder / "catalogue.saccade")

    def copy(self, folder: Path) -> Workspace:
        """A workspace with the tables that a training reads; the pictures stay where they are."""
        shutil.rmtree(folder, ignore_errors=True)
        Workspace(folder, create=True)
        source = Path(self.workspace.uri) / "tables"
        for name in KEPT:
            if (source / f"{name}.lance").is_dir():
                shutil.copytree(source / f"{name}.lance", folder / "tables" / f"{name}.lance")
        return Workspace(folder)

    def column(self, name: str) -> NDArray[np.object_]:
        """A column of `rows`, nulls as None."""
        return np.array(self.rows.column(name).to_pylist(), object)

    def where(self, split: str, *kinds: str) -> Flags:
        """bool [N]: pictures on a side, of some kinds."""
        return (self.column("split") == split) & np.isin(self.column("kind").astype(str), kinds)


def open_shop(shop: Shop, cache: Path, workers: int = 1) -> Opened:
    """The shop of these settings: drawn and labelled unless it is there already."""
    folder = cache / shop.name
    if not (folder / "done").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        rows = _draw(shop, folder, workers)
        ws = Workspace(folder / "catalogue.saccade", create=True)
        rows = _fill(ws, shop, folder, rows)
        if shop.weak:
            _label(ws, rows)
        pq.write_table(rows, folder / "rows.parquet")
        files = rows.column("file").to_pylist()
        np.save(folder / "pixels.npy", np.stack([_read(folder / file) for file in files]))
        (folder / "done").touch()
    return Opened(shop, folder)


# -- drawing -----------------------------------------------------------------------------------------


def _draw(shop: Shop, folder: Path, workers: int) -> pa.Table:
    """All pictures as files; their rows but for `image_id`."""
    jobs = [(shop, folder, "products", part) for part in _parts(shop.products)]
    jobs += [(shop, folder, "scenes", part) for part in _parts(shop.scenes)]
    if workers > 1:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            found = list(pool.map(_some, jobs))
    else:
        found = [_some(job) for job in jobs]
    return pa.Table.from_pylist(list(chain.from_iterable(found)), _ROWS)


_ROWS = pa.schema(
    [
        *((name, pa.string()) for name in ("file", "split", "kind")),
        *((name, pa.int64()) for name in ("item", "view", "tone")),
        *((name, pa.string()) for name in TASKS),
    ]
)


def _parts(count: int, chunk: int = 64) -> Iterator[range]:
    return (range(first, min(first + chunk, count)) for first in range(0, count, chunk))


def _some(job: tuple[Shop, Path, str, range]) -> list[dict[str, object]]:
    shop, folder, what, numbers = job
    make = _of_product if what == "products" else _of_scene
    return [row for number in numbers for row in make(shop, folder, number)]


def _of_product(shop: Shop, folder: Path, number: int) -> Iterator[dict[str, object]]:
    market = shop.market
    item = market.product(number)
    split, labels = shop.side(f"{item.category} {item.design}"), of_product(item)
    seller = ((SELLER, view, market.picture(number, view)) for view in range(shop.views))
    photos = ((PHOTO, view, market.photo(number, view)) for view in range(shop.photos))
    for kind, view, pixels in chain(seller, photos):
        shown = Shown(f"{number:06d}-{view}", pixels, labels)
        yield _put(folder, split, kind, shown, number, view)


def _of_scene(shop: Shop, folder: Path, number: int) -> Iterator[dict[str, object]]:
    split = shop.side(f"scene {number}")
    for place, shown in enumerate(of_scene(shop.market, number)):
        yield _put(folder, split, PERSON if place else SCENE, shown, -1, place)


def _put(folder: Path, split: str, kind: str, shown: Shown, item: int, view: int) -> dict[str, object]:
    file = Path("pictures", split, kind, f"{shown.name}.jpg")
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / file), shown.pixels[..., ::-1], _QUALITY)
    own = {"file": str(file), "split": split, "kind": kind, "item": item, "view": view}
    return {**own, "tone": shown.tone or 0, **{name: shown.labels.get(name) for name in TASKS}}


def _read(path: Path) -> Pixels:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)[..., ::-1]


# -- tables ------------------------------------------------------------------------------------------


def _fill(ws: Workspace, shop: Shop, folder: Path, rows: pa.Table) -> pa.Table:
    """The workspace's tables; returns the rows with their `image_id`."""
    Ingest(str(folder / "pictures"), kind="folder", pictures_only=True).run(ws)
    seen = ws.table("sources").read(["uri", "image_id"]).to_pydict()
    names = {
        Path(uri).relative_to(folder).as_posix(): image
        for uri, image in zip(seen["uri"], seen["image_id"], strict=True)
    }
    images = [names[file] for file in rows.column("file").to_pylist()]
    rows = rows.add_column(0, "image_id", pa.array(images))
    _items(ws, rows)
    _tasks(ws, rows)
    _texts(ws, shop, rows)
    return rows


def _items(ws: Workspace, rows: pa.Table) -> None:
    owned = rows.filter(pc.greater_equal(rows["item"], 0)).to_pylist()
    items = {row["item"]: row for row in owned}
    upsert(ws, "items", {"item_id": map(item_id, items), "category": [r["category"] for r in items.values()]})
    shown = {
        "item_id": [item_id(row["item"]) for row in owned],
        "image_id": [row["image_id"] for row in owned],
        "role": ["review" if row["kind"] == PHOTO else "seller" for row in owned],
        "position": [row["view"] for row in owned],
    }
    upsert(ws, "item_images", shown)


def _tasks(ws: Workspace, rows: pa.Table) -> None:
    for task in TASKS:
        some = rows.filter(pc.is_valid(rows[task]))
        if some.num_rows:
            put_task(ws, task, some["image_id"].to_pylist(), some[task].to_pylist())


def put_task(ws: Workspace, task: str, images: Sequence[str], labels: Sequence[str]) -> None:
    """Labels of a task, one a picture, into the table `tasks`."""
    upsert(ws, "tasks", {"task": [task] * len(images), "image_id": images, "label": labels})


def _texts(ws: Workspace, shop: Shop, rows: pa.Table) -> None:
    """What is written about the products of training, at their main pictures."""
    if not shop.weak:
        return
    main = rows.filter(pc.and_(pc.equal(rows["kind"], SELLER), pc.equal(rows["view"], 0)))
    main = main.filter(pc.equal(main["split"], TRAIN))
    names = dict(zip(map(item_id, main["item"].to_pylist()), main["image_id"].to_pylist(), strict=True))
    said = [one for one in statements(shop.market) if one.item_id in names]
    columns = {
        name: [getattr(one, name) for one in said] for name in ("source", "text", "language", "weight")
    }
    upsert(ws, "texts", {"image_id": [names[one.item_id] for one in said], **columns})


def _label(ws: Workspace, rows: pa.Table) -> None:
    """Weak labels, then the same for the other seller pictures of each product."""
    Label(val=0.0, test=0.0, floor=0.0, card=False, workers=1).run(ws)
    others = views_of(rows)
    found = ws.table("image_labels").read().to_pylist()
    more = [{**row, "image_id": image} for row in found for image in others[row["image_id"]]]
    ws.table("image_labels").upsert(pa.Table.from_pylist(more, ws.table("image_labels").schema))


def views_of(rows: pa.Table) -> dict[str, list[str]]:
    """Main picture → all seller pictures of its product, itself among them."""
    seller = rows.filter(pc.equal(rows["kind"], SELLER)).select(["item", "view", "image_id"]).to_pylist()
    main = {row["item"]: row["image_id"] for row in seller if row["view"] == 0}
    found: dict[str, list[str]] = {image: [] for image in main.values()}
    for row in seller:
        found[main[row["item"]]].append(row["image_id"])
    return found


def item_id(number: int) -> str:
    """As the marketplace names it."""
    return f"item-{number:06d}"


def upsert(ws: Workspace, name: str, columns: Mapping[str, Iterable[object]]) -> None:
    """Columns of a table, those not given as nulls."""
    made = {key: list(values) for key, values in columns.items()}
    count = len(next(iter(made.values())))
    schema = ws.table(name).schema
    arrays = {field.name: pa.array(made.get(field.name, [None] * count), field.type) for field in schema}
    ws.table(name).upsert(pa.table(arrays, schema=schema))
