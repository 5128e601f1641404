"""The catalogue of `service.py`: vectors from clusters, rows straight into the tables, nothing rendered.

The model is a MobileNetV2 with random weights and a head of 256 numbers: as costly as a trained one, and
nothing is downloaded. Only the pictures of `PICTURES` items have bytes; the others are known by name.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from PIL import Image

from saccade.fingerprints.model import resolve
from saccade.fingerprints.runners.choose import Choice, choose_runner, open_runner, remember
from saccade.fingerprints.store import keep_model, kept_model
from saccade.index.stage import BuildIndex
from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.folder import save_model
from saccade.models.head import EmbeddingHead
from saccade.vision.hashing import HASH_BYTES
from saccade.vision.identity import image_id
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

DIM, SIDE, PICTURES = 256, 640, 64
CATEGORIES = ("boot", "hat", "lamp", "sofa", "vase", "ring", "scarf", "plate", "bowl", "shoe")
COLOURS = ("red", "green", "blue", "yellow", "black", "white")


@dataclass(frozen=True)
class Shop:
    """The workspace, 640-px JPEGs to search with, and unit vectors float32 [Q, 256] that it does not hold."""

    ws: Workspace
    pictures: list[bytes]
    queries: np.ndarray
    items: int

    def item(self, row: int) -> str:
        return f"item-{row % self.items:06d}"

    def image(self, row: int) -> str:
        """Of the item in this row."""
        return _ids(self.pictures, self.items)[row % self.items]


def make(folder: Path, items: int, seed: int, *, quick: bool) -> Shop:
    """Fill the tables, keep the model and its fastest runner (a guess if `quick`), build the index."""
    random = np.random.default_rng(seed)
    vectors, queries = draw(items, random)
    pictures = [_photo(random) for _ in range(PICTURES)]
    ws = Workspace(folder, create=True)
    model_id = _model(ws, pictures, quick)
    _tables(ws, model_id, pictures, vectors, random)
    BuildIndex(model_id).run(ws)
    return Shop(ws, pictures, queries, items)


def draw(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Clusters of a hundred in 256 directions, as in `index.py`, and 2,048 queries of the same clusters."""
    centres = random.normal(size=(count // 100, DIM)).astype(np.float32)

    def some(n: int) -> np.ndarray:
        found = random.normal(scale=0.8, size=(n, DIM)).astype(np.float32)
        found += centres[random.integers(0, len(centres), n)]
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    return some(count), some(2048)


def _photo(random: np.random.Generator) -> bytes:
    """Smooth colour with some grain: a JPEG of about the weight of a photograph of that size."""
    small = Image.fromarray(random.integers(0, 256, (24, 24, 3), np.uint8))
    large = np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.int16)
    grain = random.normal(scale=8, size=large.shape).astype(np.int16)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _model(ws: Workspace, pictures: list[bytes], quick: bool) -> str:
    torch.manual_seed(0)
    backbone = create_backbone("mobilenetv2_100")
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, DIM)).eval()
    preprocess = Preprocess(
        size=(224, 224), crop_pct=1.0, interpolation="bilinear", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)
    )
    folder = ws.local_dir("made")
    save_model(embedder, preprocess, folder)
    model_id = keep_model(ws, folder)
    cache = ws.local_dir("cache")
    model = resolve(kept_model(ws, model_id), cache)
    sample = np.stack(
        [preprocess.prepare_uint8(np.asarray(Image.open(io.BytesIO(one)))) for one in pictures[:32]]
    )
    choice = Choice("openvino-f32") if quick else choose_runner(model, sample, cache, 1)
    open_runner(choice.name, model, cache, 1)  # converts it, so that no worker has to
    remember(cache, model_id, choice)
    print(f"the model runs on {choice.name}")
    return model_id


def _tables(
    ws: Workspace, model_id: str, pictures: list[bytes], vectors: np.ndarray, random: np.random.Generator
) -> None:
    count, images = len(vectors), _ids(pictures, len(vectors))
    rows = list(range(count))
    category, colour = random.integers(0, len(CATEGORIES), count), random.integers(0, len(COLOURS), count)
    words = [f"{COLOURS[c]} {CATEGORIES[k]}" for c, k in zip(colour, category, strict=True)]
    table = pa.table
    ws.table("images").append(table({
        "image_id": images, "width": [SIDE] * count, "height": [SIDE] * count, "format": ["jpeg"] * count,
        "phash": pa.array([bytes(HASH_BYTES)] * count, pa.binary(HASH_BYTES)), "status": ["ok"] * count,
    }))  # fmt: skip
    ws.table("image_bytes").append(
        table({"image_id": images[:PICTURES], "bytes": pa.array(pictures, pa.large_binary())})
    )
    names = [f"item-{row:06d}" for row in rows]
    ws.table("items").append(table({
        "item_id": names, "title": [f"{word} number {row}" for row, word in zip(rows, words, strict=True)],
        "category": [CATEGORIES[k] for k in category], "price": np.round(random.uniform(1, 200, count), 2),
        "attributes": pa.array([[("colour", COLOURS[c])] for c in colour], pa.map_(pa.string(), pa.string())),
    }))  # fmt: skip
    ws.table("item_images").append(table({
        "item_id": names, "image_id": images, "role": ["seller"] * count,
        "position": pa.array([0] * count, pa.int32()),
    }))  # fmt: skip
    half = pa.array(vectors.astype(np.float16).reshape(-1), pa.float16())
    bits = [row.tobytes() for row in np.packbits(vectors > 0, axis=1)]
    ws.fingerprints(model_id, DIM).append(table({
        "id": images, "image_id": images, "vector": pa.FixedSizeListArray.from_arrays(half, DIM),
        "bits": pa.array(bits, pa.binary(DIM // 8)), "status": ["ok"] * count,
    }))  # fmt: skip
    for name in ("images", "items", "item_images"):
        ws.table(name).optimize()


def _ids(pictures: list[bytes], count: int) -> list[str]:
    """The first items have real pictures; an id of the others says which row they are."""
    return [image_id(one) for one in pictures] + [f"{row:032x}" for row in range(len(pictures), count)]
