"""A marketplace as lens meets it: a catalogue with labels and objects, and shoppers' photos with known
answers.

Decided:
- The catalogue is built as the demo builds it: seller pictures, the texts of sellers and searchers, hand-made
  features fitted to the catalogue's own pictures, weak labels. The objects are what stands out in the seller
  pictures (`discovery.lens.salient`), so the study needs no trained detector.
- Photos are drawn at a strength of 1.5, where 1 is an ordinary bad photo and 2 a very bad one. They are in no
  table. Nothing that searches reads the truth.
- Relevant for a photo are the product itself, the colourways of its design, and products of its category and
  main colour. A shop has few of these, so precision at 20 has a ceiling well below 1; the study prints it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.bazaar import Bazaar
from saccade.catalog.imports import Import
from saccade.catalog.ingest import Ingest
from saccade.discovery.lens.salient import salient_box
from saccade.discovery.pictures import read_pictures
from saccade.evaluation.lens import LensPhoto
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.stage import BuildIndex
from saccade.labels.stage import Label
from saccade.pipeline.models import fit_to_catalogue
from saccade.vision.decode import decode
from saccade.workspace import Workspace

STRENGTH = 1.5
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 95]


def market(seed: int, products: int, strength: float = STRENGTH) -> Bazaar:
    """The marketplace of a seed: a photo a product; people with boards, whose names are texts."""
    return Bazaar(seed=seed, products=products, size=96, views=2, photos=1, strength=strength,
                  people=products // 8)  # fmt: skip


def catalogue(bazaar: Bazaar, folder: Path) -> Workspace:
    """The workspace of a marketplace, from pictures to labels and both indexes."""
    silent = Bazaar(bazaar.seed, bazaar.products, bazaar.size, bazaar.views, 0, people=bazaar.people)
    silent.write(folder / "bazaar")
    ws = Workspace(folder / "catalogue.saccade", create=True)
    shop = folder / "bazaar" / "catalogue"
    Ingest(str(shop / "items.jsonl")).run(ws)
    Import("texts", str(shop / "texts.jsonl")).run(ws)
    fit_to_catalogue(ws, folder / "model", bazaar.seed)
    model = keep_model(ws, folder / "model")
    Fingerprint(model).run(ws)
    BuildIndex(model, backend="exact").run(ws)
    put_objects(ws)
    Fingerprint(model, store="objects").run(ws)
    BuildIndex(model, index="objects", store="objects", backend="exact").run(ws)
    Label(card=False, workers=1, val=0.0, test=0.0).run(ws)
    return ws


def put_objects(ws: Workspace) -> int:
    """What stands out in every picture as its one object; returns how many."""
    images = ws.table("images").read(["image_id"], "status = 'ok'").column("image_id").to_pylist()
    rows: list[dict[str, object]] = []
    for start in range(0, len(images), 256):
        for image, content in read_pictures(ws, images[start : start + 256]).items():
            rgb = decode(content.data).rgb if content.data else None
            box = salient_box(rgb) if rgb is not None else None
            if box is not None:
                name = hashlib.blake2b(f"salient {image}".encode(), digest_size=16).hexdigest()
                rows.append({"object_id": name, "image_id": image, "x": box.x, "y": box.y, "width": box.width,
                             "height": box.height, "category": "object", "score": 0.5})  # fmt: skip
    table = ws.table("objects")
    return table.upsert(pa.Table.from_pylist(rows, table.schema)) if rows else 0


def photos(bazaar: Bazaar, some: range) -> Iterator[LensPhoto]:
    """One photo each of the products at these places of a random order, which the seed gives."""
    chosen = np.random.default_rng(bazaar.seed).permutation(bazaar.products)[some.start : some.stop]
    groups = _relevant(bazaar)
    for index in chosen.tolist():
        item = bazaar.product(index)
        name = bazaar.query_id(index, 0)
        same = groups[item.category, item.colour] | groups[item.category, item.design]
        yield LensPhoto(f"{bazaar.seed}-{name}", _jpeg(bazaar.photo(index, 0)), frozenset(same))


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    done, data = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), _QUALITY)
    assert done
    return data.tobytes()


def _relevant(bazaar: Bazaar) -> dict[tuple[str, str | int], set[str]]:
    """Items by category and colour, and by category and design."""
    found: dict[tuple[str, str | int], set[str]] = {}
    for index in range(bazaar.products):
        item = bazaar.product(index)
        for kind in (item.colour, item.design):
            found.setdefault((item.category, kind), set()).add(item.item_id)
    return found
