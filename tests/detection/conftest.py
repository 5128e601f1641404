"""What the tests here share: a tiny ONNX detector of red and blue squares, and pictures of squares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from saccade.detection.imports import import_onnx
from saccade.vision.identity import image_id
from saccade.workspace.workspace import Workspace

SIZE, CELL = 64, 8
CATEGORIES = ("red chair", "blue lamp")
COLOURS = {"red": (255, 0, 0), "blue": (0, 0, 255)}
Draw = Callable[..., NDArray[np.uint8]]


def square_graph() -> bytes:
    """A YOLOX-shaped graph: a cell of 8 × 8 pixels whose mean is red (blue) is an object of class 0 (1)."""
    onnx = pytest.importorskip("onnx", reason="no onnx here")
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    weights = np.zeros((7, 3, CELL, CELL), np.float32)  # BGR in; x, y, log w, log h, objectness, two classes
    share = 1 / (255 * CELL * CELL)
    for channel, mix in {4: (1, -2, 1), 5: (-1, 0, 1), 6: (1, 0, -1)}.items():
        weights[channel] = np.array(mix, np.float32)[:, None, None] * share
    bias = np.array([0.5, 0.5, 0, 0, 0, 0, 0], np.float32)
    constants = {
        "weights": weights,
        "bias": bias,
        "flat": np.array([1, 7, -1]),
        "rest": np.zeros((1, 20, 7), np.float32),  # the cells of strides 16 and 32 see nothing
        "low": np.float32(0),
        "high": np.float32(1),
    }
    nodes = [
        helper.make_node("Conv", ["images", "weights", "bias"], ["maps"], strides=[CELL, CELL]),
        helper.make_node("Reshape", ["maps", "flat"], ["cells"]),
        helper.make_node("Transpose", ["cells"], ["rows"], perm=[0, 2, 1]),
        helper.make_node("Clip", ["rows", "low", "high"], ["fine"]),
        helper.make_node("Concat", ["fine", "rest"], ["output"], axis=1),
    ]
    graph = helper.make_graph(
        nodes, "squares",
        [helper.make_tensor_value_info("images", float32, [1, 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("output", float32, [1, 84, 7])],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    return made.SerializeToString()


@pytest.fixture(scope="session")
def graph_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "squares.onnx"
    path.write_bytes(square_graph())
    return path


@pytest.fixture(scope="session")
def squares(graph_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the detector of squares."""
    folder = tmp_path_factory.mktemp("detector")
    return import_onnx(graph_file, "yolox", CATEGORIES, folder, name="squares", licence="Apache-2.0")


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Draws squares at (column, row, "red" | "blue") on grey; the cells of the detector are its grid."""

    def make(*squares: tuple[int, int, str], size: int = SIZE) -> NDArray[np.uint8]:
        rgb = np.full((size, size, 3), 114, np.uint8)
        side = CELL * size // SIZE
        for column, row, colour in squares:
            rgb[row * side : (row + 1) * side, column * side : (column + 1) * side] = COLOURS[colour]
        return rgb

    return make


@pytest.fixture
def scenes(tmp_path: Path, draw: Draw) -> list[Path]:
    """Twelve PNG files: one with nothing, the others with up to three squares."""
    folder = tmp_path / "scenes"
    folder.mkdir()
    rng, files = np.random.default_rng(7), list[Path]()
    for number in range(12):
        places = rng.choice(64, number % 4, replace=False)
        squares = [(int(p) % 8, int(p) // 8, "red" if p % 2 else "blue") for p in places]
        rgb = draw(*squares)
        rgb[0, 0] = number  # no two files are the same
        files.append(folder / f"{number:02d}.png")
        Image.fromarray(rgb).save(files[-1])
    return files


@pytest.fixture
def make_workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """Makes a workspace whose images are these files."""

    def make(files: Sequence[Path], name: str = "ws") -> Workspace:
        ws = Workspace(tmp_path / name, create=True)
        rows = [
            {
                "image_id": image_id(path.read_bytes()),
                "uri": str(path),
                "status": "ok",
                "width": 64,
                "height": 64,
            }
            for path in files
        ]
        import pyarrow as pa

        ws.table("images").append(pa.Table.from_pylist(rows))
        return ws

    return make
