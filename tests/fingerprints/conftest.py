"""What the tests here share: generated pictures, a catalogue over them, and small models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from saccade.fingerprints.reader import CHUNK
from saccade.models.folder import Model, load_model, save_model
from saccade.models.handmade import PREPROCESS, HandmadeSettings, fit_handmade, raw_features
from saccade.vision.decode import decode
from saccade.vision.identity import image_id
from saccade.workspace.workspace import Workspace

MakeCatalogue = Callable[..., Workspace]
MakeChunk = Callable[..., pa.Table]


def draw(path: Path, seed: int) -> Path:
    """A smooth coloured picture that no other seed gives."""
    rough = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(rough).resize((160, 120), Image.Resampling.BICUBIC).save(path, quality=90)
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Forty JPEG files of this test's own."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    return [draw(folder / f"{seed:03d}.jpg", seed) for seed in range(40)]


def rows_for(files: list[Path]) -> pa.Table:
    """Rows of `images` for files."""
    ids = [image_id(path.read_bytes()) for path in files]
    return pa.table({"image_id": ids, "uri": [str(path) for path in files], "status": ["ok"] * len(files)})


@pytest.fixture
def make_catalogue(tmp_path: Path) -> MakeCatalogue:
    """Makes a workspace whose images are these files."""

    def make(files: list[Path], name: str = "ws") -> Workspace:
        ws = Workspace(tmp_path / name, create=True)
        ws.table("images").append(rows_for(files))
        return ws

    return make


@pytest.fixture(scope="session")
def handmade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of hand-made features: quick, and without torch."""
    folder = tmp_path_factory.mktemp("handmade")
    shown = []
    for seed in range(100, 124):
        rgb = decode(draw(folder / "one.jpg", seed).read_bytes()).rgb
        assert rgb is not None
        shown.append(PREPROCESS.prepare_uint8(rgb))
    settings = HandmadeSettings()
    model = fit_handmade(raw_features(np.stack(shown), settings), dim=20, settings=settings)
    return save_model(model, PREPROCESS, folder / "model")


@pytest.fixture(scope="session")
def networks() -> dict[str, Model]:
    """A small vision transformer and a small convolutional network, untrained."""
    torch.set_num_threads(1)  # two threads that wait for each other are slow on a busy machine
    return {name: load_model(name, pretrained=False) for name in ("test_vit", "test_efficientnet")}


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this session's converted models lie."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def make_chunk() -> MakeChunk:
    """Makes rows of `reader.CHUNK` for files, those that do not exist included, with boxes or without."""

    def make(files: list[Path], boxes: list[tuple[float, ...]] | None = None) -> pa.Table:
        names = [image_id(path.read_bytes()) if path.exists() else "0" * 32 for path in files]
        sides = zip(*boxes, strict=True) if boxes else [[None] * len(files)] * 4
        values = [names, names, [str(path) for path in files], [None] * len(files), *sides]
        arrays = [pa.array(list(v), field.type) for v, field in zip(values, CHUNK, strict=True)]
        return pa.table(arrays, schema=CHUNK)

    return make


@pytest.fixture
def add_images() -> Callable[[Workspace, list[Path]], None]:
    """Adds files to a workspace's images."""
    return lambda ws, files: ws.table("images").append(rows_for(files))
