"""The shop with boards: what has one colour goes together, whatever the shape."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.discovery.complete.stage import FitComplete
from saccade.discovery.engine import Engine
from saccade.workspace import Workspace

COLOURS, SHAPES = ("red", "green", "blue", "yellow"), ("disc", "box", "cross")


def with_boards(shop: Workspace, folder: Path, boards: int = 60) -> Workspace:
    """A copy of the shop where each board has one colour in two or three shapes."""
    shutil.copytree(Path(shop.uri), folder)
    ws, dice = Workspace(folder), np.random.default_rng(0)
    rows: list[dict[str, object]] = []
    for board in range(boards):
        colour = COLOURS[board % len(COLOURS)]
        shapes = dice.permutation(SHAPES)[: int(dice.integers(2, 4))].tolist()
        rows += [{"board_id": f"board-{board}", "item_id": f"{shape}-{colour}"} for shape in shapes]
    ws.table("board_items").upsert(pa.Table.from_pylist(rows))
    return ws


@pytest.fixture(scope="session")
def boarded(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Read-only; the model of what goes together is fitted."""
    ws = with_boards(shop, tmp_path_factory.mktemp("boarded") / "ws")
    FitComplete(epochs=6).run(ws)
    return ws


@pytest.fixture(scope="session")
def asking(boarded: Workspace) -> Engine:
    return Engine(boarded)
