"""A bare ONNX file becomes a folder, or one line says why not; nothing is left of a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.detection.folder import read_onnx_config
from saccade.detection.imports import import_onnx, read_categories
from saccade.errors import InputError, NotFoundError


def test_size_comes_from_the_graph_and_licence_is_kept(squares: Path) -> None:
    config = read_onnx_config(squares)
    assert (config.size, config.categories, config.licence) == (64, ("red chair", "blue lamp"), "Apache-2.0")


def test_a_wrong_number_of_names_is_one_line(graph_file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 2 categories, found 3 names"):
        import_onnx(graph_file, "yolox", ("a", "b", "c"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_is_no_graph(tmp_path: Path, graph_file: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no file"):
        import_onnx(tmp_path / "none.onnx", "yolox", ("a",), tmp_path / "new")
    (tmp_path / "bad.onnx").write_bytes(b"no graph at all")
    with pytest.raises(InputError, match="expected an ONNX graph"):
        import_onnx(tmp_path / "bad.onnx", "yolox", ("a",), tmp_path / "new")
    with pytest.raises(InputError, match="decoder is one of yolox, fastestdet"):
        import_onnx(graph_file, "other", ("a",), tmp_path / "new")  # type: ignore[arg-type]


def test_categories_from_lines_and_from_json(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_text("chair\n\n lamp \n")
    assert read_categories(path) == ("chair", "lamp")
    path.write_text('{"category_id": 1, "name": "lamp"}\n{"category_id": 0, "name": "chair"}\n')
    assert read_categories(path) == ("chair", "lamp")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "found none"), (b"{bad", "expected a line such as"), (b'{"a": 1}', "expected a line"),
     (b"\xff\xfe\x00", "not text")],
)  # fmt: skip
def test_categories_that_are_none(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "names"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_categories(path)
    with pytest.raises(NotFoundError):
        read_categories(tmp_path / "none")
