"""A small catalogue with known neighbours: products on a circle, each with pictures at small angles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from saccade.vision.identity import image_id
from saccade.workspace import Workspace

DIM = 16


def fill(ws: Workspace, folder: Path, products: int = 6) -> dict[str, str]:
    """Pictures `shop/N.png`, `cam/N.png`, `cam/N-again.png` of every product; returns name -> image id."""
    ids: dict[str, str] = {}
    for product in range(products):
        for name in (f"shop/{product}.png", f"cam/{product}.png", f"cam/{product}-again.png"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            rgb = np.full((24, 24, 3), (20 * product, len(name) * 9, 90 if "shop" in name else 200), np.uint8)
            Image.fromarray(rgb).save(path)
            ids[name] = image_id(path.read_bytes())
    names = list(ids)
    ok = ["ok"] * len(names)
    of = [name.partition("/")[2][0] for name in names]
    ws.table("sources").append(
        pa.table(
            {"uri": [str(folder / name) for name in names], "image_id": list(ids.values()), "status": ok}
        )
    )
    ws.table("images").append(
        pa.table(
            {"image_id": list(ids.values()), "uri": [str(folder / name) for name in names], "status": ok}
        )
    )
    attributes = [[("colour", "red" if product % 2 else "blue")] for product in range(products)]
    ws.table("items").append(
        pa.table({
            "item_id": [f"p{product}" for product in range(products)],
            "title": [f"Product <{product}> & co" for product in range(products)],
            "category": ["shoe" if product < 3 else "bag" for product in range(products)],
            "attributes": pa.array(attributes, pa.map_(pa.string(), pa.string())),
        })
    )  # fmt: skip
    ws.table("item_images").append(
        pa.table({
            "item_id": [f"p{product}" for product in of],
            "image_id": list(ids.values()),
            "role": ["seller" if name.startswith("shop") else "review" for name in names],
            "position": pa.array([at % 3 for at in range(len(names))], pa.int32()),
        })
    )  # fmt: skip
    return ids


def vector_of(name: str, noise: float, rng: np.random.Generator, products: int = 6) -> np.ndarray:
    product = int(name.partition("/")[2][0])
    centre = np.random.default_rng(100 + product).normal(size=DIM)
    vector = centre + noise * rng.normal(size=DIM)
    return vector / np.linalg.norm(vector)


def add_model(
    ws: Workspace, model: str, ids: dict[str, str], noise: float, skip: tuple[str, ...] = ()
) -> None:
    rng = np.random.default_rng(7)
    vectors = np.stack([vector_of(name, noise, rng) for name in ids]).astype(np.float16)
    packed = np.packbits(vectors > 0, axis=1)
    ws.fingerprints(model, DIM).upsert(
        pa.table({
            "id": list(ids.values()),
            "image_id": list(ids.values()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIM),
            "bits": pa.array([row.tobytes() for row in packed], pa.binary(packed.shape[1])),
            "status": ["unreadable" if name in skip else "ok" for name in ids],
        })
    )  # fmt: skip


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws", create=True)


@pytest.fixture
def ids(ws: Workspace, tmp_path: Path) -> dict[str, str]:
    """The catalogue with two models, `good-1` and `poor-1`."""
    found = fill(ws, tmp_path / "photos")
    add_model(ws, "good-1", found, 0.05)
    add_model(ws, "poor-1", found, 1.5)
    return found
