"""Pictures in a workspace, half of them as files and half kept in its tables, and a sampler over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from saccade.training.batch import Draw
from saccade.training.data.pictures import Pictures
from saccade.vision.identity import image_id
from saccade.workspace import Workspace

COUNT = 24


@dataclass(frozen=True)
class Shuffled:
    """Draws `size` of `count` pictures at random, the same for the same step."""

    count: int
    size: int

    @property
    def steps_per_epoch(self) -> int:
        return self.count // self.size

    def at(self, step: int) -> Draw:
        rows = np.random.default_rng([17, step]).integers(0, self.count, self.size)
        return Draw(rows, np.zeros(self.size, np.int64))


@dataclass(frozen=True)
class Shelf:
    """A workspace, the files of its first half, and the ids of all its pictures."""

    ws: Workspace
    files: list[Path]
    ids: list[str]

    @property
    def pictures(self) -> Pictures:
        return Pictures(self.ws, self.ids)


def draw(path: Path, seed: int, size: tuple[int, int] = (72, 64)) -> Path:
    """A product on white paper, that no other seed gives, (width, height) pixels."""
    rng = np.random.default_rng(seed)
    rough = Image.fromarray(rng.integers(0, 200, (5, 5, 3), dtype=np.uint8))
    paper = Image.new("RGB", size, (250, 250, 250))
    paper.paste(
        rough.resize((size[0] // 2, size[1] // 2), Image.Resampling.BICUBIC), (size[0] // 4, size[1] // 4)
    )
    paper.save(path, quality=92)
    return path


def fill(ws: Workspace, files: Sequence[Path], kept: int) -> list[str]:
    """Put pictures into the tables, the last `kept` of them with their bytes."""
    data = [path.read_bytes() for path in files]
    ids = [image_id(one) for one in data]
    first = len(files) - kept
    uris = [*(str(path) for path in files[:first]), *[None] * kept]
    ws.table("images").append(pa.table({"image_id": ids, "uri": uris, "status": ["ok"] * len(ids)}))
    if kept:
        ws.table("image_bytes").append(
            pa.table({"image_id": ids[first:], "bytes": pa.array(data[first:], pa.large_binary())})
        )
    return ids


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def make_shelf(tmp_path: Path) -> Callable[[int], Shelf]:
    def make(count: int) -> Shelf:
        folder = tmp_path / "pictures"
        folder.mkdir()
        files = [draw(folder / f"{seed}.jpg", seed) for seed in range(count)]
        ws = Workspace(tmp_path / "ws", create=True)
        return Shelf(ws, files[: count // 2], fill(ws, files, count - count // 2))

    return make


@pytest.fixture
def shelf(make_shelf: Callable[[int], Shelf]) -> Shelf:
    return make_shelf(COUNT)


@pytest.fixture
def shuffled() -> type[Shuffled]:
    """The sampler's class."""
    return Shuffled
