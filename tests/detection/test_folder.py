"""Folders of ONNX detectors: what they say, and one line for each way they can be wrong."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from saccade.detection.folder import CONFIG, GRAPH, OnnxConfig, kind_of, read_onnx_config, write_onnx
from saccade.errors import InputError, NotFoundError


def test_a_folder_reads_back(tmp_path: Path) -> None:
    config = OnnxConfig("n", "yolox", 64, ("a", "b"), threshold=0.2, licence="MIT", source="here")
    folder = write_onnx(b"graph", config, tmp_path / "made")
    assert read_onnx_config(folder) == config
    assert kind_of(folder) == "onnx-detector"


def test_the_id_follows_what_changes_boxes_and_nothing_else(tmp_path: Path) -> None:
    config = OnnxConfig("squares", "yolox", 64, ("a", "b"))
    graph, other = tmp_path / "one", tmp_path / "two"
    graph.write_bytes(b"one")
    other.write_bytes(b"two")
    base = config.detector_id(graph)
    assert base.startswith("squares-")
    assert replace(config, licence="MIT", source="x").detector_id(graph) == base
    changed = [
        replace(config, nms=0.5),
        replace(config, categories=("a", "c")),
        replace(config, threshold=0.1),
    ]
    assert len({base, config.detector_id(other), *(one.detector_id(graph) for one in changed)}) == 5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"size": 65}, "size is a multiple of 32"),
        ({"nms": 0.0}, "nms is an overlap"),
        ({"most": 0}, "most is a positive number"),
        ({"threshold": 2.0}, "threshold is a score"),
        ({"decoder": "magic"}, "decoder is yolox, fastestdet"),
        ({"categories": []}, "categories is one name or more"),
        ({"size": "big"}, "wrong type"),
        ({"colour": "red"}, "unknown colour"),
        ({"format": 9}, "expected format 1"),
    ],
)
def test_a_wrong_value_is_one_line(tmp_path: Path, values: dict[str, object], message: str) -> None:
    folder = write_onnx(b"graph", OnnxConfig("n", "yolox", 64, ("a",)), tmp_path)
    path = folder / CONFIG
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    with pytest.raises(InputError, match=message) as caught:
        read_onnx_config(folder)
    assert "\n" not in str(caught.value)


def test_what_is_no_detector_folder(tmp_path: Path, squares: Path) -> None:
    with pytest.raises(NotFoundError, match="it is no detector folder"):
        kind_of(tmp_path)
    (tmp_path / CONFIG).write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        kind_of(tmp_path)
    (tmp_path / CONFIG).write_text("[]")
    with pytest.raises(InputError, match="expected a JSON object, found a list"):
        kind_of(tmp_path)
    (tmp_path / CONFIG).write_text('{"kind": "timm"}')
    with pytest.raises(
        InputError, match="is no detector: expected kind detector or onnx-detector, found 'timm'"
    ):
        kind_of(tmp_path)
    shutil.copy(squares / CONFIG, tmp_path / CONFIG)
    with pytest.raises(NotFoundError, match=GRAPH):
        read_onnx_config(tmp_path)
